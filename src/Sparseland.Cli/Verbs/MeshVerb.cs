using System.CommandLine;
using Sparseland.Cli.CommandLine;
using Sparseland.Errors;
using Sparseland.Space;
using Sparseland.Space.Fields;
using Sparseland.Space.Fields.Neural;
using Sparseland.Space.Meshes;
using Sparseland.Space.Meshes.Repair;
using Sparseland.Space.Rays;
using Sparseland.Space.Voxels;
using Sparseland.Trees.Octrees;

namespace Sparseland.Cli.Verbs;

/// <summary>Takes a surface out of a grid, an octree or the distance to another mesh.</summary>
internal sealed class MeshVerb : Verb
{
    // Of a border that repair closes, and around a mesh whose distance is taken; an odd number of half cells keeps flat faces off the lattice.
    private const float HoleCells = 8;
    private const float BorderCells = 1.7f;

    private readonly Argument<string> _field = new("FIELD") { Description = "A voxel grid or an octree that voxelize made, a mesh, whose distance is meshed anew, or a distance that --learn saved (.safetensors)." };
    private readonly Option<string> _method = new("--method") { Description = string.Join("; ", SurfaceMethods.All.Select(method => $"{method.Name}: {method.Summary}")) + ".", DefaultValueFactory = _ => SurfaceMethods.All[0].Name };
    private readonly Option<float?> _level = new("--level") { Description = "The distance at which the surface lies; default 0, and one voxel for --unsigned." };
    private readonly Option<bool> _unsigned = new("--unsigned") { Description = "Take a mesh's distance without sign, as an open one needs: the result is a shell around it." };
    private readonly Option<bool> _repair = new("--repair") { Description = "Cut edges of more than two triangles apart, orient the triangles, and close holes whose border is at most eight cells long." };
    private readonly Option<bool> _certificate = new("--certificate") { Description = "Say how far the mesh lies from the field's surface at most; not for grids and octrees." };
    private readonly Option<string?> _learn = new("--learn") { Description = "Teach a small network the mesh's distance without sign, save it here (.safetensors), and mesh that." };
    private readonly Option<bool> _force = new("--force-depth") { Description = "Take depths beyond 10 with dualmesh-udf, which may need tens of gigabytes." };
    private readonly ResolutionOptions _resolution = new();
    private readonly MeshOptions _meshes = new();
    private readonly OutputOptions _output = new("The mesh to make: .ply, .obj, .stl, .off or .glb; default: the field's name with .ply.");

    public override string Name => "mesh";

    public override string Summary => "Take a surface out of a voxel grid, an octree, or the distance to another mesh, and say what is right and wrong with it.";

    public override IReadOnlyList<(string Command, string Effect)> Examples =>
    [
        ("sparseland mesh spot.voxels -o spot.ply", "the zero level of a grid by marching cubes, with its colours if it has any"),
        ("sparseland mesh fandisk.obj --method dual-contouring --depth 7 -o again.obj", "a mesh made anew from the distance to another, with its sharp edges"),
        ("sparseland mesh tshirt.obj --method dualmesh-udf --repair --certificate -o tshirt.ply", "an open mesh made anew from its distance without sign, oriented, its small holes closed"),
    ];

    public override IEnumerable<Symbol> Symbols => [_field, _method, _level, _unsigned, _repair, _certificate, _learn, _force, .. _resolution.All, _meshes.Up, .. _output.All];

    public override int Run(VerbContext context)
    {
        var (path, name) = (context.Get(_field)!, context.Get(_method)!);
        var method = SurfaceMethods.All.FirstOrDefault(method => method.Name == name)
            ?? throw new InvalidSettingException($"--method {name}{Suggestion.For(name, SurfaceMethods.All.Select(known => known.Name))}: expected {string.Join(" or ", SurfaceMethods.All.Select(known => known.Name))}");
        var output = _output.Resolve(context, Path.GetFileNameWithoutExtension(path) + ".ply");
        MeshOptions.RequireFormat(output);
        if (!MeshOptions.IsMesh(path))
            RequireMeshFor(context, path);
        var made = NeuralField.IsNeuralField(path) ? OfNetwork(context, NeuralField.Load(path), method)
            : MeshOptions.IsMesh(path) ? Again(context, path, method)
            : method.IsUnsigned ? throw new InvalidSettingException($"--method {name} takes a mesh or a learned distance, and {path} is neither; take marching-cubes or dual-contouring")
            : SpaceFiles.IsOctree(path) ? OfTree(context, path, method)
            : OfGrid(context, path, method);
        var mesh = made.Mesh;
        if (mesh.TriangleCount == 0)
            throw new InvalidSettingException($"{path} has no surface at level {context.Get(_level) ?? 0}: nothing is below it; distances without sign need --method dualmesh-udf, or a level above 0, such as one voxel");
        if (context.Get(_repair))
            mesh = Repaired(context, made);
        _meshes.Write(context, output, mesh);
        var report = MeshReport.Of(mesh);
        if (context.Json)
            VerbContext.WriteJson(json => SpaceReports.Write(json, output, report));
        else
            SpaceReports.Write(context.Output, output, report);
        if (context.Get(_certificate))
            Tell(context, made.Field is null ? "no certificate: a grid or octree is no field" : MeshCertificate.Of(mesh, made.Field, weld: !context.Get(_repair), context.CancellationToken).ToString());
        return 0;
    }

