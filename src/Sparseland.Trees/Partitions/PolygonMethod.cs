using Sparseland.Progress;

namespace Sparseland.Trees.Partitions;

/// <summary>Convex polygons: children are put into two groups again and again, and each time the polygon is cut in the proportion of their weights. A rule chooses the direction.</summary>
internal sealed class PolygonMethod(string name, string summary, Func<TreemapOptions, CutRule> rule, Binarisation binarisation, Func<int, TreemapOptions, double> bound) : TreemapMethod
{
    private const int CutsPerReport = 4096;

    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override string Summary => summary;

    /// <inheritdoc/>
    public override double AspectBound(int cuts, TreemapOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(cuts);
        ArgumentNullException.ThrowIfNull(options);
        return bound(cuts, options);
    }

    /// <inheritdoc/>
    internal override void Lay(WeightedTree tree, TreemapOptions options, RegionList regions, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        var order = new ChildOrder(tree, options.HeaviestFirst);
        var work = new Layout(rule(options), new Binariser(tree, options.Binarisation ?? binarisation), order, tree, regions);
        work.Begin(options.Width, options.Height);
        for (var cuts = 1; work.Step(); cuts++)
        {
            if (cuts % CutsPerReport != 0)
                continue;
            cancellation.ThrowIfCancellationRequested();
            progress?.Report(new("cutting", regions.Count, tree.Count));
        }
    }

    // Groups that wait lie on a stack, and so do their polygons, one behind the other.
    private sealed class Layout(CutRule rule, Binariser binariser, ChildOrder order, WeightedTree tree, RegionList regions)
    {
        private readonly Stack<Group> _groups = [];
        private PlanePoint[] _waiting = new PlanePoint[256];
        private PlanePoint[] _polygon = new PlanePoint[32];

        public void Begin(double width, double height)
        {
            ReadOnlySpan<PlanePoint> corners = [new(0, 0), new(width, 0), new(width, height), new(0, height)];
            corners.CopyTo(_waiting);
            _groups.Push(new(ChildOrder.Root, new(0, 0), 0, corners.Length, 0));
        }

        // Takes a group from the stack: writes the regions of one that is a single node, and cuts any other.
        public bool Step()
        {
            if (!_groups.TryPop(out var group))
                return false;
            if (_polygon.Length < group.Corners + 2)
                Array.Resize(ref _polygon, 2 * group.Corners + 2);
            var polygon = _polygon.AsSpan(0, group.Corners);
            _waiting.AsSpan(group.Start, group.Corners).CopyTo(polygon);
            var nodes = group.Nodes;
            while (nodes.Count == 1)
            {
                var node = order.Nodes[nodes.Start];
                regions.Add(node, group.Origin, polygon, group.Cuts);
                nodes = order.ChildrenOf(node);
            }
            if (nodes.Count > 1)
                Cut(group, nodes, polygon);
            return true;
        }

        private void Cut(Group group, NodeRange nodes, ReadOnlySpan<PlanePoint> polygon)
        {
            var children = order.Nodes.AsSpan(nodes.Start, nodes.Count);
            var split = binariser.Split(children);
            var (first, second) = (Weight(children[..split]), Weight(children[split..]));
            var area = ConvexPolygon.Area(polygon);
            var cut = rule.Cutter.Find(polygon, rule.Choose(polygon, area, first, second, group.Cuts), first, second, area);
            if (_waiting.Length < group.Start + 2 * polygon.Length + 8)
                Array.Resize(ref _waiting, 2 * _waiting.Length + 4 * polygon.Length);
            // The second piece is pushed first, so that the first one comes next: regions appear in the order of the tree.
            var start = Push(cut, first: false, area * (second / (first + second)), new(nodes.Start + split, nodes.Count - split), group, group.Start, polygon);
            Push(cut, first: true, area * (first / (first + second)), new(nodes.Start, split), group, start, polygon);
        }

        // Every polygon has an origin of its own, so that a small one deep in the tree keeps all its digits.
        private int Push(PolygonCut cut, bool first, double area, NodeRange nodes, Group parent, int start, ReadOnlySpan<PlanePoint> polygon)
        {
            var corners = PolygonCutter.Piece(polygon, cut, first, area, _waiting.AsSpan(start));
            _groups.Push(new(nodes, parent.Origin + cut.Anchor, start, corners, parent.Cuts + 1));
            return start + corners;
        }

        private double Weight(ReadOnlySpan<int> nodes)
        {
            var sum = 0.0;
            foreach (var node in nodes)
                sum += tree.Weights[node];
            return sum;
        }
    }

    private readonly record struct Group(NodeRange Nodes, PlanePoint Origin, int Start, int Corners, int Cuts);
}
