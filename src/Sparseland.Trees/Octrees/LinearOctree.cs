using System.Numerics;
using System.Runtime.CompilerServices;
using Sparseland.Tensors;
using Sparseland.Trees.Keys;

namespace Sparseland.Trees.Octrees;

/// <summary>
/// An octree without pointers: the Morton codes of its leaves in order, and for every level above them a byte per node that says which of the eight children exist. The children of a level lie in the
/// order of their parents, so a child's number is the number of set bits before its own: a directory of one count per eight nodes and one population count (Gargantini, "An effective way to represent
/// quadtrees", 1982, for the sorted codes; the rank directory is Jacobson's, 1989). All leaves are cells of the finest level. Everything lies in one relocatable buffer, which is also the file.
/// Immutable and thread-safe; made by <see cref="OctreeBuilder"/> or read by <see cref="OctreeFile"/>.
/// </summary>
/// <example>
/// Depth 2 over the unit cube with leaves at cells (0,0,0), (1,0,0) and (3,3,3): codes 0, 1 and 63. The root's mask is 0x81 (children 0 and 7), the masks of level 1 are 0x03 and 0x80. The child 7 of node 1
/// has the number 0 + popcount(0x8003 below bit 15) = 2: the third leaf.
/// </example>
public sealed unsafe partial class LinearOctree
{
    private readonly TensorStorage<byte> _storage;
    private readonly OctreeLayout _layout;
    private readonly byte* _buffer;
    private readonly ulong* _codes;
    private readonly uint* _offsets;
    private readonly int* _items;
    private readonly Vector3* _positions;
    private readonly Quantizer _quantizer;
    private readonly float _cellSize;

    internal LinearOctree(TensorStorage<byte> storage, OctreeLayout layout, Cube cube, int sourceCount)
    {
        (_storage, _layout, Cube, SourceCount) = (storage, layout, cube, sourceCount);
        _buffer = storage.Pointer;
        _codes = (ulong*)(_buffer + layout.Codes);
        _offsets = (uint*)(_buffer + layout.Offsets);
        _items = (int*)(_buffer + layout.Items);
        _positions = (Vector3*)(_buffer + layout.Positions);
        _quantizer = new(new Vector4(cube.Minimum, 0), cube.Size, layout.Depth, MortonCode3.MaximumDepth);
        _cellSize = cube.Size / (1 << layout.Depth);
    }

    /// <summary>The cube that is divided.</summary>
    public Cube Cube { get; }

    /// <summary>Levels below the root; a leaf's side is the cube's divided by 2^Depth.</summary>
    public int Depth => _layout.Depth;

    /// <summary>What the leaves carry.</summary>
    public OctreeKind Kind => _layout.Kind;

    /// <summary>How many leaves there are.</summary>
    public int LeafCount => _layout.LeafCount;

    /// <summary>How many items the leaves carry together: points, or pairs of cell and triangle.</summary>
    public int ItemCount => _layout.ItemCount;

    /// <summary>How many points or triangles the tree was built from; items are below it.</summary>
    public int SourceCount { get; }

    /// <summary>Bytes of the buffer, header and all.</summary>
    public long Bytes => _layout.Bytes;

    internal OctreeLayout Layout => _layout;

    internal TensorStorage<byte> Storage => _storage;

    /// <summary>How many nodes a level has; level 0 is the root, level <see cref="Depth"/> the leaves.</summary>
    public int NodeCount(int level)
    {
        RequireLevel(level, Depth);
        return _layout.NodeCounts[level];
    }

    /// <summary>Which children a node has: bit i for the child whose x, y and z halves are the bits 0, 1 and 2 of i.</summary>
    /// <param name="level">0 to Depth - 1.</param>
    /// <param name="node">The node's number in its level.</param>
    public int ChildMask(int level, int node)
    {
        RequireLevel(level, Depth - 1);
        RequireIndex(node, _layout.NodeCounts[level]);
        var mask = Mask(level, node);
        GC.KeepAlive(_storage);
        return mask;
    }

    /// <summary>The number that a child has in the next level, or -1 when there is none.</summary>
    /// <param name="level">The parent's level, 0 to Depth - 1.</param>
    /// <param name="node">The parent's number in it.</param>
    /// <param name="octant">Which child, 0 to 7.</param>
    public int Child(int level, int node, int octant)
    {
        RequireLevel(level, Depth - 1);
        RequireIndex(node, _layout.NodeCounts[level]);
        RequireIndex(octant, 8);
        var child = ChildOrNone(level, node, octant);
        GC.KeepAlive(_storage);
        return child;
    }

    /// <summary>The Morton code of a leaf's cell; leaves are in the order of their codes.</summary>
    public ulong LeafCode(int leaf)
    {
        RequireIndex(leaf, LeafCount);
        var code = _codes[leaf];
        GC.KeepAlive(_storage);
        return code;
    }

