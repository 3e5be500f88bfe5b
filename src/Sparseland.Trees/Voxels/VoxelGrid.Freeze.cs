namespace Sparseland.Trees.Voxels;

public sealed unsafe partial class VoxelGrid<T>
{
    /// <summary>Puts the grid, as it is now, into one buffer that is only read. Equal voxels in equal bricks and tiles give equal bytes.</summary>
    /// <exception cref="Errors.ResourceLimitException">It would have more than 2 GiB.</exception>
    public FrozenVoxelGrid<T> Freeze()
    {
        var keys = SortedNodeKeys();
        var (bricks, tiles) = (BrickCount, 0);
        foreach (var key in keys)
        {
            for (var slot = 0; slot < VoxelNode<T>.Slots; slot++)
                tiles += HasTile(_nodes[key], slot) ? 1 : 0;
        }
        var layout = new FrozenVoxelLayout(keys.Length, bricks, tiles, sizeof(T));
        var storage = layout.Allocate();
        var buffer = storage.Pointer;
        (bricks, tiles) = (0, 0);
        for (var i = 0; i < keys.Length; i++)
        {
            ((ulong*)(buffer + layout.Keys))[i] = keys[i];
            var node = _nodes[keys[i]];
            for (var slot = 0; slot < VoxelNode<T>.Slots; slot++)
            {
                var word = (long)i * FrozenVoxelLayout.WordsPerNode + (slot >> 6);
                if ((slot & 63) == 0)
                {
                    ((int*)(buffer + layout.BrickRanks))[word] = bricks;
                    ((int*)(buffer + layout.TileRanks))[word] = tiles;
                }
                var bit = 1UL << (slot & 63);
                if (node.BrickAt(slot) is { } brick)
                {
                    ((ulong*)(buffer + layout.BrickSlots))[word] |= bit;
                    brick.Values.CopyTo(new Span<T>(buffer + layout.Values + (long)bricks * Brick<T>.Voxels * sizeof(T), Brick<T>.Voxels));
                    ((ReadOnlySpan<ulong>)brick.Active).CopyTo(new Span<ulong>(buffer + layout.Active + (long)bricks * sizeof(BrickMask), BrickMask.Words));
                    bricks++;
                }
                else if (HasTile(node, slot))
                {
                    var (value, active) = node.TileAt(slot);
                    ((ulong*)(buffer + layout.TileSlots))[word] |= bit;
                    ((ulong*)(buffer + layout.TileActive))[word] |= active ? bit : 0;
                    ((T*)(buffer + layout.TileValues))[tiles++] = value;
                }
            }
        }
        GC.KeepAlive(storage);
        return new(storage, layout, Background, Frame);
    }

    // Inactive background needs no place.
    private bool HasTile(VoxelNode<T> node, int slot) => node.BrickAt(slot) is null && node.TileAt(slot) is var (value, active) && (active || !AreEqual(value, Background));
}
