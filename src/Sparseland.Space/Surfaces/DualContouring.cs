using System.Numerics;
using Sparseland.Progress;
using Sparseland.Space.Fields;
using Sparseland.Space.Meshes;
using Sparseland.Threads;
using Sparseland.Trees.Voxels;

namespace Sparseland.Space.Surfaces;

/// <summary>
/// Dual contouring (Ju et al., "Dual contouring of Hermite data", 2002): a vertex in each cell where the planes at the crossed edges meet best, so edges and corners of the surface stay sharp, and a quad around each
/// crossed edge. A cell through which the surface passes more than once has a vertex for each sheet (as in Nielson, "Dual marching cubes", 2004), so sheets do not grow together; a vertex is kept in its cell.
/// Cells are those of the lattice near the surface, found by dividing boxes like an octree's. Parallel; the result does not depend on the number of threads.
/// </summary>
public static class DualContouring
{
    // Rounds of search for the crossings: one is exact where the field is a plane's distance, a kink takes a few.
    private const int Refinements = 5;

    /// <summary>The surface of a field in a box; where it leaves the box the mesh is open.</summary>
    /// <param name="field">The field, whose gradients are the planes' normals.</param>
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
        var cells = new SurfaceCells(new FieldSamples(field, box, spacing, options, progress, cancellationToken), options.Level);
        var crossings = EdgeCrossings.Of(cells, field, Refinements, cancellationToken);
        return Extract(cells, crossings);
    }

    /// <summary>The surface in a grid of distances, at its place in space; normals are differences of values, so what the grid has rounded stays round. All voxels count, so the surface is closed.</summary>
    /// <param name="grid">The grid.</param>
    /// <param name="level">What is below is inside.</param>
    public static TriangleMesh Of(VoxelGrid<float> grid, float level = 0)
    {
        ArgumentNullException.ThrowIfNull(grid);
        var cells = new SurfaceCells(new GridSamples(grid, level), level);
        return Extract(cells, EdgeCrossings.Of(cells, grid));
    }

    private static TriangleMesh Extract(SurfaceCells cells, EdgeCrossings crossings)
    {
        var sheets = new DualSheets(cells);
        var positions = new Vector3[sheets.VertexCount];
        WorkerPool.Run(cells.Blocks, new PlaceVertices(cells, crossings, sheets, positions));
        var triangles = new int[6L * cells.EdgeCount];
        Array.Fill(triangles, -1);
        WorkerPool.Run(cells.Blocks, new JoinVertices(cells, crossings, sheets, positions, triangles));
        return SurfaceMesh.Compact(positions, triangles);
    }

    private readonly struct PlaceVertices(SurfaceCells cells, EdgeCrossings crossings, DualSheets sheets, Vector3[] positions) : IParallelWork
    {
        public void Run(int part)
        {
            if (!sheets.HasVertices(part))
                return;
            var neighbours = new BlockNeighbours(cells, part, stackalloc int[BlockNeighbours.Room]);
            var (frame, lowest) = (cells.Samples.Frame, cells.Samples.Lowest(part));
            var cases = cells.Cases(part);
            for (var cell = 0; cell < SurfaceSamples.Cells; cell++)
            {
                var loops = CubeTable.Loops(cases[cell]);
                var corner = frame.PointAt(new(lowest.X + (cell & 7), lowest.Y + ((cell >> 3) & 7), lowest.Z + (cell >> 6)));
                for (var loop = 0; loop < loops.Length; loop++)
                {
                    var error = new QuadraticError();
                    foreach (var edge in loops[loop])
                    {
                        if (neighbours.Edge(cell, edge) is >= 0 and var number)
                            error.Add(crossings.Points[number] - corner, crossings.Normals[number]);
                    }
                    var place = Vector3.Clamp(error.Solve(), Vector3.Zero, new(frame.Spacing));
                    positions[sheets.Vertex(part, cell, loop)] = corner + place;
                }
            }
        }
    }

    private readonly struct JoinVertices(SurfaceCells cells, EdgeCrossings crossings, DualSheets sheets, Vector3[] positions, int[] triangles) : IParallelWork
    {
        public void Run(int part)
        {
            // An edge of which a cell is missing (at the border of the box) keeps the triangles it was given at first, which are dropped.
            var neighbours = new BlockNeighbours(cells, part, stackalloc int[BlockNeighbours.Room]);
            var cases = cells.Cases(part);
            Span<int> quad = stackalloc int[4];
            for (var cell = 0; cell < SurfaceSamples.Cells; cell++)
            {
                if (cases[cell] is 0 or byte.MaxValue)
                    continue;
                for (var axis = 0; axis < 3; axis++)
                {
                    var number = neighbours.Edge(cell, 4 * axis + 3);
                    if (number < 0)
                        continue;
                    var (lower, _) = CubeTable.Ends(4 * axis + 3);
                    var lowerIsInside = ((cases[cell] >> lower) & 1) != 0;
                    if (Around(neighbours, part, cell, axis, quad))
                        Split(quad, number, lowerIsInside);
                }
            }
        }

        // The four vertices around the edge along an axis that is uppermost in a cell, counter-clockwise seen against the axis.
        private bool Around(in BlockNeighbours neighbours, int part, int cell, int axis, Span<int> quad)
        {
            var (b, c) = ((axis + 1) % 3, (axis + 2) % 3);
            for (var i = 0; i < 4; i++)
            {
                var (stepB, stepC) = (i is 1 or 2 ? 1 : 0, i >= 2 ? 1 : 0);
                var (block, place) = i == 0 ? (part, cell) : neighbours.Above(cell, (stepB << b) | (stepC << c));
                if (block < 0)
                    return false;
                // In that cell the edge lies lower on the axes along which the cell is further up.
                var (atB, atC) = (1 - stepB, 1 - stepC);
                var edge = 4 * axis + (b < c ? atB | (atC << 1) : atC | (atB << 1));
                var loop = CubeTable.LoopAt(cells.Cases(block)[place], edge);
                if (loop < 0)
                    return false;
                quad[i] = sheets.Vertex(block, place, loop);
            }
            return true;
        }

        private void Split(ReadOnlySpan<int> quad, int number, bool lowerIsInside)
        {
            var (a, b, c, d) = lowerIsInside ? (quad[0], quad[1], quad[2], quad[3]) : (quad[3], quad[2], quad[1], quad[0]);
            var normal = crossings.Normals[number];
            var (first, second) = (Agreement(a, b, c, d, normal), Agreement(b, c, d, a, normal));
            var alongFirst = first == second ? Vector3.DistanceSquared(positions[a], positions[c]) <= Vector3.DistanceSquared(positions[b], positions[d]) : first > second;
            ReadOnlySpan<int> corners = alongFirst ? [a, b, c, a, c, d] : [b, c, d, b, d, a];
            corners.CopyTo(triangles.AsSpan(6 * number));
        }

        // How well the worse of two triangles, cut from a to c, looks the way the surface does.
        private float Agreement(int a, int b, int c, int d, Vector3 normal) => Math.Min(Agreement(a, b, c, normal), Agreement(a, c, d, normal));

        private float Agreement(int a, int b, int c, Vector3 normal)
        {
            var cross = Vector3.Cross(positions[b] - positions[a], positions[c] - positions[a]);
            var length = cross.Length();
            return length > 0 ? MathF.Round(Vector3.Dot(cross, normal) / length, 4) : 0;
        }
    }
}
