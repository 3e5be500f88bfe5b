using System.Runtime.CompilerServices;
using Sparseland.Errors;
using Sparseland.Trees.Keys;

namespace Sparseland.Trees.Voxels;

/// <summary>
/// A sparse grid of voxels without bounds to think of: bricks of 8 x 8 x 8 voxels with a bitmask of the active ones, constant tiles of 8 and of 128 voxels a side above them, the background everywhere else.
/// Every voxel has a value and is active or not; a voxel that was never set is inactive and has the background's value (terms and three-level tree after Museth, "VDB", 2013; here the root is a hash
/// table of nodes and slots are in Morton order). Reading from many threads is safe while nobody writes; each thread takes an <see cref="Accessor"/> of its own.
/// </summary>
/// <typeparam name="T">The value: float for distances and densities, or any number or small struct.</typeparam>
public sealed partial class VoxelGrid<T> where T : unmanaged
{
    private const int MostNodesFilled = 1 << 22;

    private readonly NodeTable<T> _nodes = new();

    // Counts what may make an accessor's cache wrong.
    private int _version;

    /// <summary>An empty grid.</summary>
    /// <param name="background">The value of every voxel that is not set.</param>
    public VoxelGrid(T background = default) => Background = background;

    /// <summary>The value of every voxel that is not set.</summary>
    public T Background { get; }

    /// <summary>Where the voxels lie in space; part of the grid's files, and otherwise the caller's.</summary>
    public VoxelFrame Frame { get; init; } = VoxelFrame.Unit;

    /// <summary>How many voxels are active, those of tiles included.</summary>
    public long ActiveCount
    {
        get
        {
            var count = 0L;
            foreach (var node in _nodes.Values)
            {
                if (node.IsTile)
                {
                    count += node.TileAt(0).Active ? (long)VoxelNode<T>.Slots * Brick<T>.Voxels : 0;
                    continue;
                }
                for (var slot = 0; slot < VoxelNode<T>.Slots; slot++)
                    count += node.BrickAt(slot) is { } brick ? brick.Active.Count : node.TileAt(slot).Active ? Brick<T>.Voxels : 0;
            }
            return count;
        }
    }

    /// <summary>How many bricks there are.</summary>
    public int BrickCount => _nodes.Values.Sum(node => node.BrickCount);

    /// <summary>Bytes of memory that the grid takes, to within the hash table's spare places.</summary>
    public long Bytes => _nodes.Values.Sum(node => node.Bytes + 32);

    /// <summary>A cache for one thread's reads and writes.</summary>
    public VoxelAccessor<T> Accessor() => new(this);

    /// <summary>The value of a voxel: the background's where nothing was set, beyond the reach of the grid too. For many reads an <see cref="Accessor"/> is faster.</summary>
    public T Get(int x, int y, int z)
    {
        if (!VoxelCoordinate.InReach(x, y, z))
            return Background;
        var key = BrickKey(x, y, z);
        if (_nodes.Find(key >> VoxelNode<T>.Log2Slots) is not { } node)
            return Background;
        var slot = Slot(key);
        return node.BrickAt(slot) is { } brick ? brick.Value(Brick<T>.Offset(x, y, z)) : node.TileAt(slot).Value;
    }

    /// <summary>Whether a voxel is active.</summary>
    public bool IsActive(int x, int y, int z)
    {
        if (!VoxelCoordinate.InReach(x, y, z))
            return false;
        var key = BrickKey(x, y, z);
        return _nodes.Find(key >> VoxelNode<T>.Log2Slots) is { } node
            && (node.BrickAt(Slot(key)) is { } brick ? brick.Active.Has(Brick<T>.Offset(x, y, z)) : node.TileAt(Slot(key)).Active);
    }

    /// <summary>Gives a voxel a value and makes it active.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is beyond the reach of a grid.</exception>
    public void Set(int x, int y, int z, T value) => Set(x, y, z, value, active: true);

    /// <summary>Gives a voxel a value and makes it active or inactive.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is beyond the reach of a grid.</exception>
    public void Set(int x, int y, int z, T value, bool active)
    {
        var brick = BrickForWriting(x, y, z);
        var offset = Brick<T>.Offset(x, y, z);
        brick.Value(offset) = value;
        if (active)
            brick.Active.Set(offset);
        else
            brick.Active.Clear(offset);
    }

