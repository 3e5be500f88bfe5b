using Sparseland.Errors;
using Sparseland.Tensors;
using Sparseland.Trees.Keys;

namespace Sparseland.Trees.Octrees;

/// <summary>Where everything of an octree lies in its one buffer. All places follow from the counts, so a file holds counts and no offsets.</summary>
internal sealed class OctreeLayout
{
    /// <summary>Bytes before the first section.</summary>
    public const int HeaderBytes = 256;

    /// <summary>The children of this many nodes have one entry in the rank directory: as many masks as a word holds.</summary>
    public const int RankGroup = 8;

    /// <param name="depth">Levels below the root, 1 to 21.</param>
    /// <param name="kind">What the leaves carry.</param>
    /// <param name="nodeCounts">Nodes of each level, the leaves last: depth + 1 numbers.</param>
    /// <param name="itemCount">Points, or pairs of cell and triangle; zero for cells.</param>
    public OctreeLayout(int depth, OctreeKind kind, ReadOnlySpan<int> nodeCounts, int itemCount)
    {
        (Depth, Kind, ItemCount) = (depth, kind, itemCount);
        NodeCounts = nodeCounts.ToArray();
        Masks = new long[depth];
        Ranks = new long[depth];
        var end = (long)HeaderBytes;
        for (var level = 0; level < depth; level++)
        {
            Masks[level] = Take(ref end, Groups(level) * sizeof(ulong));
            Ranks[level] = Take(ref end, Groups(level) * sizeof(uint));
        }
        Codes = Take(ref end, (long)LeafCount * sizeof(ulong));
        if (kind != OctreeKind.Cells)
        {
            Offsets = Take(ref end, (LeafCount + 1L) * sizeof(uint));
            Items = Take(ref end, (long)itemCount * sizeof(int));
        }
        if (kind == OctreeKind.Points)
            Positions = Take(ref end, (long)itemCount * 3 * sizeof(float));
        Bytes = end;
    }

    public int Depth { get; }

    public OctreeKind Kind { get; }

    public int[] NodeCounts { get; }

    public int LeafCount => NodeCounts[Depth];

    public int ItemCount { get; }

    /// <summary>For each level above the leaves, a byte per node: bit i is set where child i exists. Whole words, the rest zero.</summary>
    public long[] Masks { get; }

    /// <summary>For each level above the leaves and each eight nodes: how many children the nodes before them have.</summary>
    public long[] Ranks { get; }

    /// <summary>The Morton codes of the leaves, 64 bits each, ascending.</summary>
    public long Codes { get; }

    /// <summary>The first item of each leaf and the end, 32 bits each.</summary>
    public long Offsets { get; }

    /// <summary>The number of the point or triangle, 32 bits each.</summary>
    public long Items { get; }

    /// <summary>The points, three floats each.</summary>
    public long Positions { get; }

    public long Bytes { get; }

    public int Groups(int level) => (int)((NodeCounts[level] + (long)RankGroup - 1) / RankGroup);

    /// <summary>Refuses a tree that one buffer cannot hold, naming the depth that would fit.</summary>
    public TensorStorage<byte> Allocate(long limit)
    {
        if (Bytes <= limit)
            return AllocateFilled();
        throw TooLarge(Depth, Bytes, limit, DepthThatFits(Depth - 1, Kind, NodeCounts, ItemCount, limit));
    }

    // Zero where filling leaves gaps: the header, all masks and ranks, and the end of every section.
    private TensorStorage<byte> AllocateFilled()
    {
        var storage = new TensorStorage<byte>(Bytes, zeroed: false);
        storage.Slice(0, (int)Codes).Clear();
        foreach (var end in (ReadOnlySpan<long>)[Offsets, Items, Positions, Bytes])
        {
            if (end > Codes)
                storage.Slice(end - TensorStorage<byte>.Alignment, TensorStorage<byte>.Alignment).Clear();
        }
        return storage;
    }

    /// <summary>The greatest depth, at most <paramref name="depth"/>, at which a tree with these numbers of nodes has at most <paramref name="limit"/> bytes; zero when there is none.</summary>
    public static int DepthThatFits(int depth, OctreeKind kind, ReadOnlySpan<int> nodeCounts, int itemCount, long limit)
    {
        while (depth > 0 && new OctreeLayout(depth, kind, nodeCounts[..(depth + 1)], itemCount).Bytes > limit)
            depth--;
        return depth;
    }

    /// <summary>The exception for a tree above the limit.</summary>
    public static ResourceLimitException TooLarge(int depth, long bytes, long limit, int fits) =>
        new($"an octree of depth {depth} needs {bytes:N0} bytes and {limit:N0} are allowed; {(fits > 0 ? $"depth {fits} fits" : "no depth fits: divide the data")}");

    /// <summary>Checks a depth at a public entry.</summary>
    public static void RequireDepth(int depth)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(depth, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(depth, MortonCode3.MaximumDepth);
    }

    private static long Take(ref long end, long bytes)
    {
        var start = end;
        end = (end + bytes + TensorStorage<byte>.Alignment - 1) & -TensorStorage<byte>.Alignment;
        return start;
    }
}
