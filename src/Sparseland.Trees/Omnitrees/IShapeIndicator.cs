namespace Sparseland.Trees.Omnitrees;

/// <summary>A body in the unit cube, by the question whether points lie inside. Implementations are thread-safe, do not throw, and answer for points of the whole cube.</summary>
public interface IShapeIndicator
{
    /// <summary>How many coordinates a point has, 1 to 8.</summary>
    int Dimensions { get; }

    /// <summary>Tells for each point whether it lies inside.</summary>
    /// <param name="points">The points one after the other, <see cref="Dimensions"/> coordinates each.</param>
    /// <param name="inside">Gets one answer for each point.</param>
    void Inside(ReadOnlySpan<double> points, Span<bool> inside);
}

