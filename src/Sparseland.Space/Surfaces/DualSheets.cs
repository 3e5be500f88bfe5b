using Sparseland.Threads;

namespace Sparseland.Space.Surfaces;

/// <summary>The numbers of a dual surface's vertices: one for each sheet that passes through a cell, block by block and cell by cell.</summary>
internal sealed class DualSheets
{
    private readonly SurfaceCells _cells;
    private readonly int[] _first;
    private readonly ushort[] _offsets;

    public DualSheets(SurfaceCells cells)
    {
        (_cells, _first, _offsets) = (cells, new int[cells.Blocks + 1], new ushort[(long)cells.Blocks * SurfaceSamples.Cells]);
        var counts = new int[cells.Blocks];
        WorkerPool.Run(cells.Blocks, new Count(cells, _offsets, counts));
        for (var block = 0; block < cells.Blocks; block++)
            _first[block + 1] = checked(_first[block] + counts[block]);
    }

    /// <summary>How many vertices there are.</summary>
    public int VertexCount => _first[_cells.Blocks];

    /// <summary>Whether a surface passes through a block's cells.</summary>
    public bool HasVertices(int block) => _first[block + 1] > _first[block];

    /// <summary>The number of a sheet's vertex.</summary>
    /// <param name="block">The block.</param>
    /// <param name="cell">The cell in it.</param>
    /// <param name="loop">The sheet, by the cell's case in <see cref="CubeTable"/>.</param>
    public int Vertex(int block, int cell, int loop) => _first[block] + _offsets[block * SurfaceSamples.Cells + cell] + loop;

    private readonly struct Count(SurfaceCells cells, ushort[] offsets, int[] counts) : IParallelWork
    {
        public void Run(int part)
        {
            var cases = cells.Cases(part);
            var count = 0;
            for (var cell = 0; cell < cases.Length; cell++)
            {
                offsets[part * SurfaceSamples.Cells + cell] = (ushort)count;
                count += CubeTable.Loops(cases[cell]).Length;
            }
            counts[part] = count;
        }
    }
}
