using System.Numerics;
using Sparseland.Space.Meshes;
using Sparseland.Space.Rays;

namespace Sparseland.Space.Worlds.Shapes;

/// <summary>The cube of side 1 around the origin; with unequal scales a box.</summary>
public sealed class BoxShape : Shape
{
    /// <summary>The one there is.</summary>
    public static BoxShape Unit { get; } = new();

    /// <inheritdoc/>
    public override string Kind => "box";

    /// <inheritdoc/>
    public override Box3 Bounds => new(new(-0.5f), new(0.5f));

    /// <inheritdoc/>
    public override bool IsClosed => true;

    /// <inheritdoc/>
    public override TriangleMesh Faces { get; } = MakeFaces();

    /// <inheritdoc/>
    public override bool FirstHit(in Ray ray, out ShapeHit hit)
    {
        hit = default;
        var inverse = BoxTree.SafeInverse(ray.Direction);
        var towards = new Vector3(MathF.CopySign(0.5f, inverse.X), MathF.CopySign(0.5f, inverse.Y), MathF.CopySign(0.5f, inverse.Z));
        var enter = (-towards - ray.Origin) * inverse;
        var leave = (towards - ray.Origin) * inverse;
        var first = MathF.Max(MathF.Max(enter.X, enter.Y), enter.Z);
        var last = MathF.Min(MathF.Min(leave.X, leave.Y), leave.Z);
        if (!(first <= last))
            return false;
        var outside = first >= ray.Minimum;
        var distance = outside ? first : last;
        if (!(distance >= ray.Minimum && distance <= ray.Maximum))
            return false;
        var times = outside ? enter : leave;
        var axis = times.X == distance ? Vector3.UnitX : times.Y == distance ? Vector3.UnitY : Vector3.UnitZ;
        hit = new(distance, (outside ? -2 : 2) * axis * towards);
        return true;
    }

    private static TriangleMesh MakeFaces()
    {
        var corners = new Vector3[8];
        for (var i = 0; i < 8; i++)
            corners[i] = new Vector3(i & 1, (i >> 1) & 1, i >> 2) - new Vector3(0.5f);
        return new(corners,
        [
            0, 2, 3, 0, 3, 1, 4, 5, 7, 4, 7, 6,
            0, 1, 5, 0, 5, 4, 2, 6, 7, 2, 7, 3,
            0, 4, 6, 0, 6, 2, 1, 3, 7, 1, 7, 5,
        ]);
    }
}
