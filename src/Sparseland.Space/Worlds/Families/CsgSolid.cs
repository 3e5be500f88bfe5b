using System.Numerics;
using Sparseland.Space.Fields;
using Sparseland.Space.Meshes;
using Sparseland.Space.Surfaces;

namespace Sparseland.Space.Worlds.Families;

/// <summary>What a body does to those before it.</summary>
internal enum CsgOperation
{
    Join,
    Cut,
    Keep,
}

/// <summary>
/// A solid made of simple bodies that are joined, cut out or kept in common, as a bound of the signed distance: between two points it changes by at most their distance, and its zero is the surface. Joints are rounded by a radius.
/// </summary>
internal sealed class CsgSolid(float rounding) : IBatchField
{
    private const float Step = 1e-3f;

    private readonly List<(CsgOperation Operation, Func<Vector3, float> Distance, Matrix4x4 ToBody)> _bodies = [];

    /// <summary>Adds a body at a place: a turn and a shift.</summary>
    public CsgSolid With(CsgOperation operation, Func<Vector3, float> distance, Matrix4x4 rigid)
    {
        Matrix4x4.Invert(rigid, out var inverse);
        _bodies.Add((operation, distance, inverse));
        return this;
    }

    /// <summary>Adds a body that is only shifted.</summary>
    public CsgSolid With(CsgOperation operation, Func<Vector3, float> distance, Vector3 at = default) => With(operation, distance, Matrix4x4.CreateTranslation(at));

    public static Func<Vector3, float> Ball(float radius) => p => p.Length() - radius;

    public static Func<Vector3, float> Box(Vector3 size) => p =>
    {
        var q = Vector3.Abs(p) - 0.5f * size;
        return Vector3.Max(q, default).Length() + MathF.Min(0, MathF.Max(q.X, MathF.Max(q.Y, q.Z)));
    };

    /// <summary>Around the z axis.</summary>
    public static Func<Vector3, float> Cylinder(float radius, float height) => p =>
    {
        var q = new Vector2(new Vector2(p.X, p.Y).Length() - radius, MathF.Abs(p.Z) - 0.5f * height);
        return Vector2.Max(q, default).Length() + MathF.Min(0, MathF.Max(q.X, q.Y));
    };

    /// <summary>Around the z axis.</summary>
    public static Func<Vector3, float> Ring(float major, float minor) => p => new Vector2(new Vector2(p.X, p.Y).Length() - major, p.Z).Length() - minor;

    /// <summary>The surface by marching cubes with so many cells along the longest side of a box.</summary>
    public TriangleMesh Mesh(Box3 box, int cells = 96)
    {
        var longest = MathF.Max(box.Extent.X, MathF.Max(box.Extent.Y, box.Extent.Z));
        return MarchingCubes.Of(this, box, longest / cells);
    }

    public float Distance(Vector3 point)
    {
        var result = float.PositiveInfinity;
        foreach (var (operation, distance, toBody) in _bodies)
        {
            var body = distance(Vector3.Transform(point, toBody));
            result = operation switch
            {
                CsgOperation.Join => float.IsInfinity(result) ? body : RoundedMinimum(result, body),
                CsgOperation.Cut => MathF.Max(result, -body),
                _ => MathF.Max(result, body),
            };
        }
        return result;
    }

    public void Distances(ReadOnlySpan<Vector3> points, Span<float> distances)
    {
        for (var i = 0; i < points.Length; i++)
            distances[i] = Distance(points[i]);
    }

    public void DistancesAndGradients(ReadOnlySpan<Vector3> points, Span<float> distances, Span<Vector3> gradients)
    {
        for (var i = 0; i < points.Length; i++)
        {
            var p = points[i];
            distances[i] = Distance(p);
            var slope = new Vector3(
                Distance(p + Step * Vector3.UnitX) - Distance(p - Step * Vector3.UnitX),
                Distance(p + Step * Vector3.UnitY) - Distance(p - Step * Vector3.UnitY),
                Distance(p + Step * Vector3.UnitZ) - Distance(p - Step * Vector3.UnitZ));
            gradients[i] = slope == default ? default : Vector3.Normalize(slope);
        }
    }

    // A parabola bridges where both are within the radius of each other; its slope stays between theirs, so the Lipschitz constant stays one.
    private float RoundedMinimum(float a, float b)
    {
        var near = rounding > 0 ? MathF.Max(0, rounding - MathF.Abs(a - b)) / rounding : 0;
        return MathF.Min(a, b) - 0.25f * near * near * rounding;
    }
}
