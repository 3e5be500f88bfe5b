using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Sparseland.Cli.CommandLine;
using Sparseland.Cli.Output;
using Sparseland.Errors;
using Sparseland.Space.Cameras;
using Sparseland.Space.Images;
using Sparseland.Space.Views;
using Sparseland.Space.Worlds;
using Sparseland.Space.Worlds.Families;
using Sparseland.Space.Worlds.Files;
using Sparseland.Space.Worlds.Tracing;

namespace Sparseland.Cli.Verbs;

/// <summary>Renders a generated scene, a scene file or a mesh: one picture, or a dataset of posed views.</summary>
internal sealed class RenderVerb : Verb
{
    private readonly Argument<string> _scene = new("scene") { Description = $"A family ({string.Join(", ", SceneFamily.All.Select(family => family.Name))}), a scene file (.json), or a mesh file." };
    private readonly Option<string> _output = new("--output", "-o") { Description = "What to make: one picture (a name that ends in .png), or a folder of posed views.", Required = true };
    private readonly Option<string> _size = new("--size") { Description = "Pixels: WIDTHxHEIGHT, or one number for both; default 128 for views, 480x360 for one picture." };
    private readonly Option<int> _samples = new("--spp") { Description = "Paths per pixel.", DefaultValueFactory = _ => 64 };
    private readonly Option<int> _views = new("--views") { Description = "Training views of a folder.", DefaultValueFactory = _ => 40 };
    private readonly Option<int> _validation = new("--validation") { Description = "Validation views of a folder.", DefaultValueFactory = _ => 0 };
    private readonly Option<int> _test = new("--test") { Description = "Test views of a folder.", DefaultValueFactory = _ => 8 };
    private readonly Option<int> _view = new("--view") { Description = "Which of the placed cameras takes the one picture.", DefaultValueFactory = _ => 0 };
    private readonly Option<string?> _camera = new("--camera") { Description = "Where the camera of the one picture is: X,Y,Z in metres." };
    private readonly Option<string?> _target = new("--target") { Description = "What it looks at: X,Y,Z; default: the scene's middle." };
    private readonly Option<int> _depth = new("--depth") { Description = "How often light may be scattered on its way.", DefaultValueFactory = _ => 6 };
    private readonly Option<float> _exposure = new("--exposure") { Description = "What light is multiplied with for display.", DefaultValueFactory = _ => 1 };
    private readonly Option<bool> _transparent = new("--transparent") { Description = "Leave out the sky behind the scene: pictures get an opacity." };
    private readonly Option<bool> _noise = new("--noise") { Description = "Render one view twice with other chance and say how far they differ." };
    private readonly MeshOptions _meshes = new();
    private readonly Option<bool> _force = new("--force") { Description = "Replace what is there." };

    public override string Name => "render";

    public override string Summary => "Render a generated scene, a scene file or a mesh by path tracing: one picture, or posed views with depth, normals and instance numbers.";

    public override IReadOnlyList<(string Command, string Effect)> Examples =>
    [
        ("sparseland render clutter -o clutter.png --spp 256 --seed 7", "one picture of a generated scene"),
        ("sparseland render bricks -o bricks-views --views 40 --size 64 --transparent", "a folder of posed views that svlf and programs for Blender's NeRF sets read"),
        ("sparseland render room -o room.png --camera 2,1,1.6 --target 0,0,1", "a picture from a chosen place; a place inside a wall is refused"),
    ];

    public override IEnumerable<Symbol> Symbols => [_scene, _output, _size, _samples, _views, _validation, _test, _view, _camera, _target, _depth, _exposure, _transparent, _noise, _meshes.Up, _force];

    public override int Run(VerbContext context)
    {
        var output = context.Get(_output)!;
        var isPicture = output.EndsWith(".png", StringComparison.OrdinalIgnoreCase);
        if (isPicture)
            OutputOptions.RequireFree(output, context.Get(_force));
        var (scene, places) = context.WithProgress(_ => Load(context));
        var (width, height) = Size(context.Get(_size) ?? (isPicture ? "480x360" : "128"));
        var options = new SceneDatasetOptions
        {
            TrainViews = context.Get(_views),
            ValidationViews = context.Get(_validation),
            TestViews = context.Get(_test),
            Width = width,
            Height = height,
            Exposure = context.Get(_exposure),
            Replace = context.Get(_force),
            Render = new() { SamplesPerPixel = context.Get(_samples), MaximumDepth = context.Get(_depth), Seed = context.Seed, ShowsBackground = !context.Get(_transparent) },
        };
        options.Validate();
        var noise = context.Get(_noise) ? context.WithProgress(_ => Noise(scene, Camera(context, scene, places, options), options, context.CancellationToken)) : (double?)null;
        var started = Stopwatch.GetTimestamp();
        var vertices = context.WithProgress(progress => isPicture
            ? Picture(context, scene, places, options, output, progress)
            : SceneDataset.Write(scene, places, output, options, progress, context.CancellationToken));
        Report(context, scene, output, vertices, Stopwatch.GetElapsedTime(started).TotalSeconds, noise);
        return 0;
    }

