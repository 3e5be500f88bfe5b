using Sparseland.Progress;
using Sparseland.Space.Fields;
using Sparseland.Space.Meshes;
using Sparseland.Threads;
using Sparseland.Trees.Voxels;

namespace Sparseland.Space.Surfaces;

/// <summary>
/// Marching cubes (Lorensen and Cline, 1987) with a table that agrees from cell to cell (see the rule in its generator): where the field's level does not leave the box, every edge of the result has exactly
/// two triangles. Vertices lie on the lattice's edges, one each, by linear interpolation, never nearer to a sample than a thousandth of the spacing. Parallel; the result does not depend on the number of threads.
/// </summary>
public static class MarchingCubes
{
    /// <summary>The surface of a field in a box; where it leaves the box the mesh is open.</summary>
    /// <param name="field">The field.</param>
    /// <param name="box">Where to look, in metres; the lattice begins at its lower corner, and its last cells may reach beyond the upper one.</param>
    /// <param name="spacing">Between samples, in metres.</param>
    /// <param name="options">The level, and what is known of the field; null for a distance's zero.</param>
    /// <param name="progress">Told of batches of samples.</param>
    /// <param name="cancellationToken">Looked at between batches.</param>
    /// <exception cref="Errors.InvalidSettingException">The box, the spacing or an option is out of range.</exception>
    /// <exception cref="Errors.NumericalException">The field is NaN somewhere; says where.</exception>
    /// <exception cref="Errors.ResourceLimitException">The samples would take more than is allowed; names a spacing that fits.</exception>
    public static TriangleMesh Of(IBatchField field, Box3 box, float spacing, SurfaceOptions? options = null, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(field);
        options ??= new();
        options.Require();
        return Extract(new FieldSamples(field, box, spacing, options, progress, cancellationToken), options.Level);
    }

    /// <summary>The surface in a grid, at its place in space. All voxels count, inactive ones, tiles and the background too, so the surface is closed.</summary>
    /// <param name="grid">The grid.</param>
    /// <param name="level">What is below is inside.</param>
    public static TriangleMesh Of(VoxelGrid<float> grid, float level = 0)
    {
        ArgumentNullException.ThrowIfNull(grid);
        return Extract(new GridSamples(grid, level), level);
    }

    private static TriangleMesh Extract(SurfaceSamples samples, float level)
    {
        var cells = new SurfaceCells(samples, level);
        var first = new int[cells.Blocks + 1];
        for (var block = 0; block < cells.Blocks; block++)
        {
            var corners = 0;
            foreach (var cubeCase in cells.Cases(block))
                corners += CubeTable.Triangles(cubeCase).Length;
            first[block + 1] = checked(first[block] + corners);
        }
        var triangles = new int[first[^1]];
        WorkerPool.Run(cells.Blocks, new Triangulate(cells, first, triangles));
        return SurfaceMesh.Compact(cells.Crossings(), triangles);
    }

    private readonly struct Triangulate(SurfaceCells cells, int[] first, int[] triangles) : IParallelWork
    {
        public void Run(int part)
        {
            var next = first[part];
            if (next == first[part + 1])
                return;
            var neighbours = new BlockNeighbours(cells, part, stackalloc int[BlockNeighbours.Room]);
            var cases = cells.Cases(part);
            for (var cell = 0; cell < cases.Length; cell++)
            {
                foreach (var edge in CubeTable.Triangles(cases[cell]))
                    triangles[next++] = neighbours.Edge(cell, edge);
            }
        }
    }
}
