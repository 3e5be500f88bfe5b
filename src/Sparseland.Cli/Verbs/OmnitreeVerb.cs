using System.CommandLine;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Sparseland.Cli.CommandLine;
using Sparseland.Cli.Output;
using Sparseland.Errors;
using Sparseland.Space.Omnitrees;
using Sparseland.Trees.Omnitrees;

namespace Sparseland.Cli.Verbs;

/// <summary>Fits omnitrees to closed meshes, measures them, turns them into meshes and draws slices.</summary>
internal sealed class OmnitreeVerb : Verb
{
    private const int ErrorSamples = 1 << 18;
    private static readonly string[] Actions = ["fit", "eval", "export", "slice"];
    private static readonly (string Name, ShapeCriterion Criterion)[] Trees =
        [("omni", ShapeCriterion.Omni1), ("two-tier", ShapeCriterion.TwoTier), ("full", ShapeCriterion.OmniFull), ("octree", ShapeCriterion.Octree)];

    private readonly Argument<string> _action = new("ACTION") { Description = "fit MESH, eval BODY MESH, export BODY, or slice BODY." };
    private readonly Argument<string[]> _files = new("FILES") { Description = "A mesh (.obj, .ply, .stl, .off, .glb or .gltf), a fitted body (.omni), or both.", Arity = ArgumentArity.OneOrMore };
    private readonly OutputOptions _output = new("What to make: a body (.omni), a mesh, or a picture (.svg, .png).");
    private readonly MeshOptions _meshes = new();
    private readonly Option<int> _boxes = new("--boxes") { Description = "The most boxes of a fit.", DefaultValueFactory = _ => 4096 };
    private readonly Option<string> _tree = new("--tree") { Description = "omni (a box is halved in the dimension that explains most), two-tier (first the box, then the dimension), full (any dimensions at once) or octree.", DefaultValueFactory = _ => "omni" };
    private readonly Option<int> _samples = new("--samples") { Description = "Rows of the sampling design, a power of two; a box is sampled at eight times as many points.", DefaultValueFactory = _ => 512 };
    private readonly Option<bool> _turning = new("--turning") { Description = "Fit the mesh turning about (1, 1, 1): a body in four dimensions." };
    private readonly Option<string[]> _at = new("--at") { Description = "Where to cut, such as z=0.5 or t=0.25; once for each dimension but two.", DefaultValueFactory = _ => [] };
    private readonly Option<string?> _place = new("--place") { Description = "Export at the place and size of this mesh instead of in the unit cube." };

    public override string Name => "omnitree";

    public override string Summary => "Fit a tree of anisotropic boxes to a closed mesh, measure it, turn it into a mesh, or draw a slice of it.";

    public override IReadOnlyList<(string Command, string Effect)> Examples =>
    [
        ("sparseland omnitree fit spot.obj --boxes 4096 -o spot.omni", "4,096 boxes, halved where the mesh asks for it; error at 8, 16, 32, ... boxes"),
        ("sparseland omnitree slice spot.omni --at x=0.5 -o slice.svg", "a picture of the boxes that the plane cuts"),
    ];

    public override IEnumerable<Symbol> Symbols => [_action, _files, _boxes, _tree, _samples, _turning, _at, _place, _meshes.Up, .. _output.All];

    public override int Run(VerbContext context)
    {
        var (action, files) = (context.Get(_action)!, context.Get(_files)!);
        return (action, files.Length) switch
        {
            ("fit", 1) => Fit(context, files[0]),
            ("eval", 2) => Evaluate(context, files[0], files[1]),
            ("export", 1) => Export(context, files[0]),
            ("slice", 1) => Slice(context, files[0]),
            ("fit" or "export" or "slice", _) => throw new InvalidSettingException($"{action} takes one file, and {files.Length} are given"),
            ("eval", _) => throw new InvalidSettingException("eval takes two files: the fitted body, then the mesh"),
            _ => throw new InvalidSettingException($"'{action}'{Suggestion.For(action, Actions)}: expected {string.Join(", ", Actions)}"),
        };
    }

    private int Fit(VerbContext context, string path)
    {
        var name = context.Get(_tree)!;
        if (Trees.All(tree => tree.Name != name))
            throw new InvalidSettingException($"--tree {name}{Suggestion.For(name, Trees.Select(tree => tree.Name))}: expected {string.Join(", ", Trees.Select(tree => tree.Name))}");
        var output = _output.IsNamed(context) ? _output.Resolve(context) : null;
        var options = new ShapeFitOptions
        {
            Boxes = context.Get(_boxes),
            BaseSize = context.Get(_samples),
            Criterion = Trees.First(tree => tree.Name == name).Criterion,
            ErrorSamples = ErrorSamples,
            Seed = context.Seed,
        };
        var body = Body(context, path, context.Get(_turning));
        var fit = context.WithProgress(progress => ShapeFit.Grow(body, options, progress, context.CancellationToken));
        if (output is not null)
            fit.Shape.Save(output);
        if (context.Json)
        {
            VerbContext.WriteJson(json => WriteFit(json, fit, output));
            return 0;
        }
        var table = new TextTable("boxes", "nodes", "bytes", "error", "full boxes", "ones in the tree", "bits of information per bit");
        foreach (var step in fit.Curve)
            table.Add($"{step.Boxes}", $"{step.Nodes}", TextTable.Bytes(Math.Ceiling(step.Bits / 8.0)), TextTable.Percent(step.Error, 3), TextTable.Percent(step.OccupancyRatio), TextTable.Percent(step.StructureRatio), TextTable.Number(step.InformationDensity, 3));
        table.Write(context.Output);
        context.Output.WriteLine($"error falls with boxes to the power {TextTable.Number(fit.Slope)}{(output is null ? "" : $"; written to {output}")}");
        return 0;
    }