    private long Picture(VerbContext context, Scene scene, CameraPlaces places, SceneDatasetOptions options, string output, IProgress<Progress.ProgressReport> progress)
    {
        var rendered = new PathTracer(scene).Render(Camera(context, scene, places, options), options.Render, "picture", progress, context.CancellationToken);
        var view = rendered.View;
        if (view.Alpha is null)
            PngFile.Write(output, StandardRgb.Encode(view.Colour, options.Exposure));
        else
            PngFile.Write(output, new Image<Rgba8>(options.Width, options.Height, [.. view.Colour.Pixels.Zip(view.Alpha.Pixels, (colour, alpha) => StandardRgb.Encode(options.Exposure * colour, alpha))]));
        return rendered.PathVertices;
    }

    private PinholeCamera Camera(VerbContext context, Scene scene, CameraPlaces places, SceneDatasetOptions options)
    {
        if (context.Get(_camera) is not { } position)
        {
            var view = context.Get(_view);
            if (view is < 0 or > 10_000)
                throw new InvalidSettingException($"--view {view}: it must be 0 to 10000");
            return CameraPlacement.Place(scene, places, view + 1, options.Width, options.Height, context.Seed, "train")[view];
        }
        var (from, to) = (Vector(position, "--camera"), context.Get(_target) is { } target ? Vector(target, "--target") : scene.Interest.Centre);
        if (from == to)
            throw new InvalidSettingException($"the camera at {position} is what it looks at: give another --target");
        var camera = PinholeCamera.LookAt(options.Width, options.Height, CameraPlacement.FieldOfView, from, to, System.Numerics.Vector3.UnitZ);
        CameraPlacement.Require(scene, camera);
        return camera;
    }

    private (Scene Scene, CameraPlaces Places) Load(VerbContext context)
    {
        var (name, seed) = (context.Get(_scene)!, context.Seed);
        if (SceneFamily.All.FirstOrDefault(family => family.Name == name) is { } known)
            return (known.Generate(seed), known.Cameras);
        if (!File.Exists(name) && !Path.HasExtension(name))
            SceneFamily.Get(name);
        return MeshOptions.IsMesh(name) ? (MeshScene.Of(_meshes.Read(context, name), Path.GetFileNameWithoutExtension(name)), CameraPlaces.Hemisphere) : (SceneFile.Read(name), CameraPlaces.Hemisphere);
    }

    // Two pictures that differ by their chance alone differ twice as much, in squares, as each from the truth.
    private static double Noise(Scene scene, PinholeCamera camera, SceneDatasetOptions options, CancellationToken cancellation)
    {
        var tracer = new PathTracer(scene);
        PosedView Take(ulong seed) => tracer.Render(camera, options.Render with { Seed = seed }, "noise", cancellation: cancellation).View;
        var (first, second) = (Take(options.Render.Seed).Display(default), Take(options.Render.Seed + 1).Display(default));
        var error = first.Pixels.Zip(second.Pixels, (a, b) => (double)System.Numerics.Vector3.DistanceSquared(a, b) / 3).Average() / 2;
        return -10 * Math.Log10(Math.Max(error, 1e-12));
    }

    private static void Report(VerbContext context, Scene scene, string output, long vertices, double seconds, double? noise)
    {
        if (context.Json)
        {
            VerbContext.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteString("output", output);
                json.WriteString("scene", scene.Name);
                json.WriteNumber("instances", scene.Instances.Count);
                json.WriteNumber("pathVertices", vertices);
                json.WriteNumber("seconds", seconds);
                if (noise is { } decibels)
                    json.WriteNumber("noiseDecibels", decibels);
                json.WriteEndObject();
            });
            return;
        }
        context.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{output}: {scene.Name}, {scene.Instances.Count} instances, {vertices / 1e6:F1} M path vertices in {seconds:F1} s ({vertices / 1e6 / seconds:F2} M/s)"));
        if (noise is { } floor)
            context.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"noise of one view: {floor:F1} dB below full scale"));
    }

    private static (int Width, int Height) Size(string text)
    {
        var parts = text.Split('x');
        if (parts.Length is 1 or 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var width) && int.TryParse(parts[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var height))
            return (width, height);
        throw new InvalidSettingException($"--size {text}: give WIDTHxHEIGHT such as 480x360, or one number for both");
    }

    private static System.Numerics.Vector3 Vector(string text, string option)
    {
        var parts = text.Split(',');
        var values = new float[3];
        for (var i = 0; i < 3; i++)
            if (parts.Length != 3 || !float.TryParse(parts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out values[i]) || !float.IsFinite(values[i]))
                throw new InvalidSettingException($"{option} {text}: give three numbers in metres, as in 2,1,1.6");
        return new(values[0], values[1], values[2]);
    }
}
