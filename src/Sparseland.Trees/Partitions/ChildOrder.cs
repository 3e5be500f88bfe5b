namespace Sparseland.Trees.Partitions;

/// <summary>Some nodes that stand together in a <see cref="ChildOrder"/>.</summary>
internal readonly record struct NodeRange(int Start, int Count);

/// <summary>The children of every node that have a weight, in the order in which they are laid out; the children of one node stand together and may be reordered among themselves.</summary>
internal sealed class ChildOrder
{
    private readonly int[] _starts;
    private readonly int[] _counts;

    public ChildOrder(WeightedTree tree, bool heaviestFirst)
    {
        (Nodes, _starts, _counts) = (new int[tree.Count], new int[tree.Count], new int[tree.Count]);
        var end = 1;
        for (var node = 0; node < tree.Count; node++)
        {
            _starts[node] = end;
            foreach (var child in tree.Children(node))
                if (tree.Weight(child) > 0)
                    Nodes[end++] = child;
            _counts[node] = end - _starts[node];
            // Equal weights stay in the tree's order.
            if (heaviestFirst && _counts[node] > 1)
                Nodes.AsSpan(_starts[node], _counts[node]).Sort((left, right) => tree.Weight(right).CompareTo(tree.Weight(left)) is var order and not 0 ? order : left - right);
        }
    }

    /// <summary>The nodes.</summary>
    public int[] Nodes { get; }

    /// <summary>The root alone.</summary>
    public static NodeRange Root => new(0, 1);

    /// <summary>A node's children.</summary>
    public NodeRange ChildrenOf(int node) => new(_starts[node], _counts[node]);
}
