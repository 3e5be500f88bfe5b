using System.Globalization;
using Sparseland.Errors;

namespace Sparseland.Trees.Partitions;

/// <summary>
/// An ultrametric as a tree: the distance of two leaves is the label of the lowest node above both. Labels do not grow downwards, and leaves have 0. Leaves are numbered in the order of a walk that takes
/// children in their order. Immutable and thread-safe.
/// </summary>
public sealed class UltrametricTree
{
    private readonly int[] _parents;
    private readonly double[] _labels;
    private readonly int[] _first;
    private readonly int[] _leaves;
    private readonly int[] _nodes;

    /// <summary>Makes the tree.</summary>
    /// <param name="parents">Each node's parent, with a smaller number than its own; -1 for node 0, the root.</param>
    /// <param name="labels">Each node's label.</param>
    /// <exception cref="InvalidSettingException">A label grows downwards, is negative or not finite, a leaf's is not 0, or an inner node's is.</exception>
    public UltrametricTree(ReadOnlySpan<int> parents, ReadOnlySpan<double> labels)
    {
        ArgumentOutOfRangeException.ThrowIfZero(parents.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(labels.Length, parents.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(parents[0], -1);
        for (var node = 1; node < parents.Length; node++)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(parents[node]);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(parents[node], node);
        }
        (_parents, _labels) = (parents.ToArray(), labels.ToArray());
        (_first, _leaves) = (new int[Count], new int[Count]);
        for (var node = Count - 1; node >= 0; node--)
        {
            CheckLabel(node, isLeaf: _leaves[node] == 0);
            _leaves[node] = Math.Max(_leaves[node], 1);
            if (node > 0)
                _leaves[parents[node]] += _leaves[node];
        }
        var next = new int[Count];
        for (var node = 1; node < Count; node++)
        {
            _first[node] = _first[parents[node]] + next[parents[node]];
            next[parents[node]] += _leaves[node];
        }
        _nodes = new int[_leaves[0]];
        for (var node = 0; node < Count; node++)
            if (labels[node] == 0)
                _nodes[_first[node]] = node;
    }

    /// <summary>How many nodes there are.</summary>
    public int Count => _parents.Length;

    /// <summary>How many leaves.</summary>
    public int LeafCount => _nodes.Length;

    /// <summary>The largest distance over the smallest; 1 for a single leaf.</summary>
    public double Spread => LeafCount == 1 ? 1 : _labels[0] / _labels.Where(label => label > 0).Min();

    /// <summary>A node's parent; -1 for the root.</summary>
    public int Parent(int node) => _parents[node];

    /// <summary>A node's label.</summary>
    public double Label(int node) => _labels[node];

    /// <summary>The node of a leaf.</summary>
    public int Node(int leaf) => _nodes[leaf];

    /// <summary>The first leaf below a node and how many there are; they follow one another.</summary>
    public (int First, int Count) LeavesBelow(int node) => (_first[node], _leaves[node]);

    /// <summary>The distance of two leaves.</summary>
    public double Distance(int first, int second)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(second);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(second, LeafCount);
        var node = _nodes[first];
        while (second < _first[node] || second >= _first[node] + _leaves[node])
            node = _parents[node];
        return _labels[node];
    }

    private void CheckLabel(int node, bool isLeaf)
    {
        var label = _labels[node];
        string Number(double value) => value.ToString("G6", CultureInfo.InvariantCulture);
        if (!(label >= 0 && double.IsFinite(label)))
            throw new InvalidSettingException($"node {node} has the label {Number(label)}: labels are at least 0 and finite");
        if (isLeaf != (label == 0))
            throw new InvalidSettingException($"node {node} is {(isLeaf ? "a leaf" : "an inner node")} with the label {Number(label)}: leaves have 0, inner nodes more");
        if (node > 0 && label > _labels[_parents[node]])
            throw new InvalidSettingException($"node {node} has the label {Number(label)} and its parent {_parents[node]} has {Number(_labels[_parents[node]])}: labels must not grow downwards");
    }
}
