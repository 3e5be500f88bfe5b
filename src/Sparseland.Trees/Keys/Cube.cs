using System.Numerics;
using Sparseland.Errors;

namespace Sparseland.Trees.Keys;

/// <summary>The cube that a tree divides. Its cells at depth d have the side Size / 2^d.</summary>
/// <param name="Minimum">The lower corner, in metres.</param>
/// <param name="Size">The side, in metres; above zero and finite.</param>
public readonly record struct Cube(Vector3 Minimum, float Size)
{
    /// <summary>The upper corner.</summary>
    public Vector3 Maximum => Minimum + new Vector3(Size);

    /// <summary>A cube that holds the points: their lower corner and their longest side, widened by a few units in the last place so that rounding leaves none outside. Of one point, or of none, a cube of side one.</summary>
    /// <exception cref="NumericalException">A coordinate is NaN or infinite, or the points are too far apart for single precision.</exception>
    public static Cube Around(ReadOnlySpan<Vector3> points)
    {
        if (points.IsEmpty)
            return new(Vector3.Zero, 1);
        if (!PointBounds.TryFind(points, out var lower, out var upper))
            throw NotFinite(points);
        var extent = upper - lower;
        var side = Math.Max(extent.X, Math.Max(extent.Y, extent.Z));
        if (side == 0)
            side = 1;
        // The sum of corner and side rounds at the size of the larger of both.
        var magnitude = Math.Max(side, Vector3.Abs(lower).X + Vector3.Abs(lower).Y + Vector3.Abs(lower).Z);
        side = MathF.BitIncrement(side + 2 * (MathF.BitIncrement(magnitude) - magnitude));
        if (!float.IsFinite(side * 2) || !float.IsFinite((1 << MortonCode3.MaximumDepth) / side))
            throw new NumericalException($"the points reach from {lower} to {upper}, which single precision cannot divide; scale them");
        return new(lower, side);
    }

    /// <summary>Whether a point lies in the cube, its faces included.</summary>
    public bool Contains(Vector3 point)
    {
        var upper = Maximum;
        return point.X >= Minimum.X && point.Y >= Minimum.Y && point.Z >= Minimum.Z && point.X <= upper.X && point.Y <= upper.Y && point.Z <= upper.Z;
    }

    private static NumericalException NotFinite(ReadOnlySpan<Vector3> points)
    {
        var first = 0;
        while (float.IsFinite(points[first].X) && float.IsFinite(points[first].Y) && float.IsFinite(points[first].Z))
            first++;
        return new($"point {first} of {points.Length} is ({points[first].X}, {points[first].Y}, {points[first].Z}), and coordinates must be finite; leave it out");
    }
}