    private int Evaluate(VerbContext context, string path, string mesh)
    {
        var shape = OmnitreeShape.Load(path);
        if (shape.Dimensions is not (3 or 4))
            throw new MismatchException($"{path} has {shape.Dimensions} dimensions, and a mesh has 3, or 4 when it turns");
        var error = new ShapeError(Body(context, mesh, shape.Dimensions == 4), ErrorSamples, context.Seed).Measure(shape);
        if (context.Json)
        {
            VerbContext.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteNumber("boxes", shape.Tree.BoxCount);
                json.WriteNumber("nodes", shape.Tree.NodeCount);
                json.WriteNumber("bits", shape.Bits);
                json.WriteNumber("error", error);
                json.WriteNumber("informationDensity", shape.InformationDensity);
                json.WriteEndObject();
            });
            return 0;
        }
        context.Output.WriteLine($"{shape.Tree.BoxCount} boxes, {shape.OccupiedCount} of them full, {TextTable.Bytes(Math.Ceiling(shape.Bits / 8.0))}: error {TextTable.Percent(error, 3)} of the cube, {TextTable.Number(shape.InformationDensity, 3)} bits of information per bit");
        return 0;
    }

    private int Export(VerbContext context, string path)
    {
        var output = _output.Resolve(context);
        MeshOptions.RequireFormat(output);
        var shape = OmnitreeShape.Load(path);
        var place = context.Get(_place) is { } given ? SpaceFiles.Named(given, () => new MeshBody(_meshes.Read(context, given))) : null;
        var mesh = ShapeBoxes.ToMesh(shape, place?.Centre ?? new Vector3(0.5f), place?.Extent ?? 1);
        _meshes.Write(context, output, mesh);
        Wrote(context, output, $"{shape.OccupiedCount} boxes, {mesh.TriangleCount} triangles");
        return 0;
    }

    private int Slice(VerbContext context, string path)
    {
        var output = _output.Resolve(context);
        var shape = OmnitreeShape.Load(path);
        if (shape.Dimensions > 4)
            throw new MismatchException($"{path} has {shape.Dimensions} dimensions, and pictures are made of up to 4");
        // From the last dimension on, so that the numbers of the others stay.
        var cuts = context.Get(_at)!.Select(Cut).OrderByDescending(cut => cut.Dimension).ToArray();
        if (cuts.DistinctBy(cut => cut.Dimension).Count() < cuts.Length)
            throw new InvalidSettingException("--at: a dimension is cut twice; name each once");
        foreach (var (dimension, value) in cuts)
        {
            if (dimension >= shape.Dimensions)
                throw new InvalidSettingException($"--at {"xyzt"[dimension]}: {path} has no such dimension");
            shape = shape.Slice(dimension, value);
        }
        if (shape.Dimensions != 2)
            throw new InvalidSettingException($"a picture has two dimensions, and {shape.Dimensions} are left of {path}: cut all others, such as --at z=0.5");
        SlicePicture.Write(output, shape);
        Wrote(context, output, $"{shape.Tree.BoxCount} boxes, {shape.OccupiedCount} of them full");
        return 0;
    }

    private IShapeIndicator Body(VerbContext context, string path, bool turning)
    {
        var mesh = _meshes.Read(context, path);
        return SpaceFiles.Named<IShapeIndicator>(path, () => turning ? new MeshBody(mesh).Turning() : new MeshBody(mesh));
    }

    private static (int Dimension, double Value) Cut(string text)
    {
        var parts = text.Split('=');
        var dimension = parts.Length == 2 && parts[0].Length == 1 ? "xyzt".IndexOf(parts[0], StringComparison.Ordinal) : -1;
        return dimension >= 0 && double.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            ? (dimension, value) : throw new InvalidSettingException($"--at {text}: expected x, y, z or t, =, and a number from 0 to 1, such as z=0.5");
    }

    private static void Wrote(VerbContext context, string output, string content)
    {
        if (!context.Json)
        {
            context.Output.WriteLine($"{output}: {content}");
            return;
        }
        VerbContext.WriteJson(json =>
        {
            json.WriteStartObject();
            json.WriteString("output", output);
            json.WriteString("content", content);
            json.WriteEndObject();
        });
    }

    private static void WriteFit(Utf8JsonWriter json, ShapeFitResult fit, string? output)
    {
        json.WriteStartObject();
        json.WriteString("output", output);
        json.WriteNumber("slope", double.IsNaN(fit.Slope) ? 0 : fit.Slope);
        json.WriteStartArray("curve");
        foreach (var step in fit.Curve)
        {
            json.WriteStartObject();
            json.WriteNumber("boxes", step.Boxes);
            json.WriteNumber("nodes", step.Nodes);
            json.WriteNumber("bits", step.Bits);
            json.WriteNumber("error", step.Error);
            json.WriteNumber("informationDensity", step.InformationDensity);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
