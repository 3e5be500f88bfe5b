using System.Numerics;
using Sparseland.Errors;

namespace Sparseland.Trees.Omnitrees;

/// <summary>
/// What shall happen to the nodes of a tree: for each node and dimension a number of bisections to add or, below zero, to take away. What is added to an inner node counts for every box below it. What is
/// taken away is taken from the node where it is bisected in that dimension, otherwise from its children, and so on; at a box there is nothing to take. Several numbers on the way to a box add up.
/// </summary>
public sealed class OmnitreePlan
{
    private readonly PackedLevels[] _markers;

    /// <summary>A plan that changes nothing yet.</summary>
    /// <param name="tree">The tree whose nodes are meant.</param>
    public OmnitreePlan(Omnitree tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        Tree = tree;
        _markers = new PackedLevels[tree.NodeCount];
    }

    /// <summary>The tree whose nodes are meant.</summary>
    public Omnitree Tree { get; }

    internal ReadOnlySpan<PackedLevels> Markers => _markers;

    /// <summary>Plans to bisect a box once more in each dimension of a mask.</summary>
    /// <param name="box">0 to boxes - 1.</param>
    /// <param name="mask">Bit j for dimension j.</param>
    /// <exception cref="InvalidSettingException">The mask names no dimension or one that is not there.</exception>
    public void Refine(int box, int mask) => Add(Tree.NodeOf(box), mask, 1);

    /// <summary>Plans to take a node's bisections in the dimensions of a mask back; where its halves differ, what is finer stays.</summary>
    /// <param name="node">0 to nodes - 1.</param>
    /// <param name="mask">Bit j for dimension j.</param>
    /// <exception cref="InvalidSettingException">The mask names no dimension or one that is not there.</exception>
    public void Coarsen(int node, int mask) => Add(node, mask, -1);

    /// <summary>Plans any number of bisections of a node in a dimension.</summary>
    /// <param name="node">0 to nodes - 1.</param>
    /// <param name="dimension">Which.</param>
    /// <param name="change">-62 to 62; added to what is planned already.</param>
    /// <exception cref="InvalidSettingException">The change planned for the node would leave that range.</exception>
    public void Mark(int node, int dimension, int change)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(node);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(node, _markers.Length);
        ArgumentOutOfRangeException.ThrowIfNegative(dimension);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(dimension, Tree.Dimensions);
        var sum = _markers[node][dimension] + (long)change;
        if (Math.Abs(sum) > Omnitree.MaximumLevel)
            throw new InvalidSettingException($"a plan changes node {node} by {sum} levels in dimension {dimension}: at most {Omnitree.MaximumLevel} either way are possible");
        _markers[node][dimension] = (int)sum;
    }

    private void Add(int node, int mask, int change)
    {
        if (mask <= 0 || mask >= 1 << Tree.Dimensions)
            throw new InvalidSettingException($"mask {mask} for a tree of {Tree.Dimensions} dimensions: it must be 1 to {(1 << Tree.Dimensions) - 1}, bit j for dimension j");
        for (var left = mask; left != 0; left &= left - 1)
            Mark(node, BitOperations.TrailingZeroCount(left), change);
    }
}
