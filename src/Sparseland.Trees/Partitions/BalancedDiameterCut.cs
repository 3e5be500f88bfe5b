namespace Sparseland.Trees.Partitions;

/// <summary>
/// Cuts across the diameter where both pieces get at least a third of the weight, which can only make a long polygon rounder, and into the widest gap where they do not (after de Berg, Speckmann and van der
/// Weele 2011). Groups are balanced by weight, so unbalanced cuts come only where one child dominates.
/// </summary>
internal sealed class BalancedDiameterCut : CutRule
{
    private const double LeastShare = 1.0 / 3;

    /// <inheritdoc/>
    public override PlanePoint Choose(ReadOnlySpan<PlanePoint> polygon, double area, double first, double second, int cuts)
    {
        if (Math.Min(first, second) < LeastShare * (first + second))
            return FirstPieceFirst(WidestGap(polygon));
        var (from, to) = ConvexPolygon.Diameter(polygon);
        var along = polygon[to] - polygon[from];
        return FirstPieceFirst(EdgeDirections.Modulo(Math.Atan2(along.Y, along.X) + Math.PI / 2));
    }
}
