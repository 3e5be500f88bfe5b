namespace Sparseland.Trees.Voxels;

/// <summary>16 x 16 x 16 slots in Morton order, each a brick or a tile: a value and whether it is active, for all 512 voxels. A node without slots is a tile itself, of 128 x 128 x 128 voxels.</summary>
internal sealed class VoxelNode<T>(T value, bool active) where T : unmanaged
{
    public const int Log2Slots = 12;
    public const int Slots = 1 << Log2Slots;

    private T _value = value;
    private bool _active = active;
    private Brick<T>?[]? _bricks;
    private ulong[]? _tileActive;
    private T[]? _tileValues;

    public bool IsTile => _bricks is null;

    public int BrickCount { get; private set; }

    /// <summary>Bytes of memory, bricks included.</summary>
    public long Bytes
    {
        get
        {
            const int reference = 8;
            const int objectHeader = 24;
            var bytes = (long)objectHeader + 48;
            if (_bricks is not null)
                bytes += 2 * objectHeader + Slots * reference + Slots / 8;
            if (_tileValues is not null)
                bytes += objectHeader + Slots * System.Runtime.CompilerServices.Unsafe.SizeOf<T>();
            return bytes + (long)BrickCount * (objectHeader + BrickMask.Words * sizeof(ulong) + Brick<T>.Voxels * System.Runtime.CompilerServices.Unsafe.SizeOf<T>());
        }
    }

    public Brick<T>? BrickAt(int slot) => _bricks?[slot];

    /// <summary>The tile of a slot that has no brick.</summary>
    public (T Value, bool Active) TileAt(int slot) =>
        _bricks is null ? (_value, _active) : (_tileValues is null ? _value : _tileValues[slot], ((_tileActive![slot >> 6] >> (slot & 63)) & 1) != 0);

    /// <summary>Which voxels of a slot are active.</summary>
    public BrickMask MaskAt(int slot) => BrickAt(slot)?.Active ?? (TileAt(slot).Active ? BrickMask.All : default);

    /// <summary>The brick of a slot, made from its tile when there is none.</summary>
    public Brick<T> Split(int slot)
    {
        if (BrickAt(slot) is { } brick)
            return brick;
        var (value, active) = TileAt(slot);
        Divide();
        brick = new(value, active);
        _bricks![slot] = brick;
        BrickCount++;
        return brick;
    }

    /// <summary>Makes a slot a tile.</summary>
    public void SetTile(int slot, T value, bool active)
    {
        Divide();
        if (_bricks![slot] is not null)
        {
            _bricks[slot] = null;
            BrickCount--;
        }
        if (_tileValues is null && !EqualityComparer<T>.Default.Equals(value, _value))
        {
            _tileValues = new T[Slots];
            Array.Fill(_tileValues, _value);
        }
        if (_tileValues is not null)
            _tileValues[slot] = value;
        ref var word = ref _tileActive![slot >> 6];
        var bit = 1UL << (slot & 63);
        word = active ? word | bit : word & ~bit;
    }

    /// <summary>Makes the whole node one tile.</summary>
    public void SetTile(T value, bool active)
    {
        (_value, _active, _bricks, _tileActive, _tileValues, BrickCount) = (value, active, null, null, null, 0);
    }

    /// <summary>The tile that all slots are, or null when they differ or have bricks.</summary>
    public (T Value, bool Active)? CommonTile()
    {
        if (BrickCount > 0)
            return null;
        var first = TileAt(0);
        for (var slot = 1; slot < Slots && !IsTile; slot++)
        {
            var tile = TileAt(slot);
            if (tile.Active != first.Active || !EqualityComparer<T>.Default.Equals(tile.Value, first.Value))
                return null;
        }
        return first;
    }

    private void Divide()
    {
        if (_bricks is not null)
            return;
        _bricks = new Brick<T>?[Slots];
        _tileActive = new ulong[Slots / 64];
        if (_active)
            Array.Fill(_tileActive, ulong.MaxValue);
    }
}
