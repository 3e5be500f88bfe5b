namespace Sparseland.Trees.Partitions;

/// <summary>
/// Cuts along the first multiple of π / 2^j that is at least π / 2^j away from every edge's direction, with the least j at which there is one: few different angles in the picture, and half of the widest
/// gap's angle at least. One of k directions forbids at most two of the 2^j multiples, so 2^j is at most 4 k.
/// </summary>
internal sealed class DyadicCut : CutRule
{
    private const double Rounding = 1e-9;

    /// <inheritdoc/>
    public override PlanePoint Choose(ReadOnlySpan<PlanePoint> polygon, double area, double first, double second, int cuts)
    {
        Edges.Read(polygon);
        for (var parts = 2L; ; parts *= 2)
        {
            var step = Math.PI / parts;
            for (var i = 0L; i < parts; i++)
                if (Edges.Distance(i * step) >= step - Rounding * step)
                    return FirstPieceFirst(i * step);
        }
    }
}
