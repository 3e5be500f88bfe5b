using Sparseland.Progress;

namespace Sparseland.Trees.Partitions;

/// <summary>Rectangles whose sides never differ by more than a constant factor, at the price of a little area: <see cref="SlackPartition"/> in two dimensions.</summary>
internal sealed class SlackMethod : TreemapMethod
{
    /// <inheritdoc/>
    public override string Name => "slack";

    /// <inheritdoc/>
    public override string Summary => "rectangles; areas may fall a little short, so no shape is thin; bounded aspect";

    /// <inheritdoc/>
    internal override void Lay(WeightedTree tree, TreemapOptions options, RegionList regions, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        var boxes = SlackPartition.Boxes(tree, SlackPartition.EpsilonFor(options.Slack, tree.Depth), [options.Width, options.Height], progress, cancellation);
        for (var node = 0; node < tree.Count; node++)
            if (boxes.HasBox(node))
                regions.AddRectangle(node, new(boxes.Lower(node)[0], boxes.Lower(node)[1]), boxes.Sides(node)[0], boxes.Sides(node)[1], tree.Level(node));
    }
}
