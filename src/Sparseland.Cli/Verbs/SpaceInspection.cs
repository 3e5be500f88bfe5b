using System.CommandLine;
using Sparseland.Cli.CommandLine;
using Sparseland.Errors;
using Sparseland.Space.Images;
using Sparseland.Space.Meshes;
using Sparseland.Space.Rays;
using Sparseland.Space.Surfaces;
using Sparseland.Space.Voxels;
using Sparseland.Trees.Octrees;
using Sparseland.Trees.Voxels;

namespace Sparseland.Cli.Verbs;

/// <summary>What inspect does with meshes, octrees and voxel grids: a report, and a picture when one is asked for.</summary>
internal sealed class SpaceInspection
{
    private readonly Option<FileInfo?> _picture = new("--picture") { Description = "Also draw a mesh, an octree's leaves or the surface in a grid: a .png file." };
    private readonly Option<int> _pixels = new("--pixels") { Description = "Columns and rows of the picture.", DefaultValueFactory = _ => 800 };
    private readonly MeshOptions _meshes = new();

    public IEnumerable<Symbol> All => [_picture, _pixels, _meshes.Up];

    /// <summary>Whether a path is a file of space.</summary>
    public static bool Handles(string path) => (File.Exists(path) && MeshOptions.IsMesh(path)) || SpaceFiles.IsOctree(path) || SpaceFiles.IsGrid(path);

    /// <summary>Whether a picture is asked for.</summary>
    public bool WantsPicture(VerbContext context) => context.Get(_picture) is not null;

    /// <summary>Reports on a file that is one.</summary>
    public void Run(VerbContext context, string path)
    {
        if (SpaceFiles.IsOctree(path))
            OfTree(context, path);
        else if (SpaceFiles.IsGrid(path))
            OfGrid(context, path);
        else
            OfMesh(context, path);
    }

    private void OfMesh(VerbContext context, string path)
    {
        var mesh = _meshes.Read(context, path);
        var report = MeshReport.Of(mesh);
        if (context.Json)
            VerbContext.WriteJson(json => SpaceReports.Write(json, path, report));
        else
            SpaceReports.Write(context.Output, path, report);
        Draw(context, () => mesh);
    }

    private void OfTree(VerbContext context, string path)
    {
        var tree = OctreeFile.Open(path);
        if (context.Json)
            VerbContext.WriteJson(json => SpaceReports.Write(json, path, tree));
        else
            SpaceReports.Write(context.Output, path, tree);
        Draw(context, () => MarchingCubes.Of(OctreeVoxels.Leaves(tree)));
    }

    private void OfGrid(VerbContext context, string path)
    {
        var type = VoxelFile.ValueType(path);
        if (type == typeof(float))
            OfGrid<float>(context, path);
        else if (type == typeof(int))
            OfGrid<int>(context, path);
        else
            throw new UnsupportedException($"{path} is a grid of {type.Name}; grids of Single and Int32 are looked into");
        if (type == typeof(float))
            Draw(context, () => Surface(path));
        else if (context.Get(_picture) is not null)
            throw new UnsupportedException($"{path} has values of {type.Name}, which have no surface to draw; --picture takes a grid of distances");
    }

    private static void OfGrid<T>(VerbContext context, string path) where T : unmanaged
    {
        var grid = VoxelFile.Open<T>(path);
        var extent = GridExtent.Of(grid.Thaw());
        if (context.Json)
            VerbContext.WriteJson(json => SpaceReports.Write(json, path, grid, extent));
        else
            SpaceReports.Write(context.Output, path, grid, extent);
    }

    // Where nothing is below zero distances have no sign: a shell of one voxel is shown.
    private static TriangleMesh Surface(string path)
    {
        var grid = SpaceFiles.Distances(path);
        var mesh = MarchingCubes.Of(grid);
        if (mesh.TriangleCount == 0)
            mesh = MarchingCubes.Of(grid, grid.Frame.Spacing);
        return SpaceFiles.Colours(path) is { } colours ? VoxelColours.Paint(mesh, colours) : mesh;
    }

    private void Draw(VerbContext context, Func<TriangleMesh> mesh)
    {
        if (context.Get(_picture) is not { } picture)
            return;
        PngFile.Write(picture.FullName, MeshPicture.Draw(Bvh.Build(mesh(), context.CancellationToken), context.Get(_pixels), context.Get(_pixels)));
        context.Say($"picture: {picture.FullName}");
    }
}
