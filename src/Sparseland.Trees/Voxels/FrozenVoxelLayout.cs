using Sparseland.Errors;
using Sparseland.Tensors;

namespace Sparseland.Trees.Voxels;

/// <summary>Where everything of a frozen grid lies in its one buffer. All places follow from the counts, so a file holds counts and no offsets.</summary>
internal sealed class FrozenVoxelLayout
{
    /// <summary>Bytes before the first section.</summary>
    public const int HeaderBytes = 256;

    /// <summary>Words of a bit per slot of a node.</summary>
    public const int WordsPerNode = 4096 / 64;

    /// <param name="nodes">Nodes of 16 x 16 x 16 slots.</param>
    /// <param name="bricks">Slots that have a brick.</param>
    /// <param name="tiles">Slots that have a tile other than inactive background.</param>
    /// <param name="elementBytes">Bytes of a value.</param>
    public FrozenVoxelLayout(int nodes, int bricks, int tiles, int elementBytes)
    {
        (Nodes, Bricks, Tiles) = (nodes, bricks, tiles);
        var end = (long)HeaderBytes;
        Keys = Take(ref end, (long)nodes * sizeof(ulong));
        BrickSlots = Take(ref end, (long)nodes * WordsPerNode * sizeof(ulong));
        TileSlots = Take(ref end, (long)nodes * WordsPerNode * sizeof(ulong));
        TileActive = Take(ref end, (long)nodes * WordsPerNode * sizeof(ulong));
        BrickRanks = Take(ref end, (long)nodes * WordsPerNode * sizeof(int));
        TileRanks = Take(ref end, (long)nodes * WordsPerNode * sizeof(int));
        TileValues = Take(ref end, (long)tiles * elementBytes);
        Active = Take(ref end, (long)bricks * BrickMask.Words * sizeof(ulong));
        Values = Take(ref end, (long)bricks * 512 * elementBytes);
        Bytes = end;
    }

    public int Nodes { get; }

    public int Bricks { get; }

    public int Tiles { get; }

    /// <summary>The nodes' Morton codes, 64 bits each, ascending.</summary>
    public long Keys { get; }

    /// <summary>A bit for each slot of each node that has a brick.</summary>
    public long BrickSlots { get; }

    /// <summary>A bit for each slot of each node that has a tile other than inactive background.</summary>
    public long TileSlots { get; }

    /// <summary>Which of those tiles are active.</summary>
    public long TileActive { get; }

    /// <summary>For each word of the brick bits how many are set before it, in all nodes.</summary>
    public long BrickRanks { get; }

    /// <summary>The same for the tile bits.</summary>
    public long TileRanks { get; }

    public long TileValues { get; }

    /// <summary>The bricks' masks, 8 words each.</summary>
    public long Active { get; }

    /// <summary>The bricks' values, 512 each.</summary>
    public long Values { get; }

    public long Bytes { get; }

    public TensorStorage<byte> Allocate() => Bytes <= int.MaxValue - 256
        ? new(Bytes)
        : throw new ResourceLimitException($"a frozen grid of {Bricks:N0} bricks needs {Bytes:N0} bytes, above the 2 GiB of one buffer; prune it or write parts of it");

    private static long Take(ref long end, long bytes)
    {
        var start = end;
        end = (end + bytes + TensorStorage<byte>.Alignment - 1) & -TensorStorage<byte>.Alignment;
        return start;
    }
}