    /// <summary>The cube of a leaf.</summary>
    public Cube LeafCube(int leaf)
    {
        var (x, y, z) = MortonCode3.Decode(LeafCode(leaf));
        return new(Corner(x, y, z), _cellSize);
    }

    /// <summary>The numbers of the points or triangles of a leaf, rising; empty for a tree of cells. Keep the tree alive while the span is used.</summary>
    public ReadOnlySpan<int> Items(int leaf)
    {
        RequireIndex(leaf, LeafCount);
        return Kind == OctreeKind.Cells ? default : new(_items + _offsets[leaf], (int)(_offsets[leaf + 1] - _offsets[leaf]));
    }

    /// <summary>The leaf that holds a point, or -1 when there is none; by the same rounding as at the build, so that every point is found in its leaf. Takes one step per level.</summary>
    public int FindLeaf(Vector3 point)
    {
        if (!Cube.Contains(point))
            return -1;
        var cell = _quantizer.Cell(new Vector4(point, 0));
        return FindLeaf(MortonCode3.Encode(cell[0], cell[1], cell[2]));
    }

    /// <summary>The leaf with a code, or -1 when there is none.</summary>
    public int FindLeaf(ulong code)
    {
        if (LeafCount == 0 || code >> (3 * Depth) != 0)
            return -1;
        var node = 0;
        for (var level = 0; level < Depth && node >= 0; level++)
            node = ChildOrNone(level, node, (int)(code >> (3 * (Depth - 1 - level))) & 7);
        GC.KeepAlive(_storage);
        return node;
    }

    /// <summary>The leaves beside a leaf.</summary>
    /// <param name="leaf">The leaf.</param>
    /// <param name="connectivity">Which neighbours count.</param>
    /// <param name="destination">Room for as many as the connectivity says; gets the neighbours that exist in the order of z, y, x.</param>
    /// <returns>How many there are.</returns>
    public int Neighbours(int leaf, Connectivity connectivity, Span<int> destination)
    {
        if (connectivity is not (Connectivity.Faces or Connectivity.Edges or Connectivity.Corners))
            throw new ArgumentOutOfRangeException(nameof(connectivity));
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, (int)connectivity);
        var farthest = connectivity == Connectivity.Faces ? 1 : connectivity == Connectivity.Edges ? 2 : 3;
        var (x, y, z) = MortonCode3.Decode(LeafCode(leaf));
        var side = 1u << Depth;
        var count = 0;
        for (var step = 0; step < 27; step++)
        {
            var (dx, dy, dz) = (step % 3 - 1, step / 3 % 3 - 1, step / 9 - 1);
            var steps = Math.Abs(dx) + Math.Abs(dy) + Math.Abs(dz);
            var (nx, ny, nz) = ((uint)(x + dx), (uint)(y + dy), (uint)(z + dz));
            // Below zero wraps to a large number.
            if (steps == 0 || steps > farthest || nx >= side || ny >= side || nz >= side)
                continue;
            var neighbour = FindLeaf(MortonCode3.Encode(nx, ny, nz));
            if (neighbour >= 0)
                destination[count++] = neighbour;
        }
        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte Mask(int level, int node) => _buffer[_layout.Masks[level] + node];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int ChildOrNone(int level, int node, int octant)
    {
        var word = ((ulong*)(_buffer + _layout.Masks[level]))[node / OctreeLayout.RankGroup];
        var bit = 1UL << (8 * (node % OctreeLayout.RankGroup) + octant);
        return (word & bit) == 0 ? -1 : Rank(level, node / OctreeLayout.RankGroup, word & (bit - 1));
    }

    // The number of the first child of a node, or of the next node that has one.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int FirstChild(int level, int node)
    {
        if (node == _layout.NodeCounts[level])
            return _layout.NodeCounts[level + 1];
        var word = ((ulong*)(_buffer + _layout.Masks[level]))[node / OctreeLayout.RankGroup];
        return Rank(level, node / OctreeLayout.RankGroup, word & ((1UL << (8 * (node % OctreeLayout.RankGroup))) - 1));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Rank(int level, int group, ulong before) => (int)((uint*)(_buffer + _layout.Ranks[level]))[group] + BitOperations.PopCount(before);

    // Leaves of a node are a range: from its first to the first of the next node.
    private int FirstLeaf(int level, int node)
    {
        for (; level < Depth; level++)
            node = FirstChild(level, node);
        return node;
    }

    // Corners of cells of the finest level. Both roundings are monotone, so the box of a node holds the boxes of its children exactly.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector3 Corner(uint x, uint y, uint z) => Cube.Minimum + new Vector3(x, y, z) * _cellSize;

    private static void RequireLevel(int level, int last)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(level);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(level, last);
    }

    private static void RequireIndex(int index, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, count);
    }
}
