namespace Sparseland.Trees.Partitions;

/// <summary>
/// Cuts parallel to the middle of the widest gap between the directions of the polygon's edges (de Berg, Onak and Sidiropoulos 2013). After h cuts a polygon of a rectangle has at most h + 2 directions, so
/// the gap is at least π / (h + 2), no two edges ever make a smaller angle than half of that, and <see cref="AspectBounds"/> follows, whatever the weights.
/// </summary>
internal sealed class AngularCut : CutRule
{
    /// <inheritdoc/>
    public override PlanePoint Choose(ReadOnlySpan<PlanePoint> polygon, double area, double first, double second, int cuts) => FirstPieceFirst(WidestGap(polygon));
}
