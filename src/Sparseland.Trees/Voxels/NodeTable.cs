using System.Numerics;
using System.Runtime.CompilerServices;

namespace Sparseland.Trees.Voxels;

/// <summary>The nodes of a grid by their codes: a hash table of open addressing, whose look-up is a product, a shift and mostly one comparison (Knuth, The Art of Computer Programming 3, 6.4, with multiplicative hashing).</summary>
internal sealed class NodeTable<T> where T : unmanaged
{
    private const int LeastBits = 4;

    private Entry[] _entries = new Entry[1 << LeastBits];
    private int _shift = 64 - LeastBits;
    private int _count;

    /// <summary>The nodes, in no order.</summary>
    public IEnumerable<VoxelNode<T>> Values => _entries.Where(entry => entry.Node is not null).Select(entry => entry.Node!);

    /// <summary>Their codes, in the same order.</summary>
    public IEnumerable<ulong> Keys => _entries.Where(entry => entry.Node is not null).Select(entry => entry.Key);

    /// <summary>The node of a code that is there; setting adds or replaces.</summary>
    public VoxelNode<T> this[ulong key]
    {
        get => Find(key) ?? throw new KeyNotFoundException($"there is no node {key}");
        set
        {
            if (2 * (_count + 1) > _entries.Length)
                Grow();
            var place = Place(key);
            while (_entries[place].Node is not null && _entries[place].Key != key)
                place = (place + 1) & (_entries.Length - 1);
            _count += _entries[place].Node is null ? 1 : 0;
            _entries[place] = new(key, value);
        }
    }

    /// <summary>The node of a code, or null.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public VoxelNode<T>? Find(ulong key)
    {
        var entries = _entries;
        for (var place = Place(key); ; place++)
        {
            ref readonly var entry = ref entries[place & (entries.Length - 1)];
            if (entry.Key == key || entry.Node is null)
                return entry.Node;
        }
    }

    /// <summary>Takes a node out.</summary>
    public void Remove(ulong key)
    {
        var mask = _entries.Length - 1;
        var hole = Place(key);
        while (_entries[hole].Node is not null && _entries[hole].Key != key)
            hole = (hole + 1) & mask;
        if (_entries[hole].Node is null)
            return;
        _count--;
        // What comes after moves up, unless it would come before the place where it is looked for first.
        for (var next = (hole + 1) & mask; _entries[next].Node is not null; next = (next + 1) & mask)
        {
            if (((next - Place(_entries[next].Key)) & mask) < ((next - hole) & mask))
                continue;
            _entries[hole] = _entries[next];
            hole = next;
        }
        _entries[hole] = default;
    }

    private void Grow()
    {
        var old = _entries;
        _entries = new Entry[2 * old.Length];
        _shift = 64 - BitOperations.Log2((uint)_entries.Length);
        _count = 0;
        foreach (var entry in old)
        {
            if (entry.Node is not null)
                this[entry.Key] = entry.Node;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Place(ulong key) => (int)((key * 0x9E3779B97F4A7C15UL) >> _shift);

    private readonly struct Entry(ulong key, VoxelNode<T> node)
    {
        public readonly ulong Key = key;
        public readonly VoxelNode<T>? Node = node;
    }
}
