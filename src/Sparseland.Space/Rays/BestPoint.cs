using System.Numerics;

namespace Sparseland.Space.Rays;

/// <summary>The best point so far: the nearest, and of equally near ones that of the lowest triangle.</summary>
internal struct BestPoint
{
    private readonly Vector3 _point;
    private readonly float _slack;
    private int _triangle = int.MaxValue;
    private Vector3 _offset;
    private float _u;
    private float _v;

    /// <param name="point">The point asked for.</param>
    /// <param name="reachSquared">The square of the greatest distance that counts.</param>
    /// <param name="scene">The largest coordinate of the scene, without its sign.</param>
    public BestPoint(Vector3 point, float reachSquared, float scene)
    {
        _point = point;
        // A triangle's distance may be a few roundings of the coordinates below that of its box.
        _slack = 8 * 5.97e-8f * (scene + MathF.Max(MathF.Abs(point.X), MathF.Max(MathF.Abs(point.Y), MathF.Abs(point.Z))));
        Squared = MathF.Min(reachSquared, float.MaxValue);
        Bound = Widened(Squared);
    }

    /// <summary>The square of the distance.</summary>
    public float Squared { get; private set; }

    /// <summary>Boxes with a greater square of the distance cannot hold a better point.</summary>
    public float Bound { get; private set; }

    public void Offer(float squared, int triangle, Vector3 offset, float u, float v)
    {
        if (squared < Squared || (squared == Squared && triangle < _triangle))
        {
            (Squared, _triangle, _offset, _u, _v) = (squared, triangle, offset, u, v);
            Bound = Widened(squared);
        }
    }

    public readonly SurfacePoint Nearest() => _triangle == int.MaxValue ? SurfacePoint.None : new(_triangle, _point + _offset, _u, _v, Squared);

    private readonly float Widened(float squared)
    {
        var distance = MathF.Sqrt(squared) + _slack;
        // Kept finite, so that the infinite distance of an empty box is beyond it.
        return MathF.Min(distance * distance, float.MaxValue);
    }
}
