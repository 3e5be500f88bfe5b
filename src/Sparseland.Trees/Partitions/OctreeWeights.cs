using Sparseland.Errors;
using Sparseland.Trees.Octrees;

namespace Sparseland.Trees.Partitions;

/// <summary>An octree's nodes as a weighted tree: weights are what its leaves carry, tones how empty its nodes are.</summary>
public static class OctreeWeights
{
    /// <summary>Takes the nodes of as many levels as there is room for.</summary>
    /// <param name="tree">The octree; not empty.</param>
    /// <param name="mostNodes">The most nodes that are taken, at least 1; whole levels are, from the root.</param>
    /// <returns>
    /// A node's weight is its number of points or of pairs of cell and triangle, or of finest cells where leaves carry nothing; its tone is the share of its eight children that do not exist (of inner nodes the mean of
    /// their leaves, as always; leaves of the finest level have none). Names are the octants as digits, from the root.
    /// </returns>
    /// <exception cref="InvalidSettingException">The octree is empty.</exception>
    public static WeightedTree Of(LinearOctree tree, int mostNodes)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(mostNodes);
        if (tree.LeafCount == 0)
            throw new InvalidSettingException("the octree has no leaves: there is nothing to draw");
        var level = 0;
        for (var sum = 1L; level < tree.Depth && sum + tree.NodeCount(level + 1) <= mostNodes; level++)
            sum += tree.NodeCount(level + 1);
        var weights = Weights(tree, level);
        var builder = new WeightedTreeBuilder("", level == 0 ? weights[0] : null);
        var above = new[] { 0 };
        for (var at = 0; at < level; at++)
        {
            var below = new int[tree.NodeCount(at + 1)];
            for (var node = 0; node < above.Length; node++)
            {
                for (var octant = 0; octant < 8; octant++)
                {
                    if (tree.Child(at, node, octant) is not (>= 0 and var child))
                        continue;
                    var isLast = at + 1 == level;
                    var tone = isLast && level < tree.Depth ? 1 - int.PopCount(tree.ChildMask(at + 1, child)) / 8.0 : double.NaN;
                    below[child] = builder.Add(above[node], isLast ? weights[child] : null, octant.ToString(System.Globalization.CultureInfo.InvariantCulture), tone);
                }
            }
            above = below;
        }
        return builder.Build();
    }

    // What the leaves below each node of a level carry: leaves are in the order of their nodes.
    private static double[] Weights(LinearOctree tree, int level)
    {
        var weights = new double[tree.NodeCount(level)];
        var (node, last) = (-1, ulong.MaxValue);
        for (var leaf = 0; leaf < tree.LeafCount; leaf++)
        {
            var code = tree.LeafCode(leaf) >> (3 * (tree.Depth - level));
            if (code != last)
                (node, last) = (node + 1, code);
            weights[node] += tree.Kind == OctreeKind.Cells ? 1 : tree.Items(leaf).Length;
        }
        return weights;
    }
}
