using System.CommandLine;
using Sparseland.Cli.CommandLine;
using Sparseland.Errors;
using Sparseland.Space;
using Sparseland.Space.Fields;
using Sparseland.Space.Meshes;
using Sparseland.Space.Rays;
using Sparseland.Space.Voxels;
using Sparseland.Trees.Octrees;

namespace Sparseland.Cli.Verbs;

/// <summary>Takes a surface out of a grid, an octree or the distance to another mesh.</summary>
internal sealed class MeshVerb : Verb
{
    private readonly Argument<string> _field = new("FIELD") { Description = "A voxel grid or an octree that voxelize made, or a mesh, whose distance is meshed anew." };
    private readonly Option<string> _method = new("--method") { Description = string.Join("; ", SurfaceMethods.All.Select(method => $"{method.Name}: {method.Summary}")) + ".", DefaultValueFactory = _ => SurfaceMethods.All[0].Name };
    private readonly Option<float?> _level = new("--level") { Description = "The distance at which the surface lies; default 0, and one voxel for --unsigned." };
    private readonly Option<bool> _unsigned = new("--unsigned") { Description = "Take a mesh's distance without sign, as an open one needs: the result is a shell around it." };
    private readonly ResolutionOptions _resolution = new();
    private readonly MeshOptions _meshes = new();
    private readonly OutputOptions _output = new("The mesh to make: .ply, .obj, .stl, .off or .glb; default: the field's name with .ply.");

    public override string Name => "mesh";

    public override string Summary => "Take a surface out of a voxel grid, an octree, or the distance to another mesh, and say what is right and wrong with it.";

    public override IReadOnlyList<(string Command, string Effect)> Examples =>
    [
        ("sparseland mesh spot.voxels -o spot.ply", "the zero level of a grid by marching cubes, with its colours if it has any"),
        ("sparseland mesh fandisk.obj --method dual-contouring --depth 7 -o again.obj", "a mesh made anew from the distance to another, with its sharp edges"),
    ];

    public override IEnumerable<Symbol> Symbols => [_field, _method, _level, _unsigned, .. _resolution.All, _meshes.Up, .. _output.All];

    public override int Run(VerbContext context)
    {
        var (path, name) = (context.Get(_field)!, context.Get(_method)!);
        var method = SurfaceMethods.All.FirstOrDefault(method => method.Name == name)
            ?? throw new InvalidSettingException($"--method {name}{Suggestion.For(name, SurfaceMethods.All.Select(known => known.Name))}: expected {string.Join(" or ", SurfaceMethods.All.Select(known => known.Name))}");
        var output = _output.Resolve(context, Path.GetFileNameWithoutExtension(path) + ".ply");
        MeshOptions.RequireFormat(output);
        var mesh = MeshOptions.IsMesh(path) ? Again(context, path, method)
            : SpaceFiles.IsOctree(path) ? OfTree(context, path, method)
            : OfGrid(context, path, method);
        if (mesh.TriangleCount == 0)
            throw new InvalidSettingException($"{path} has no surface at level {context.Get(_level) ?? 0}: nothing is below it; distances without sign need a level above 0, such as one voxel");
        _meshes.Write(context, output, mesh);
        var report = MeshReport.Of(mesh);
        if (context.Json)
            VerbContext.WriteJson(json => SpaceReports.Write(json, output, report));
        else
            SpaceReports.Write(context.Output, output, report);
        return 0;
    }

    private TriangleMesh OfGrid(VerbContext context, string path, SurfaceMethod method)
    {
        var grid = SpaceFiles.Distances(path);
        var mesh = context.WithProgress(progress => method.Extract(new(grid, null, Box3.Empty, grid.Frame.Spacing, context.Get(_level) ?? 0, progress, context.CancellationToken)));
        return SpaceFiles.Colours(path) is { } colours ? VoxelColours.Paint(mesh, colours) : mesh;
    }

    private TriangleMesh OfTree(VerbContext context, string path, SurfaceMethod method)
    {
        var grid = OctreeVoxels.Leaves(OctreeFile.Open(path));
        return context.WithProgress(progress => method.Extract(new(grid, null, Box3.Empty, grid.Frame.Spacing, context.Get(_level) ?? 0, progress, context.CancellationToken)));
    }

    private TriangleMesh Again(VerbContext context, string path, SurfaceMethod method)
    {
        var source = _meshes.Read(context, path);
        var surface = Bvh.Build(source, context.CancellationToken);
        var spacing = _resolution.Spacing(context, source.Bounds);
        var field = context.Get(_unsigned) ? MeshDistanceField.Unsigned(surface) : Signed(path, surface);
        var level = context.Get(_level) ?? (context.Get(_unsigned) ? spacing : 0);
        var box = source.Bounds.Widened(Math.Max(0, level) + 1.5f * spacing);
        var mesh = context.WithProgress(progress => method.Extract(new(null, field, box, spacing, level, progress, context.CancellationToken)));
        return MeshPaint.FromNearest(mesh, surface);
    }

    private static MeshDistanceField Signed(string path, Bvh surface)
    {
        try
        {
            return MeshDistanceField.Signed(surface);
        }
        catch (MismatchException fault)
        {
            throw new MismatchException($"{path}: {fault.Message}{(fault.Message.Contains("unsigned", StringComparison.Ordinal) ? " (--unsigned)" : "")}");
        }
    }
}
