using System.CommandLine;
using Sparseland.Cli.CommandLine;
using Sparseland.Cli.Output;
using Sparseland.Errors;
using Sparseland.Space.Meshes;
using Sparseland.Space.Voxels;
using Sparseland.Trees.Keys;
using Sparseland.Trees.Octrees;
using Sparseland.Trees.Voxels;

namespace Sparseland.Cli.Verbs;

/// <summary>Turns a mesh into a sparse grid of distances or an octree.</summary>
internal sealed class VoxelizeVerb : Verb
{
    private static readonly string[] Kinds = ["grid", "octree"];

    private readonly Argument<string> _mesh = new("MESH") { Description = "A mesh: .obj, .ply, .stl, .off, .glb or .gltf." };
    private readonly Option<string> _kind = new("--as") { Description = "grid (distances in a narrow band, and colours) or octree (the triangles of each cell that they meet).", DefaultValueFactory = _ => "grid" };
    private readonly Option<float> _band = new("--band") { Description = "Half the width of a grid's band, in voxels.", DefaultValueFactory = _ => 3 };
    private readonly Option<bool> _unsigned = new("--unsigned") { Description = "Distances without a sign, for an open mesh." };
    private readonly ResolutionOptions _resolution = new();
    private readonly MeshOptions _meshes = new();
    private readonly OutputOptions _output = new("The file to make; default: the mesh's name with .voxels or .octree.");

    public override string Name => "voxelize";

    public override string Summary => "Turn a mesh into a sparse voxel grid of distances, with its colours, or into an octree.";

    public override IReadOnlyList<(string Command, string Effect)> Examples =>
    [
        ("sparseland voxelize bunny.obj --depth 8 --unsigned -o bunny.voxels", "256 voxels along the longest side, distances in a band of 3 voxels to both sides"),
        ("sparseland voxelize spot.obj --as octree --depth 9", "an octree of the cells that triangles meet, spot.octree"),
    ];

    public override IEnumerable<Symbol> Symbols => [_mesh, _kind, _band, _unsigned, .. _resolution.All, _meshes.Up, .. _output.All];

    public override int Run(VerbContext context)
    {
        var (path, kind) = (context.Get(_mesh)!, context.Get(_kind)!);
        if (!Kinds.Contains(kind))
            throw new InvalidSettingException($"--as {kind}{Suggestion.For(kind, Kinds)}: expected {string.Join(" or ", Kinds)}");
        var output = _output.Resolve(context, Path.GetFileNameWithoutExtension(path) + (kind == "grid" ? ".voxels" : ".octree"));
        var mesh = _meshes.Read(context, path);
        return kind == "grid" ? Grid(context, path, mesh, output) : Tree(context, path, mesh, output);
    }

    private int Grid(VerbContext context, string path, TriangleMesh mesh, string output)
    {
        var coloursPlace = SpaceFiles.ColoursOf(output);
        if (mesh.Colours is not null)
            OutputOptions.RequireFree(coloursPlace, _output.MayReplace(context));
        var options = new VoxelizeOptions { Spacing = _resolution.Spacing(context, mesh.Bounds), Band = context.Get(_band), Signed = !context.Get(_unsigned) };
        var voxels = SpaceFiles.Named(path, () => context.WithProgress(progress => MeshVoxelizer.Voxelize(mesh, options, progress, context.CancellationToken)));
        if (options.Signed)
            voxels.Distances.Prune();
        VoxelFile.Write(output, voxels.Distances.Freeze());
        var colours = voxels.Colours is null ? null : coloursPlace;
        if (colours is not null)
            VoxelFile.Write(colours, voxels.Colours!.Freeze());
        else
            // Colours of the grid that was there before would paint this one.
            File.Delete(coloursPlace);
        var (dense, bytes) = (Dense(mesh, options), new FileInfo(output).Length);
        if (context.Json)
        {
            VerbContext.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteString("output", output);
                json.WriteString("colours", colours);
                json.WriteNumber("spacing", options.Spacing);
                json.WriteBoolean("signed", options.Signed);
                json.WriteNumber("activeVoxels", voxels.Distances.ActiveCount);
                json.WriteNumber("bricks", voxels.Distances.BrickCount);
                json.WriteNumber("bytes", bytes);
                json.WriteNumber("denseVoxels", dense);
                json.WriteEndObject();
            });
            return 0;
        }
        context.Output.WriteLine($"{output}: {voxels.Distances.ActiveCount:N0} active voxels of {TextTable.Number(options.Spacing, 6)} in {voxels.Distances.BrickCount:N0} bricks, {TextTable.Bytes(bytes)}; sparsity {TextTable.Percent(1 - voxels.Distances.ActiveCount / dense, 2)} of {dense:N0} voxels in the box");
        if (colours is not null)
            context.Output.WriteLine($"{colours}: their colours");
        return 0;
    }

    private int Tree(VerbContext context, string path, TriangleMesh mesh, string output)
    {
        var depth = _resolution.Depth(context, mesh.Bounds);
        var tree = SpaceFiles.Named(path, () => OctreeBuilder.FromTriangles(mesh.Positions, mesh.Triangles, depth, cancellationToken: context.CancellationToken));
        OctreeFile.Write(output, tree);
        if (context.Json)
            VerbContext.WriteJson(json => SpaceReports.Write(json, output, tree));
        else
            context.Output.WriteLine($"{output}: {tree.LeafCount:N0} leaves at depth {tree.Depth}, {tree.ItemCount:N0} pairs of leaf and triangle, {TextTable.Bytes(tree.Bytes)}; sparsity {TextTable.Percent(1 - tree.LeafCount / Math.Pow(8, tree.Depth), 2)} of the cube");
        return 0;
    }

    private static double Dense(TriangleMesh mesh, VoxelizeOptions options)
    {
        var extent = mesh.Bounds.Extent / options.Spacing + new System.Numerics.Vector3(2 * options.Band + 1);
        return Math.Floor(extent.X) * Math.Floor(extent.Y) * Math.Floor(extent.Z);
    }
}
