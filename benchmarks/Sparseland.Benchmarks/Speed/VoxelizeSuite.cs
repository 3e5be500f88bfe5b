using System.Numerics;
using Sparseland.Benchmarks.Peers;
using Sparseland.Space.Meshes;
using Sparseland.Space.Surfaces;
using Sparseland.Space.Voxels;
using Sparseland.Threads;

namespace Sparseland.Benchmarks.Speed;

/// <summary>A mesh as a narrow band of signed distances, beside OpenVDB, and the mesh made of it again.</summary>
internal sealed class VoxelizeSuite : ISpeedSuite
{
    private const int Band = 3;

    public string Name => "voxelize";

    public string Title => "Meshes to voxels";

    public string Explanation => $"A bumpy sphere of 82 thousand triangles as signed distances, {Band} voxels to each side of the surface, in millions of active voxels per second. Peer: OpenVDB (Debian libopenvdb-dev), "
        + "`meshToLevelSet` on one thread, with the copy of the mesh into its vectors. Ours checks that the mesh is closed, which OpenVDB does not. Below it marching cubes over the grid, in millions of triangles per second, without a peer.";

    public IEnumerable<Measurement> Run(bool quick)
    {
        var mesh = BumpySphere();
        var side = quick ? 128 : 256;
        var options = new VoxelizeOptions { Spacing = mesh.Bounds.Extent.X / side, Band = Band };
        var grid = MeshVoxelizer.Voxelize(mesh, options).Distances;
        var triangles = MarchingCubes.Of(grid).TriangleCount;
        foreach (var threads in new[] { 1, 2 })
        {
            WorkerPool.ThreadCount = threads;
            var (rivals, amounts) = (new List<Rival>(), new List<double>());
            if (threads == 1 && NativePeer.OpenVdb.IsAvailable)
            {
                var theirs = OpenVdb.LevelSet(mesh, options.Spacing, Band);
                amounts.Add(OpenVdb.ActiveCount(theirs) * 1e3);
                OpenVdb.Release(theirs);
                rivals.Add(new("OpenVDB", _ => OpenVdb.Release(OpenVdb.LevelSet(mesh, options.Spacing, Band))));
            }
            rivals.Add(new("Sparseland", _ => MeshVoxelizer.Voxelize(mesh, options)));
            amounts.Add(grid.ActiveCount * 1e3);
            yield return Measurement.From(Name, $"{grid.ActiveCount / 1e6:F1} M active voxels, {side} across", threads, "M/s", amounts, Rivals.Measure(rivals, threads, quick ? 3 : 5, 0.01), threads == 1 ? 2 : 0);
            yield return Measurement.From(Name, $"marching cubes, {triangles / 1e6:F1} M triangles", threads, "M/s", [triangles * 1e3], Rivals.Measure([new("Sparseland", _ => MarchingCubes.Of(grid))], threads, quick ? 3 : 5, 0.01), 0);
        }
    }

    private static TriangleMesh BumpySphere()
    {
        var ball = MeshPrimitives.Icosphere(1, 6);
        return new(Array.ConvertAll(ball.Positions, p => p * (1 + 0.05f * MathF.Sin(9 * p.X) * MathF.Sin(8 * p.Y) * MathF.Sin(7 * p.Z))), ball.Triangles);
    }
}
