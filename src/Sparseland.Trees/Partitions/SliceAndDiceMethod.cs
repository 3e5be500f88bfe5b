namespace Sparseland.Trees.Partitions;

/// <summary>Slices across on even levels and along on odd ones (Shneiderman 1992): the order stays, the shapes become arbitrarily thin.</summary>
internal sealed class SliceAndDiceMethod : RectangleMethod
{
    /// <inheritdoc/>
    public override string Name => "slice-and-dice";

    /// <inheritdoc/>
    public override string Summary => "rectangles; slices in alternating directions (a baseline)";

    /// <inheritdoc/>
    protected override void Divide(WeightedTree tree, int node, Span<int> children, Rectangle[] rectangles)
    {
        var (place, across) = (rectangles[node], tree.Level(node) % 2 == 0);
        var corner = place.Corner;
        foreach (var child in children)
        {
            var share = tree.Weight(child) / tree.Weight(node);
            var (width, height) = across ? (place.Width * share, place.Height) : (place.Width, place.Height * share);
            rectangles[child] = new(corner, width, height);
            corner += across ? new PlanePoint(width, 0) : new PlanePoint(0, height);
        }
    }
}
