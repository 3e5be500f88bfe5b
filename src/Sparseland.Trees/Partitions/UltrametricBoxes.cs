namespace Sparseland.Trees.Partitions;

/// <summary>
/// The boxes behind <see cref="UltrametricEmbedding"/>. Labels are rounded up to powers of two, and a node whose label then equals its parent's becomes part of it: the depth is at most log₂ of the spread
/// plus one, at a distortion of 2. Bottom-up every node gets a volume A, its child u in it one for itself and a margin of a quarter of v's label on each side: A(v) is the larger of Σ (A(u)^(1/d) + Δ(v) / 2)^d
/// and Δ(v)^d. Top-down the boxes are divided by these volumes with slack, and shrunk by their margins: not by a quarter of the label, which would eat up boxes that are no cubes, level by level, but in every direction by
/// the factor by which a cube would shrink. So volumes and side ratios stay what the slack makes of them.
/// </summary>
internal sealed class UltrametricBoxes
{
    private readonly UltrametricTree _tree;
    private readonly int _dimensions;
    private readonly List<int> _parents = [];
    private readonly List<double> _labels = [];
    private readonly int[] _nodeOfLeaf;

    public UltrametricBoxes(UltrametricTree tree, int dimensions)
    {
        (_tree, _dimensions) = (tree, dimensions);
        _nodeOfLeaf = new int[tree.LeafCount];
        Merge();
    }

    /// <summary>The centres of the leaves' boxes, leaf by leaf.</summary>
    public double[] Centres()
    {
        var count = _parents.Count;
        var (volumes, depth) = Volumes();
        var (lower, sides) = (new double[count * _dimensions], new double[count * _dimensions]);
        sides.AsSpan(0, _dimensions).Fill(Math.Pow(volumes.Own[0], 1.0 / _dimensions));
        var children = Enumerable.Range(1, count - 1).ToLookup(node => _parents[node]);
        var splitter = new SlackSplitter(_dimensions, SlackPartition.EpsilonFor(0.5, depth), volumes.Padded, lower, sides);
        for (var node = 0; node < count; node++)
        {
            int[] items = [.. children[node].OrderByDescending(child => volumes.Padded[child])];
            splitter.Split(items, lower.AsSpan(node * _dimensions, _dimensions), sides.AsSpan(node * _dimensions, _dimensions));
            foreach (var child in items)
                Shrink(lower.AsSpan(child * _dimensions, _dimensions), sides.AsSpan(child * _dimensions, _dimensions), Math.Pow(volumes.Own[child] / volumes.Padded[child], 1.0 / _dimensions));
        }
        var centres = new double[_nodeOfLeaf.Length * _dimensions];
        for (var i = 0; i < centres.Length; i++)
        {
            var place = _nodeOfLeaf[i / _dimensions] * _dimensions + i % _dimensions;
            centres[i] = lower[place] + sides[place] / 2;
        }
        return centres;
    }

    // Labels in units of the root's, so that powers of them stay finite.
    private void Merge()
    {
        var scale = _tree.LeafCount == 1 ? 1 : RoundUp(_tree.Label(0));
        var merged = new int[_tree.Count];
        for (var node = 0; node < _tree.Count; node++)
        {
            var label = _tree.Label(node) > 0 ? RoundUp(_tree.Label(node)) / scale : 0;
            var above = node == 0 ? -1 : merged[_tree.Parent(node)];
            if (above >= 0 && label == _labels[above])
            {
                merged[node] = above;
                continue;
            }
            merged[node] = _parents.Count;
            _parents.Add(above);
            _labels.Add(label);
        }
        for (var leaf = 0; leaf < _nodeOfLeaf.Length; leaf++)
            _nodeOfLeaf[leaf] = merged[_tree.Node(leaf)];
    }

    private ((double[] Own, double[] Padded) Volumes, int Depth) Volumes()
    {
        var (own, padded, levels) = (new double[_parents.Count], new double[_parents.Count], new int[_parents.Count]);
        var least = _labels.Where(label => label > 0).DefaultIfEmpty(1).Min();
        for (var node = _parents.Count - 1; node >= 0; node--)
        {
            own[node] = Math.Max(own[node], Math.Pow(_labels[node] > 0 ? _labels[node] : least / 2, _dimensions));
            if (node == 0)
                break;
            padded[node] = Math.Pow(Math.Pow(own[node], 1.0 / _dimensions) + _labels[_parents[node]] / 2, _dimensions);
            own[_parents[node]] += padded[node];
        }
        for (var node = 1; node < _parents.Count; node++)
            levels[node] = levels[_parents[node]] + 1;
        return ((own, padded), levels.Max());
    }

    private static void Shrink(Span<double> lower, Span<double> sides, double factor)
    {
        for (var i = 0; i < sides.Length; i++)
        {
            lower[i] += sides[i] * (1 - factor) / 2;
            sides[i] *= factor;
        }
    }

    private static double RoundUp(double label)
    {
        var power = Math.ScaleB(1, Math.ILogB(label));
        return power < label ? 2 * power : power;
    }
}