    /// <summary>Gives all voxels of a box a value and makes them active or inactive; whole bricks and nodes become tiles.</summary>
    /// <param name="lower">The box's lowest voxel.</param>
    /// <param name="upper">Its highest voxel, which belongs to it.</param>
    /// <param name="value">The value.</param>
    /// <param name="active">Whether they become active.</param>
    /// <exception cref="ArgumentOutOfRangeException">A corner is beyond the reach of a grid, or the upper one below the lower one.</exception>
    /// <exception cref="ResourceLimitException">The box has more than four million nodes of 128 voxels a side.</exception>
    public void Fill(VoxelCoordinate lower, VoxelCoordinate upper, T value, bool active = true)
    {
        RequireInReach(lower.X, lower.Y, lower.Z);
        RequireInReach(upper.X, upper.Y, upper.Z);
        if (upper.X < lower.X || upper.Y < lower.Y || upper.Z < lower.Z)
            throw new ArgumentOutOfRangeException(nameof(upper), upper, $"a box's upper voxel is on no axis below the lower one, {lower}");
        RequireFewNodes(lower, upper);
        FillCells(lower, upper, 7, (x, y, z) =>
        {
            _version++;
            Node(BrickKey(x, y, z) >> VoxelNode<T>.Log2Slots).SetTile(value, active);
        }, (nodeLower, nodeUpper) => FillCells(nodeLower, nodeUpper, Brick<T>.Log2Side, (x, y, z) =>
        {
            _version++;
            var key = BrickKey(x, y, z);
            Node(key >> VoxelNode<T>.Log2Slots).SetTile(Slot(key), value, active);
        }, (brickLower, brickUpper) => FillVoxels(brickLower, brickUpper, value, active)));
        Prune(emptyNodesOnly: true);
    }

    /// <summary>The active voxels, those of tiles included: bricks in the order of their Morton codes, and z, y, x within one.</summary>
    public IEnumerable<ActiveVoxel<T>> ActiveVoxels()
    {
        foreach (var nodeKey in SortedNodeKeys())
        {
            var node = _nodes[nodeKey];
            for (var slot = 0; slot < VoxelNode<T>.Slots; slot++)
            {
                var mask = node.MaskAt(slot);
                if (mask.IsEmpty)
                    continue;
                var (brick, origin) = (node.BrickAt(slot), Origin((nodeKey << VoxelNode<T>.Log2Slots) | (uint)slot));
                for (var offset = 0; offset < Brick<T>.Voxels; offset++)
                {
                    if (mask.Has(offset))
                        yield return new(new(origin.X + (offset & 7), origin.Y + ((offset >> 3) & 7), origin.Z + (offset >> 6)), brick is null ? node.TileAt(slot).Value : brick.Value(offset));
                }
            }
        }
    }

    /// <summary>Makes tiles of bricks whose voxels are all alike, and of nodes; what is inactive background is removed. Values and active voxels stay as they are.</summary>
    public void Prune() => Prune(emptyNodesOnly: false);

    internal int Version => _version;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal VoxelNode<T>? NodeOrNone(ulong key) => _nodes.Find(key);

    internal ulong[] SortedNodeKeys()
    {
        var keys = _nodes.Keys.ToArray();
        Array.Sort(keys);
        return keys;
    }

