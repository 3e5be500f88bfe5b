using System.Numerics;
using System.Runtime.CompilerServices;
using Sparseland.Tensors;

namespace Sparseland.Trees.Voxels;

/// <summary>
/// A sparse grid that is only read, in one relocatable buffer, which is also the file: node codes in order, bits for bricks and tiles, bricks one after the other (the idea of Museth, "NanoVDB: A GPU-friendly
/// and portable VDB data structure", 2021, with counts of bits in place of its offsets). Immutable and thread-safe; made by <see cref="VoxelGrid{T}.Freeze"/> or read by <see cref="VoxelFile"/>.
/// </summary>
/// <typeparam name="T">The value.</typeparam>
public sealed unsafe class FrozenVoxelGrid<T> where T : unmanaged
{
    private readonly TensorStorage<byte> _storage;
    private readonly FrozenVoxelLayout _layout;
    private readonly byte* _buffer;
    private readonly ulong* _keys;

    internal FrozenVoxelGrid(TensorStorage<byte> storage, FrozenVoxelLayout layout, T background, VoxelFrame frame)
    {
        (_storage, _layout, Background, Frame) = (storage, layout, background, frame);
        _buffer = storage.Pointer;
        _keys = (ulong*)(_buffer + layout.Keys);
    }

    /// <summary>The value of every voxel that is not set.</summary>
    public T Background { get; }

    /// <summary>Where the voxels lie in space.</summary>
    public VoxelFrame Frame { get; }

    /// <summary>How many bricks there are.</summary>
    public int BrickCount => _layout.Bricks;

    /// <summary>Bytes of the buffer, header and all.</summary>
    public long Bytes => _layout.Bytes;

    /// <summary>How many voxels are active, those of tiles included.</summary>
    public long ActiveCount
    {
        get
        {
            var count = 0L;
            var active = (ulong*)(_buffer + _layout.Active);
            for (var word = 0L; word < (long)_layout.Bricks * BrickMask.Words; word++)
                count += BitOperations.PopCount(active[word]);
            var tiles = (ulong*)(_buffer + _layout.TileActive);
            for (var word = 0L; word < (long)_layout.Nodes * FrozenVoxelLayout.WordsPerNode; word++)
                count += BitOperations.PopCount(tiles[word]) * (long)Brick<T>.Voxels;
            GC.KeepAlive(_storage);
            return count;
        }
    }

    internal FrozenVoxelLayout Layout => _layout;

    internal TensorStorage<byte> Storage => _storage;

    /// <summary>The value of a voxel: the background's where nothing was set, beyond the reach of the grid too. A search among the nodes, and two counts of bits.</summary>
    public T Get(int x, int y, int z)
    {
        var value = Background;
        if (Find(x, y, z, out var slot, out var node))
        {
            if (BrickAt(node, slot) is var brick and >= 0)
                value = ((T*)(_buffer + _layout.Values))[(long)brick * Brick<T>.Voxels + Brick<T>.Offset(x, y, z)];
            else if (TileAt(node, slot) is var tile and >= 0)
                value = ((T*)(_buffer + _layout.TileValues))[tile];
        }
        GC.KeepAlive(_storage);
        return value;
    }

    /// <summary>Whether a voxel is active.</summary>
    public bool IsActive(int x, int y, int z)
    {
        var active = false;
        if (Find(x, y, z, out var slot, out var node))
        {
            var offset = Brick<T>.Offset(x, y, z);
            active = BrickAt(node, slot) is var brick and >= 0
                ? ((((ulong*)(_buffer + _layout.Active))[(long)brick * BrickMask.Words + (offset >> 6)] >> (offset & 63)) & 1) != 0
                : ((((ulong*)(_buffer + _layout.TileActive))[Word(node, slot)] >> (slot & 63)) & 1) != 0;
        }
        GC.KeepAlive(_storage);
        return active;
    }

    /// <summary>A grid with the same voxels that can be changed.</summary>
    public VoxelGrid<T> Thaw()
    {
        var grid = new VoxelGrid<T>(Background) { Frame = Frame };
        for (var node = 0; node < _layout.Nodes; node++)
        {
            var thawed = grid.Node(_keys[node]);
            for (var slot = 0; slot < VoxelNode<T>.Slots; slot++)
            {
                if (BrickAt(node, slot) is var brick and >= 0)
                {
                    var copy = thawed.Split(slot);
                    new ReadOnlySpan<T>(_buffer + _layout.Values + (long)brick * Brick<T>.Voxels * sizeof(T), Brick<T>.Voxels).CopyTo(copy.Values);
                    new ReadOnlySpan<ulong>(_buffer + _layout.Active + (long)brick * sizeof(BrickMask), BrickMask.Words).CopyTo(copy.Active);
                }
                else if (TileAt(node, slot) is var tile and >= 0)
                {
                    var active = ((((ulong*)(_buffer + _layout.TileActive))[Word(node, slot)] >> (slot & 63)) & 1) != 0;
                    thawed.SetTile(slot, ((T*)(_buffer + _layout.TileValues))[tile], active);
                }
            }
        }
        GC.KeepAlive(_storage);
        return grid;
    }

    private bool Find(int x, int y, int z, out int slot, out int node)
    {
        (slot, node) = (0, -1);
        if (!VoxelCoordinate.InReach(x, y, z))
            return false;
        var key = VoxelGrid<T>.BrickKey(x, y, z);
        slot = VoxelGrid<T>.Slot(key);
        node = new ReadOnlySpan<ulong>(_keys, _layout.Nodes).BinarySearch(key >> VoxelNode<T>.Log2Slots);
        return node >= 0;
    }

    private static long Word(int node, int slot) => (long)node * FrozenVoxelLayout.WordsPerNode + (slot >> 6);

    private int BrickAt(int node, int slot) => Rank(_layout.BrickSlots, _layout.BrickRanks, node, slot);

    private int TileAt(int node, int slot) => Rank(_layout.TileSlots, _layout.TileRanks, node, slot);

    // The number of a slot's brick or tile: how many bits are set before its own; -1 when its own is not.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Rank(long slots, long ranks, int node, int slot)
    {
        var at = Word(node, slot);
        var word = ((ulong*)(_buffer + slots))[at];
        var bit = 1UL << (slot & 63);
        return (word & bit) == 0 ? -1 : ((int*)(_buffer + ranks))[at] + BitOperations.PopCount(word & (bit - 1));
    }
}
