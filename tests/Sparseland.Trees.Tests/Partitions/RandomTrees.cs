using Sparseland.Chance;
using Sparseland.Trees.Partitions;

namespace Sparseland.Trees.Tests.Partitions;

/// <summary>Weighted trees to lay out.</summary>
internal static class RandomTrees
{
    /// <summary>A random tree: every node hangs below a random earlier one, weights over many orders of magnitude, some of them zero.</summary>
    public static WeightedTree Any(int nodes, ulong seed, double orders = 6)
    {
        var chance = new RandomStream(seed, "trees");
        var reach = 1 + chance.NextInt(nodes);
        var builder = new WeightedTreeBuilder("root");
        for (var node = 1; node < nodes; node++)
            builder.Add(Math.Max(0, node - 1 - chance.NextInt(Math.Min(node, reach))), node > 1 && chance.NextInt(10) == 0 ? 0 : Math.Pow(10, orders * chance.NextDouble()), $"n{node}", chance.NextDouble());
        // Inner nodes were given weights of their own: these are put right. One leaf at least has weight.
        builder.Add(0, 1, "last");
        return builder.Build();
    }

    /// <summary>A spine of inner nodes, each with one leaf: at depth i of weight 2^i.</summary>
    public static WeightedTree Caterpillar(int depth)
    {
        var builder = new WeightedTreeBuilder("root");
        var spine = 0;
        for (var level = 1; level <= depth; level++)
        {
            builder.Add(spine, Math.ScaleB(1, level), $"leaf {level}");
            spine = builder.Add(spine, level == depth ? Math.ScaleB(1, level) : null, $"spine {level}");
        }
        return builder.Build();
    }

    /// <summary>One parent with children of these weights.</summary>
    public static WeightedTree Flat(params double[] weights)
    {
        var builder = new WeightedTreeBuilder();
        foreach (var weight in weights)
            builder.Add(0, weight);
        return builder.Build();
    }
}
