namespace Sparseland.Trees.Omnitrees;

/// <summary>Says whether one point lies inside a body.</summary>
/// <param name="point">Its coordinates.</param>
public delegate bool PointPredicate(ReadOnlySpan<double> point);

/// <summary>A body given by a function of one point.</summary>
/// <param name="dimensions">How many coordinates a point has, 1 to 8.</param>
/// <param name="predicate">Says whether a point lies inside; thread-safe.</param>
public sealed class PredicateShape(int dimensions, PointPredicate predicate) : IShapeIndicator
{
    /// <inheritdoc/>
    public int Dimensions { get; } = dimensions;

    /// <inheritdoc/>
    public void Inside(ReadOnlySpan<double> points, Span<bool> inside)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(points.Length, inside.Length * Dimensions);
        for (var i = 0; i < inside.Length; i++)
            inside[i] = predicate(points.Slice(i * Dimensions, Dimensions));
    }
}
