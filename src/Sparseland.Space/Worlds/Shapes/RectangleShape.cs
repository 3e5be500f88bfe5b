using System.Numerics;
using Sparseland.Space.Meshes;
using Sparseland.Space.Rays;

namespace Sparseland.Space.Worlds.Shapes;

/// <summary>The square of side 1 around the origin in the plane z = 0; +z is outwards, where an emitting one shines to.</summary>
public sealed class RectangleShape : Shape
{
    /// <summary>The one there is.</summary>
    public static RectangleShape Unit { get; } = new();

    /// <inheritdoc/>
    public override string Kind => "rectangle";

    /// <inheritdoc/>
    public override Box3 Bounds => new(new(-0.5f, -0.5f, 0), new(0.5f, 0.5f, 0));

    /// <inheritdoc/>
    public override bool IsClosed => false;

    /// <inheritdoc/>
    public override TriangleMesh Faces { get; } = new([new(-0.5f, -0.5f, 0), new(0.5f, -0.5f, 0), new(0.5f, 0.5f, 0), new(-0.5f, 0.5f, 0)], [0, 1, 2, 0, 2, 3]);

    /// <inheritdoc/>
    public override bool FirstHit(in Ray ray, out ShapeHit hit)
    {
        hit = default;
        var distance = -ray.Origin.Z / ray.Direction.Z;
        if (!(distance >= ray.Minimum && distance <= ray.Maximum))
            return false;
        var point = ray.At(distance);
        if (!(MathF.Abs(point.X) <= 0.5f && MathF.Abs(point.Y) <= 0.5f))
            return false;
        hit = new(distance, Vector3.UnitZ);
        return true;
    }
}
