using System.Numerics;
using Sparseland.Trees.Voxels;

namespace Sparseland.Space.Surfaces;

/// <summary>A block and the seven above it, whose edges and cells the block's own cells share.</summary>
internal readonly ref struct BlockNeighbours
{
    private readonly SurfaceCells _cells;
    private readonly Span<int> _blocks;
    private readonly Span<int> _ranks;

    /// <summary>Numbers that <see cref="BlockNeighbours(SurfaceCells, int, Span{int})"/> needs room for.</summary>
    public const int Room = 8 + 8 * SurfaceCells.EdgeWords;

    public BlockNeighbours(SurfaceCells cells, int block, Span<int> room)
    {
        _cells = cells;
        _blocks = room[..8];
        _ranks = room[8..Room];
        var lowest = cells.Samples.Lowest(block);
        for (var part = 0; part < 8; part++)
        {
            const int side = SurfaceSamples.Side;
            _blocks[part] = part == 0 ? block : cells.Samples.Find(new VoxelCoordinate(lowest.X + side * (part & 1), lowest.Y + side * ((part >> 1) & 1), lowest.Z + side * (part >> 2)));
            if (_blocks[part] < 0)
                continue;
            var rank = cells.FirstEdge[_blocks[part]];
            var edges = cells.Edges(_blocks[part]);
            for (var word = 0; word < edges.Length; word++)
            {
                _ranks[part * SurfaceCells.EdgeWords + word] = rank;
                rank += BitOperations.PopCount(edges[word]);
            }
        }
    }

    /// <summary>The number of an edge of a cell of this block; -1 when its block is not there or it is not crossed.</summary>
    /// <param name="cell">The cell, 64 z + 8 y + x.</param>
    /// <param name="edge">The edge, as in <see cref="CubeTable"/>.</param>
    public int Edge(int cell, int edge)
    {
        var corner = CubeTable.Ends(edge).Lower;
        var place = Place(cell, corner, out var part);
        if (_blocks[part] < 0)
            return -1;
        var word = 8 * (edge >> 2) + (place >> 6);
        var (bits, bit) = (_cells.Edges(_blocks[part])[word], 1UL << (place & 63));
        return (bits & bit) == 0 ? -1 : _ranks[part * SurfaceCells.EdgeWords + word] + BitOperations.PopCount(bits & (bit - 1));
    }

    /// <summary>The block of the cell that lies one up on some axes, and its place there; the block is -1 when it is not there.</summary>
    /// <param name="cell">A cell of this block.</param>
    /// <param name="step">The axes, as the bits of a corner.</param>
    public (int Block, int Cell) Above(int cell, int step)
    {
        var place = Place(cell, step, out var part);
        return (_blocks[part], place);
    }

    private static int Place(int cell, int step, out int part)
    {
        var (x, y, z) = ((cell & 7) + (step & 1), ((cell >> 3) & 7) + ((step >> 1) & 1), (cell >> 6) + (step >> 2));
        part = (x >> 3) | ((y >> 3) << 1) | ((z >> 3) << 2);
        return ((z & 7) << 6) | ((y & 7) << 3) | (x & 7);
    }
}
