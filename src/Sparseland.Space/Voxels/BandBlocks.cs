using System.Numerics;
using Sparseland.Trees.Keys;

namespace Sparseland.Space.Voxels;

/// <summary>
/// The blocks of 8 x 8 x 8 voxels that a band around a mesh may reach, and for each the triangles that it may be of. A triangle is halved at its longest side until its box is about a block's size,
/// so that a long slanted one does not fill its box.
/// </summary>
internal sealed class BandBlocks
{
    private const float LargestPiece = 8;
    private readonly Dictionary<ulong, int> _numbers = [];
    private readonly List<(int X, int Y, int Z)> _places = [];
    private readonly List<int> _lastTriangle = [];
    private readonly List<int> _counts = [];
    private readonly List<(int Block, int Triangle)> _pairs = [];
    private readonly float _band;
    private ulong _lastKey = ulong.MaxValue;
    private int _lastNumber;

    public BandBlocks(LatticeMesh mesh, float band, CancellationToken cancellationToken)
    {
        _band = band;
        for (var triangle = 0; triangle < mesh.TriangleCount; triangle++)
        {
            if ((triangle & 0xFFF) == 0)
                cancellationToken.ThrowIfCancellationRequested();
            var (a, b, c) = mesh.Corners(triangle);
            Add(a, b, c, triangle);
        }
        First = new int[Count + 1];
        for (var block = 0; block < Count; block++)
            First[block + 1] = checked(First[block] + _counts[block]);
        Triangles = new int[First[Count]];
        var next = First[..Count];
        foreach (var (block, triangle) in _pairs)
            Triangles[next[block]++] = triangle;
        _pairs.Clear();
        _pairs.TrimExcess();
    }

    /// <summary>How many blocks there are.</summary>
    public int Count => _places.Count;

    /// <summary>Where each block's triangles begin in <see cref="Triangles"/>, and behind the last one the end.</summary>
    public int[] First { get; }

    /// <summary>Triangles, block by block, rising within one.</summary>
    public int[] Triangles { get; }

    /// <summary>A block's place, in blocks from the origin.</summary>
    public (int X, int Y, int Z) Place(int block) => _places[block];

    /// <summary>Whether there is a block at a place.</summary>
    public bool Has(int x, int y, int z) => _numbers.ContainsKey(MortonCode3.Encode((uint)x, (uint)y, (uint)z));

    private void Add(Vector3 a, Vector3 b, Vector3 c, int triangle)
    {
        var (lower, upper) = (Vector3.Min(a, Vector3.Min(b, c)), Vector3.Max(a, Vector3.Max(b, c)));
        var extent = upper - lower;
        if (Math.Max(extent.X, Math.Max(extent.Y, extent.Z)) > LargestPiece)
        {
            var (ab, bc, ca) = (Vector3.DistanceSquared(a, b), Vector3.DistanceSquared(b, c), Vector3.DistanceSquared(c, a));
            if (ab >= bc && ab >= ca)
                (a, b, c) = (c, a, b);
            else if (ca >= bc)
                (a, b, c) = (b, c, a);
            // Now the longest side is the one from b to c.
            var middle = 0.5f * (b + c);
            Add(a, b, middle, triangle);
            Add(a, middle, c, triangle);
            return;
        }
        var first = (lower - new Vector3(_band)) / 8;
        var last = (upper + new Vector3(_band)) / 8;
        for (var z = (int)first.Z; z <= (int)last.Z; z++)
        {
            for (var y = (int)first.Y; y <= (int)last.Y; y++)
            {
                for (var x = (int)first.X; x <= (int)last.X; x++)
                    Add(x, y, z, triangle);
            }
        }
    }

    private void Add(int x, int y, int z, int triangle)
    {
        var key = MortonCode3.Encode((uint)x, (uint)y, (uint)z);
        if (key != _lastKey)
        {
            if (!_numbers.TryGetValue(key, out _lastNumber))
            {
                _lastNumber = _places.Count;
                _numbers.Add(key, _lastNumber);
                _places.Add((x, y, z));
                _lastTriangle.Add(-1);
                _counts.Add(0);
            }
            _lastKey = key;
        }
        if (_lastTriangle[_lastNumber] == triangle)
            return;
        _lastTriangle[_lastNumber] = triangle;
        _counts[_lastNumber]++;
        _pairs.Add((_lastNumber, triangle));
    }
}