    internal Brick<T> BrickForWriting(int x, int y, int z)
    {
        RequireInReach(x, y, z);
        var key = BrickKey(x, y, z);
        var node = Node(key >> VoxelNode<T>.Log2Slots);
        if (node.BrickAt(Slot(key)) is { } brick)
            return brick;
        _version++;
        return node.Split(Slot(key));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong BrickKey(int x, int y, int z)
    {
        const int bias = -VoxelCoordinate.Least;
        return MortonCode3.Encode((uint)(x + bias) >> Brick<T>.Log2Side, (uint)(y + bias) >> Brick<T>.Log2Side, (uint)(z + bias) >> Brick<T>.Log2Side);
    }

    internal static VoxelCoordinate Origin(ulong brickKey)
    {
        var (x, y, z) = MortonCode3.Decode(brickKey);
        return new(((int)x << Brick<T>.Log2Side) + VoxelCoordinate.Least, ((int)y << Brick<T>.Log2Side) + VoxelCoordinate.Least, ((int)z << Brick<T>.Log2Side) + VoxelCoordinate.Least);
    }

    internal static int Slot(ulong brickKey) => (int)(brickKey & (VoxelNode<T>.Slots - 1));

    internal VoxelNode<T> Node(ulong key)
    {
        if (_nodes.Find(key) is { } node)
            return node;
        _version++;
        return _nodes[key] = new(Background, active: false);
    }

    private void FillVoxels(VoxelCoordinate lower, VoxelCoordinate upper, T value, bool active)
    {
        for (var z = lower.Z; z <= upper.Z; z++)
        {
            for (var y = lower.Y; y <= upper.Y; y++)
            {
                for (var x = lower.X; x <= upper.X; x++)
                    Set(x, y, z, value, active);
            }
        }
    }

    // Walks the cells of side 2^log2 that a box meets: those inside it whole, of the others the part that is in it.
    private static void FillCells(VoxelCoordinate lower, VoxelCoordinate upper, int log2, Action<int, int, int> whole, Action<VoxelCoordinate, VoxelCoordinate> partly)
    {
        var last = (1 << log2) - 1;
        for (var z = lower.Z & ~last; z <= upper.Z; z += last + 1)
        {
            for (var y = lower.Y & ~last; y <= upper.Y; y += last + 1)
            {
                for (var x = lower.X & ~last; x <= upper.X; x += last + 1)
                {
                    var from = new VoxelCoordinate(Math.Max(x, lower.X), Math.Max(y, lower.Y), Math.Max(z, lower.Z));
                    var to = new VoxelCoordinate(Math.Min(x + last, upper.X), Math.Min(y + last, upper.Y), Math.Min(z + last, upper.Z));
                    if (from == new VoxelCoordinate(x, y, z) && to == new VoxelCoordinate(x + last, y + last, z + last))
                        whole(x, y, z);
                    else
                        partly(from, to);
                }
            }
        }
    }

    private void Prune(bool emptyNodesOnly)
    {
        _version++;
        foreach (var key in SortedNodeKeys())
        {
            var node = _nodes[key];
            for (var slot = 0; slot < VoxelNode<T>.Slots && !emptyNodesOnly; slot++)
            {
                if (node.BrickAt(slot) is { } brick && (brick.Active.IsEmpty || brick.Active.IsFull) && !IsMixed(brick))
                    node.SetTile(slot, brick.Value(0), brick.Active.IsFull);
            }
            if (node.CommonTile() is not var (value, active))
                continue;
            node.SetTile(value, active);
            if (!active && AreEqual(value, Background))
                _nodes.Remove(key);
        }
    }

    private static void RequireFewNodes(VoxelCoordinate lower, VoxelCoordinate upper)
    {
        var nodes = ((upper.X >> 7) - (lower.X >> 7) + 1.0) * ((upper.Y >> 7) - (lower.Y >> 7) + 1.0) * ((upper.Z >> 7) - (lower.Z >> 7) + 1.0);
        if (nodes > MostNodesFilled)
            throw new ResourceLimitException($"a box from {lower} to {upper} takes {nodes:N0} nodes of 128 voxels a side, and at most {MostNodesFilled:N0} are filled at once; make it the background or fill parts of it");
    }

    private static bool IsMixed(Brick<T> brick)
    {
        foreach (var value in brick.Values)
        {
            if (!AreEqual(value, brick.Value(0)))
                return true;
        }
        return false;
    }

    private static bool AreEqual(T a, T b) => EqualityComparer<T>.Default.Equals(a, b);

    private static void RequireInReach(int x, int y, int z)
    {
        if (!VoxelCoordinate.InReach(x, y, z))
            throw new ArgumentOutOfRangeException(nameof(x), $"voxel ({x}, {y}, {z}) is beyond the reach of a grid, {VoxelCoordinate.Least} to {VoxelCoordinate.Most} on each axis");
    }
}
