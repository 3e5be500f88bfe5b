using System.Numerics;
using System.Runtime.CompilerServices;
using Sparseland.Trees.Keys;

namespace Sparseland.Space.Surfaces.DualMesh;

/// <summary>
/// The leaves of the deepest level and the lattice of their samples, which is twice as fine: leaf (x, y, z) has the samples (2x..2x+2, 2y..2y+2, 2z..2z+2), the middle one its centroid.
/// </summary>
internal readonly struct CellLattice
{
    /// <summary>Samples of a leaf: corners, middles of edges and faces, centroid.</summary>
    public const int SamplesPerLeaf = 27;

    /// <summary>The number of the centroid among the samples of a leaf.</summary>
    public const int Centroid = 13;

    public CellLattice(DualMeshOptions options)
    {
        Depth = options.MaximumDepth;
        Side = options.Side;
        Edge = Side / (1L << Depth);
        Minimum = 0.5 * ((Vector3Double)options.Bounds.Minimum + options.Bounds.Maximum) - 0.5 * new Vector3Double(Side, Side, Side);
    }

    public int Depth { get; }

    /// <summary>The cube's side.</summary>
    public double Side { get; }

    /// <summary>A leaf's edge.</summary>
    public double Edge { get; }

    /// <summary>The cube's lower corner.</summary>
    public Vector3Double Minimum { get; }

    /// <summary>Bits of a sample's code: its coordinates go up to 2^(depth + 1), that included.</summary>
    public int SampleBits => 3 * (Depth + 2);

    public Vector3 Sample(ulong code)
    {
        var (x, y, z) = MortonCode3.Decode(code);
        return (Vector3)(Minimum + 0.5 * Edge * new Vector3Double(x, y, z));
    }

    public Vector3Double LeafMinimum(ulong code)
    {
        var (x, y, z) = MortonCode3.Decode(code);
        return Minimum + Edge * new Vector3Double(x, y, z);
    }

    /// <summary>The sample at the centroid of a cell of any level.</summary>
    public ulong CentroidOf(ulong cell, int level)
    {
        var (x, y, z) = MortonCode3.Decode(cell);
        var shift = Depth - level;
        return MortonCode3.Encode((2 * x + 1) << shift, (2 * y + 1) << shift, (2 * z + 1) << shift);
    }

    /// <summary>A sample of a leaf by its number, x fastest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong SampleOf(uint x, uint y, uint z, int number) =>
        MortonCode3.Encode(2 * x + (uint)(number % 3), 2 * y + (uint)(number / 3 % 3), 2 * z + (uint)(number / 9));
}
