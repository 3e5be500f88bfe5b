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
        var (lower, upper) = (points[0], points[0]);
        for (var i = 0; i < points.Length; i++)
        {
            var point = points[i];
            if (!(float.IsFinite(point.X) && float.IsFinite(point.Y) && float.IsFinite(point.Z)))
                throw new NumericalException($"point {i} of {points.Length} is ({point.X}, {point.Y}, {point.Z}), and coordinates must be finite; leave it out");
            lower = Vector3.Min(lower, point);
            upper = Vector3.Max(upper, point);
        }
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
}
