using System.Numerics;
using Sparseland.Chance;
using Sparseland.Space.Rays;
using Sparseland.Space.Worlds.Shapes;

namespace Sparseland.Space.Worlds.Streets;

/// <summary>Gently rolling ground: a height over x and y that is the sum of three sine waves, out to a distance.</summary>
internal sealed class GroundShape : Shape
{
    private const int MostSteps = 512;
    private const float Accuracy = 1e-4f;
    private readonly (Vector2 Rate, float Amplitude, float Phase)[] _waves;
    private readonly float _reach, _highest, _steepest;

    /// <summary>Ground from a stream.</summary>
    /// <param name="amplitude">The most it rises or falls, in metres; 0 is a plane.</param>
    /// <param name="reach">How far it goes from the origin along x and y, in metres.</param>
    /// <param name="random">Where its waves come from.</param>
    public GroundShape(float amplitude, float reach, RandomStream random)
    {
        _reach = reach;
        _waves = new (Vector2, float, float)[amplitude > 0 ? 3 : 0];
        for (var i = 0; i < _waves.Length; i++)
        {
            var (sine, cosine) = MathF.SinCos((float)(2 * Math.PI * random.NextDouble()));
            var rate = 2 * MathF.PI / (35 + 25 * i + 20 * (float)random.NextDouble());
            _waves[i] = (rate * new Vector2(cosine, sine), amplitude / 3, (float)(2 * Math.PI * random.NextDouble()));
            _highest += amplitude / 3;
            _steepest += rate * amplitude / 3;
        }
    }

    /// <inheritdoc/>
    public override string Kind => "ground";

    /// <inheritdoc/>
    public override Box3 Bounds => new(new(-_reach, -_reach, -_highest - 0.01f), new(_reach, _reach, _highest + 0.01f));

    /// <inheritdoc/>
    public override bool IsClosed => false;

    /// <summary>The height at a place, in metres.</summary>
    public float HeightAt(float x, float y)
    {
        var height = 0f;
        foreach (var (rate, amplitude, phase) in _waves)
            height += amplitude * MathF.Sin(rate.X * x + rate.Y * y + phase);
        return height;
    }

    /// <summary>The direction upwards at a place, of length one.</summary>
    public Vector3 NormalAt(float x, float y)
    {
        var slope = Vector2.Zero;
        foreach (var (rate, amplitude, phase) in _waves)
            slope += amplitude * MathF.Cos(rate.X * x + rate.Y * y + phase) * rate;
        return Vector3.Normalize(new(-slope.X, -slope.Y, 1));
    }

    /// <inheritdoc/>
    /// <remarks>Steps that the steepest slope allows never pass the surface; only rays from above are met, nobody looks from below.</remarks>
    public override bool FirstHit(in Ray ray, out ShapeHit hit)
    {
        hit = default;
        var (o, d) = (ray.Origin, ray.Direction);
        var closing = _steepest * MathF.Sqrt(d.X * d.X + d.Y * d.Y) - d.Z;
        if (!(closing > 0))
            return false;
        var t = MathF.Max(ray.Minimum, d.Z < 0 ? (_highest - o.Z) / d.Z : 0);
        for (var step = 0; step < MostSteps && t <= ray.Maximum; step++)
        {
            var p = o + t * d;
            if (MathF.Abs(p.X) > _reach || MathF.Abs(p.Y) > _reach)
                return false;
            var above = p.Z - HeightAt(p.X, p.Y);
            if (above <= Accuracy * MathF.Abs(closing))
            {
                // A start below the surface is no hit.
                hit = new(t, NormalAt(p.X, p.Y));
                return above > -0.02f;
            }
            t += above / closing;
        }
        return false;
    }
}