    // Beside JSON the words go where remarks go.
    private static void Tell(VerbContext context, string text)
    {
        if (context.Json)
            context.Say(text);
        else
            context.Output.WriteLine(text);
    }

    // Options that say how a mesh becomes a field say nothing of what is one.
    private void RequireMeshFor(VerbContext context, string path)
    {
        if (context.Get(_learn) is not null || context.Get(_unsigned))
            throw new InvalidSettingException($"--learn and --unsigned take a mesh, and {path} is a field already: leave them out");
    }

    private static TriangleMesh Repaired(VerbContext context, Made made)
    {
        var result = MeshRepair.Repair(made.Mesh, HoleCells * made.Spacing);
        Tell(context, $"repaired: {result.DroppedTriangles:N0} triangles dropped, {result.CutEdges:N0} edges cut apart, {result.TurnedTriangles:N0} triangles turned, {result.ClosedHoles:N0} holes closed{(result.OneSided > 0 ? $", {result.OneSided} parts have one side only" : "")}");
        return result.Mesh;
    }

    private Made OfNetwork(VerbContext context, NeuralField field, SurfaceMethod method)
    {
        var spacing = _resolution.Spacing(context, field.Bounds);
        var level = context.Get(_level) ?? (method.IsUnsigned ? 0 : spacing);
        return new(context.WithProgress(progress => method.Extract(new(null, field, field.Bounds, spacing, level, context.Get(_force), progress, context.CancellationToken))), field, spacing);
    }

    private Made OfGrid(VerbContext context, string path, SurfaceMethod method)
    {
        var grid = SpaceFiles.Distances(path);
        var mesh = context.WithProgress(progress => method.Extract(new(grid, null, Box3.Empty, grid.Frame.Spacing, context.Get(_level) ?? 0, false, progress, context.CancellationToken)));
        return new(SpaceFiles.Colours(path) is { } colours ? VoxelColours.Paint(mesh, colours) : mesh, null, grid.Frame.Spacing);
    }

    private Made OfTree(VerbContext context, string path, SurfaceMethod method)
    {
        var grid = OctreeVoxels.Leaves(OctreeFile.Open(path));
        return new(context.WithProgress(progress => method.Extract(new(grid, null, Box3.Empty, grid.Frame.Spacing, context.Get(_level) ?? 0, false, progress, context.CancellationToken))), null, grid.Frame.Spacing);
    }

    private Made Again(VerbContext context, string path, SurfaceMethod method)
    {
        var source = _meshes.Read(context, path);
        var surface = Bvh.Build(source, context.CancellationToken);
        var spacing = _resolution.Spacing(context, source.Bounds);
        if (context.Get(_learn) is { } file)
            return OfNetwork(context, Learn(context, MeshDistanceField.Unsigned(surface), source.Bounds.Widened(BorderCells * spacing), file), method);
        var unsigned = context.Get(_unsigned) || method.IsUnsigned;
        var field = unsigned ? MeshDistanceField.Unsigned(surface) : SpaceFiles.Named(path, () => MeshDistanceField.Signed(surface));
        var level = context.Get(_level) ?? (unsigned && !method.IsUnsigned ? spacing : 0);
        var box = source.Bounds.Widened(Math.Max(0, level) + (method.IsUnsigned ? BorderCells : 1.5f) * spacing);
        var mesh = context.WithProgress(progress => method.Extract(new(null, field, box, spacing, level, context.Get(_force), progress, context.CancellationToken)));
        return new(MeshPaint.FromNearest(mesh, surface), field, spacing);
    }

    private static NeuralField Learn(VerbContext context, MeshDistanceField field, Box3 bounds, string file)
    {
        if (!Path.GetExtension(file).Equals(".safetensors", StringComparison.OrdinalIgnoreCase))
            throw new InvalidSettingException($"--learn {file}: the network's file must end in .safetensors");
        var learned = context.WithProgress(progress => NeuralFieldTrainer.Train(field, bounds, new NeuralFieldOptions { Seed = context.Seed }, progress, context.CancellationToken));
        learned.Save(file);
        return learned;
    }

    private readonly record struct Made(TriangleMesh Mesh, IBatchField? Field, float Spacing);
}
