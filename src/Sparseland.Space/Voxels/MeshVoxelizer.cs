using System.Numerics;
using Sparseland.Errors;
using Sparseland.Progress;
using Sparseland.Space.Fields;
using Sparseland.Space.Meshes;
using Sparseland.Threads;
using Sparseland.Trees.Voxels;

namespace Sparseland.Space.Voxels;

/// <summary>
/// Makes a narrow band of distances around a mesh: triangles are listed for the blocks that their band reaches, and each block takes the least distance to its triangles, a row of eight voxels at a time. Distances
/// are exact to single precision within the band. The sign is that of the winding number along rows, so parts that lie in each other are one body, and a surface that is inside out is read the right way round.
/// Parallel; the result does not depend on the number of threads.
/// </summary>
public static unsafe class MeshVoxelizer
{
    private const int BlocksPerBatch = 2048;

    // A block in memory, and its place in a node.
    private const long BytesPerBlock = 2200;

    /// <summary>The grid of distances of a mesh.</summary>
    /// <param name="mesh">The mesh; closed when distances are to be signed.</param>
    /// <param name="options">Spacing, band and sign.</param>
    /// <param name="progress">Told of batches of blocks.</param>
    /// <param name="cancellationToken">Looked at between batches.</param>
    /// <exception cref="InvalidSettingException">An option is out of range.</exception>
    /// <exception cref="MismatchException">The mesh has no triangles, or distances are to be signed and it is open (the boundary loops are counted and named) or its triangles do not agree on a side.</exception>
    /// <exception cref="ResourceLimitException">The grid would take more than is allowed; names a spacing that fits.</exception>
    public static VoxelizedMesh Voxelize(TriangleMesh mesh, VoxelizeOptions options, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(mesh);
        ArgumentNullException.ThrowIfNull(options);
        options.Require();
        if (mesh.TriangleCount == 0)
            throw new MismatchException("a mesh without triangles has no surface to be near to; give one with at least one triangle");
        if (options.Signed)
            Closedness.Require(new MeshEdges(mesh), twoTrianglesEach: false);
        var lattice = new LatticeMesh(mesh, options.Spacing, options.Band);
        var blocks = new BandBlocks(lattice, options.Band, cancellationToken);
        if (blocks.Count * BytesPerBlock > options.LimitBytes)
        {
            var fits = options.Spacing * Math.Sqrt((double)blocks.Count * BytesPerBlock / options.LimitBytes) * 1.05;
            throw new ResourceLimitException($"voxels of {options.Spacing} m need about {blocks.Count * BytesPerBlock:N0} bytes and {options.LimitBytes:N0} are allowed; a spacing of {fits:G3} m fits");
        }
        var crossings = options.Signed ? new RowCrossings(lattice, cancellationToken) : null;
        var frame = new VoxelFrame(Vector3.Zero, options.Spacing);
        var distances = new VoxelGrid<float>(options.Band * options.Spacing) { Frame = frame };
        var colours = mesh.Colours is null ? null : new VoxelGrid<int> { Frame = frame };
        var batch = new BlockBatch(Math.Min(BlocksPerBatch, blocks.Count), colours is not null);
        for (var first = 0; first < blocks.Count; first += BlocksPerBatch)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = Math.Min(BlocksPerBatch, blocks.Count - first);
            WorkerPool.Run(count, new FillBlocks(mesh, lattice, blocks, crossings, options, batch, first));
            for (var i = 0; i < count; i++)
                batch.Put(i, Lowest(lattice, blocks.Place(first + i)), distances, colours);
            progress?.Report(new("voxels near the surface", first + count, blocks.Count));
        }
        if (crossings is not null)
            FillInside(lattice, blocks, crossings, distances);
        return new(distances, colours);
    }

    // Blocks that the band does not reach are inside or outside as a whole, as their lowest voxel is.
    private static void FillInside(LatticeMesh lattice, BandBlocks blocks, RowCrossings crossings, VoxelGrid<float> distances)
    {
        var most = Vector3.Zero;
        foreach (var position in lattice.Positions)
            most = Vector3.Max(most, position);
        for (var z = 0; 8 * z <= most.Z; z++)
        {
            for (var y = 0; 8 * y <= most.Y; y++)
            {
                if (crossings.Span(8 * y, 8 * z) is not var (from, to))
                    continue;
                for (var x = (int)(from / 8); 8 * x <= to; x++)
                {
                    if (!blocks.Has(x, y, z) && (crossings.Inside(8 * x, 8 * y, 8 * z) & 1) != 0)
                        distances.WriteBlock(Lowest(lattice, (x, y, z)), -distances.Background, active: false);
                }
            }
        }
    }

    private static VoxelCoordinate Lowest(LatticeMesh lattice, (int X, int Y, int Z) place) => new(lattice.Origin.X + 8 * place.X, lattice.Origin.Y + 8 * place.Y, lattice.Origin.Z + 8 * place.Z);

    private readonly struct FillBlocks(TriangleMesh mesh, LatticeMesh lattice, BandBlocks blocks, RowCrossings? crossings, VoxelizeOptions options, BlockBatch batch, int first) : IParallelWork
    {
        public void Run(int part)
        {
            var block = first + part;
            var (x, y, z) = blocks.Place(block);
            var lowest = new Vector3(8 * x, 8 * y, 8 * z);
            var reachSquared = options.Band * options.Band;
            var squared = stackalloc float[BlockDistances.Voxels];
            var nearest = stackalloc int[BlockDistances.Voxels];
            new Span<float>(squared, BlockDistances.Voxels).Fill(reachSquared);
            for (var i = blocks.First[block]; i < blocks.First[block + 1]; i++)
            {
                var (a, b, c) = lattice.Corners(blocks.Triangles[i]);
                var triangle = new BlockTriangle(a - lowest, b - lowest, c - lowest);
                BlockDistances.Lower(triangle, blocks.Triangles[i], reachSquared, squared, mesh.Colours is null ? null : nearest);
            }
            batch.Store(part, squared, reachSquared, options.Spacing);
            if (crossings is not null)
                batch.Negate(part, crossings, (8 * x, 8 * y, 8 * z));
            if (mesh.Colours is not null)
                batch.Paint(part, mesh, lattice, lowest, nearest);
        }
    }
}
