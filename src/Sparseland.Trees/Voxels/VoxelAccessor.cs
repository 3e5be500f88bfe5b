using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Sparseland.Trees.Voxels;

/// <summary>
/// One thread's view of a grid that remembers the brick or tile it was in last, so that neighbouring reads and writes need no search (VDB's value accessor; Museth 2013, section 3.2).
/// It notices when bricks come and go. Several may read at once while nobody writes.
/// </summary>
/// <typeparam name="T">The value.</typeparam>
public sealed class VoxelAccessor<T> where T : unmanaged
{
    private const int WindowVoxels = 16;

    private readonly VoxelGrid<T> _grid;
    private int _version;

    // A voxel of the slot that is remembered; beyond every grid at first, where the background is.
    private int _x = int.MinValue;
    private int _y = int.MinValue;
    private int _z = int.MinValue;
    private Brick<T>? _brick;
    private (T Value, bool Active) _tile;

    internal VoxelAccessor(VoxelGrid<T> grid)
    {
        _grid = grid;
        _version = grid.Version;
        _tile = (grid.Background, false);
    }

    /// <summary>The value of a voxel; see <see cref="VoxelGrid{T}.Get"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Get(int x, int y, int z)
    {
        if (IsElsewhere(x, y, z))
            Find(x, y, z);
        return _brick is { } brick ? brick.Value(Brick<T>.Offset(x, y, z)) : _tile.Value;
    }

    /// <summary>The values of many voxels anywhere. Their bricks are found some at a time and asked for before any is read, so that the waits for memory overlap: for random places faster than one by one.</summary>
    /// <param name="places">The voxels.</param>
    /// <param name="values">Gets one value for each voxel.</param>
    /// <exception cref="ArgumentException">There are fewer places for values than voxels.</exception>
    public unsafe void Get(ReadOnlySpan<VoxelCoordinate> places, Span<T> values)
    {
        if (values.Length < places.Length)
            throw new ArgumentException($"{places.Length} voxels have {values.Length} places for values; give one for each", nameof(values));
        var found = default(Window);
        for (var begin = 0; begin < places.Length; begin += WindowVoxels)
        {
            var count = Math.Min(WindowVoxels, places.Length - begin);
            for (var i = 0; i < count; i++)
            {
                var (x, y, z) = places[begin + i];
                var key = VoxelGrid<T>.BrickKey(x, y, z);
                var node = VoxelCoordinate.InReach(x, y, z) ? _grid.NodeOrNone(key >> VoxelNode<T>.Log2Slots) : null;
                var brick = node?.BrickAt(VoxelGrid<T>.Slot(key));
                found[i] = brick;
                if (brick is null)
                    values[begin + i] = node is null ? _grid.Background : node.TileAt(VoxelGrid<T>.Slot(key)).Value;
                else if (Sse.IsSupported)
                    Sse.Prefetch0(Unsafe.AsPointer(ref brick.Value(Brick<T>.Offset(x, y, z))));
            }
            for (var i = 0; i < count; i++)
            {
                var (x, y, z) = places[begin + i];
                if (found[i] is { } brick)
                    values[begin + i] = brick.Value(Brick<T>.Offset(x, y, z));
            }
        }
    }

    /// <summary>Whether a voxel is active.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsActive(int x, int y, int z)
    {
        if (IsElsewhere(x, y, z))
            Find(x, y, z);
        return _brick is { } brick ? brick.Active.Has(Brick<T>.Offset(x, y, z)) : _tile.Active;
    }

    /// <summary>Gives a voxel a value and makes it active.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is beyond the reach of a grid.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Set(int x, int y, int z, T value)
    {
        if (IsElsewhere(x, y, z))
            Find(x, y, z);
        var brick = _brick ?? Make(x, y, z);
        var offset = Brick<T>.Offset(x, y, z);
        brick.Value(offset) = value;
        brick.Active.Set(offset);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsElsewhere(int x, int y, int z) => (((x ^ _x) | (y ^ _y) | (z ^ _z)) & ~(Brick<T>.Side - 1)) != 0 || _version != _grid.Version;

    private void Find(int x, int y, int z)
    {
        (_x, _y, _z, _version) = (x, y, z, _grid.Version);
        if (VoxelCoordinate.InReach(x, y, z))
        {
            var key = VoxelGrid<T>.BrickKey(x, y, z);
            if (_grid.NodeOrNone(key >> VoxelNode<T>.Log2Slots) is { } node)
            {
                var slot = VoxelGrid<T>.Slot(key);
                _brick = node.BrickAt(slot);
                if (_brick is null)
                    _tile = node.TileAt(slot);
                return;
            }
        }
        (_brick, _tile) = (null, (_grid.Background, false));
    }

    [InlineArray(WindowVoxels)]
    private struct Window
    {
        private Brick<T>? _first;
    }

    private Brick<T> Make(int x, int y, int z)
    {
        var brick = _grid.BrickForWriting(x, y, z);
        Find(x, y, z);
        return brick;
    }
}
