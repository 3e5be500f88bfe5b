using System.Numerics;
using Sparseland.Trees.Voxels;

namespace Sparseland.Space.Surfaces;

/// <summary>A crossed edge of the lattice.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Axis">The axis that it runs along.</param>
/// <param name="Sample">Its lower end's place in its block's window.</param>
/// <param name="Lower">Its lower end on the lattice.</param>
internal readonly record struct CrossedEdge(int Number, int Axis, int Sample, Vector3 Lower)
{
    /// <summary>The sample at its upper end, in its block's window.</summary>
    public int UpperSample => Sample + (Axis == 0 ? 1 : Axis == 1 ? SurfaceSamples.WindowSide : SurfaceSamples.WindowSide * SurfaceSamples.WindowSide);

    /// <summary>Its upper end on the lattice.</summary>
    public Vector3 Upper => Lower + (Axis == 0 ? Vector3.UnitX : Axis == 1 ? Vector3.UnitY : Vector3.UnitZ);
}

/// <summary>The crossed edges that begin in a block, in the order of their numbers.</summary>
internal ref struct BlockEdges
{
    private readonly ReadOnlySpan<ulong> _edges;
    private readonly VoxelCoordinate _lowest;
    private int _next;
    private int _word;
    private ulong _bits;

    public BlockEdges(SurfaceCells cells, int block)
    {
        _edges = cells.Edges(block);
        (_lowest, _next, _word, _bits) = (cells.Samples.Lowest(block), cells.FirstEdge[block], 0, _edges[0]);
    }

    public CrossedEdge Current { get; private set; }

    public readonly BlockEdges GetEnumerator() => this;

    public bool MoveNext()
    {
        while (_bits == 0)
        {
            if (++_word == _edges.Length)
                return false;
            _bits = _edges[_word];
        }
        var place = BitOperations.TrailingZeroCount(_bits);
        _bits &= _bits - 1;
        var (x, y, z) = (place & 7, place >> 3, _word & 7);
        const int side = SurfaceSamples.WindowSide;
        Current = new(_next++, _word >> 3, (z * side + y) * side + x, new(_lowest.X + x, _lowest.Y + y, _lowest.Z + z));
        return true;
    }
}
