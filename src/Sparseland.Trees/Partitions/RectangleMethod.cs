using Sparseland.Progress;

namespace Sparseland.Trees.Partitions;

/// <summary>A rectangle with its own precision: sides are kept, not the opposite corner.</summary>
internal readonly record struct Rectangle(PlanePoint Corner, double Width, double Height);

/// <summary>A method that divides the rectangle of a node among its children, level by level.</summary>
internal abstract class RectangleMethod : TreemapMethod
{
    private const int NodesPerReport = 4096;

    /// <inheritdoc/>
    internal override void Lay(WeightedTree tree, TreemapOptions options, RegionList regions, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        var order = new ChildOrder(tree, heaviestFirst: false);
        var rectangles = new Rectangle[tree.Count];
        rectangles[0] = new(new(0, 0), options.Width, options.Height);
        for (var node = 0; node < tree.Count; node++)
        {
            if (node % NodesPerReport == 0)
            {
                cancellation.ThrowIfCancellationRequested();
                progress?.Report(new("dividing rectangles", node, tree.Count));
            }
            if (!(tree.Weight(node) > 0))
                continue;
            regions.AddRectangle(node, rectangles[node].Corner, rectangles[node].Width, rectangles[node].Height, tree.Level(node));
            var children = order.ChildrenOf(node);
            if (children.Count > 0)
                Divide(tree, node, order.Nodes.AsSpan(children.Start, children.Count), rectangles);
        }
    }

    /// <summary>Fills in the rectangles of a node's children; they may be reordered.</summary>
    protected abstract void Divide(WeightedTree tree, int node, Span<int> children, Rectangle[] rectangles);
}
