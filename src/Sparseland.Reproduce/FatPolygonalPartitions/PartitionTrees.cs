using System.Numerics;
using Sparseland.Chance;
using Sparseland.Trees.Octrees;
using Sparseland.Trees.Partitions;

namespace Sparseland.Reproduce.FatPolygonalPartitions;

/// <summary>The trees that are laid out.</summary>
internal static class PartitionTrees
{
    private const int FilesPerFolder = 12;
    private const int OctreeDepth = 7;

    /// <summary>Like a file system: folders hang below random earlier ones, files lie in random folders, and the r-th largest has the size 1 / r.</summary>
    public static WeightedTree Files(int files, ulong seed)
    {
        var chance = new RandomStream(seed, "files");
        var sizes = Enumerable.Range(1, files).Select(rank => 1.0 / rank).ToArray();
        chance.Shuffle(sizes.AsSpan());
        var builder = new WeightedTreeBuilder("disk");
        var folders = new List<int> { 0 };
        for (var i = 0; i < files / FilesPerFolder; i++)
            folders.Add(builder.Add(folders[chance.NextInt(folders.Count)], name: $"folder {i}"));
        foreach (var size in sizes)
            builder.Add(folders[chance.NextInt(folders.Count)], size);
        return builder.Build();
    }

    /// <summary>Leaves are split in two at random until each stands alone; weights are exponentially distributed.</summary>
    public static WeightedTree Binary(int leaves, ulong seed)
    {
        var chance = new RandomStream(seed, "binary");
        var builder = new WeightedTreeBuilder();
        var work = new Stack<(int Node, int Leaves)>([(0, leaves)]);
        while (work.TryPop(out var part))
        {
            var first = 1 + chance.NextInt(part.Leaves - 1);
            foreach (var count in new[] { first, part.Leaves - first })
            {
                var node = builder.Add(part.Node, count == 1 ? -Math.Log(1 - chance.NextDouble()) : null);
                if (count > 1)
                    work.Push((node, count));
            }
        }
        return builder.Build();
    }

    /// <summary>The octree of points on a torus, drawn with the seed, by its nodes: weights are points.</summary>
    public static WeightedTree Octree(int nodes, ulong seed)
    {
        var chance = new RandomStream(seed, "torus");
        var points = new Vector3[4 * nodes];
        foreach (ref var point in points.AsSpan())
        {
            var (around, across) = (2 * MathF.PI * (float)chance.NextDouble(), 2 * MathF.PI * (float)chance.NextDouble());
            var radius = 1 + 0.4f * MathF.Cos(across);
            point = new(radius * MathF.Cos(around), radius * MathF.Sin(around), 0.4f * MathF.Sin(across));
        }
        return OctreeWeights.Of(OctreeBuilder.FromPoints(points, OctreeDepth), nodes);
    }

    /// <summary>A spine whose leaf at depth i has the weight 2^i: the root cuts off a sliver, and every later piece is larger.</summary>
    public static WeightedTree Caterpillar(int depth) => Spine(depth, level => Math.ScaleB(1, level), Math.ScaleB(1, depth));

    /// <summary>A spine whose leaf at depth i has the weight 2^-i, and whose end has weight 1: every later piece is a smaller sliver, so all earlier edges stay and directions pile up.</summary>
    public static WeightedTree Tapering(int depth) => Spine(depth, level => Math.ScaleB(1, -level), 1);

    private static WeightedTree Spine(int depth, Func<int, double> weight, double end)
    {
        var builder = new WeightedTreeBuilder();
        var spine = 0;
        for (var level = 1; level <= depth; level++)
        {
            builder.Add(spine, weight(level));
            spine = builder.Add(spine, level == depth ? end : null);
        }
        return builder.Build();
    }
}
