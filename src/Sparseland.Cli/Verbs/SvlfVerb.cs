using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using Sparseland.Cli.CommandLine;
using Sparseland.Cli.Output;
using Sparseland.Errors;
using Sparseland.Files;
using Sparseland.Space.Images;
using Sparseland.Space.LightFields;
using Sparseland.Space.Views;

namespace Sparseland.Cli.Verbs;

/// <summary>Learns a sparse voxel light field from posed pictures, draws it and judges it.</summary>
internal sealed class SvlfVerb : Verb
{
    private const string CheckpointSuffix = ".checkpoint";
    private static readonly string[] Actions = ["train", "render", "eval"];

    // With fewer views than this, voxels that a single depth hits are worth keeping.
    private const int ManyViews = 60;

    private readonly Argument<string> _action = new("ACTION") { Description = "train, render or eval." };
    private readonly Argument<DirectoryInfo> _data = new("DATA") { Description = "Folder with transforms_train.json and its pictures." };
    private readonly Option<FileInfo?> _model = new("--model", "-m") { Description = "The light field (.safetensors) to render or eval." };
    private readonly Option<FileSystemInfo?> _output = new("--output", "-o") { Description = "train: the light field's .safetensors; render: folder of the pictures." };
    private readonly Option<bool> _force = new("--force") { Description = "Replace an existing output." };
    private readonly Option<string?> _images = new("--images") { Description = "The folder inside DATA that holds the pictures, when the files name another." };
    private readonly Option<int> _holdOut = new("--hold-out") { Description = "Of every so many training views hold the first out, where there are no test views; 0 for none.", DefaultValueFactory = _ => 8 };
    private readonly Option<string> _background = new("--background") { Description = "What lies behind pictures with opacity: white or black.", DefaultValueFactory = _ => "white" };
    private readonly Option<int> _level = new("--level") { Description = "Depth of the octree; 2^level voxels along a side.", DefaultValueFactory = _ => 7 };
    private readonly Option<int> _features = new("--features") { Description = "Features at a corner: 4, 8, 12 or 16.", DefaultValueFactory = _ => 8 };
    private readonly Option<int> _voxels = new("--voxels") { Description = "The most voxels that a ray asks.", DefaultValueFactory = _ => 8 };
    private readonly Option<int?> _hits = new("--hits") { Description = "Depth hits that make a voxel occupied; default: 1 below 60 views, else 2." };
    private readonly Option<int> _dilation = new("--dilation") { Description = "By how many voxels the occupied ones are widened along each axis.", DefaultValueFactory = _ => 0 };
    private readonly Option<bool> _apart = new("--apart") { Description = "Give every voxel corners of its own." };
    private readonly Option<int> _steps = new("--steps") { Description = "Steps of training.", DefaultValueFactory = _ => 5000 };
    private readonly Option<int> _batch = new("--batch") { Description = "Rays of a step.", DefaultValueFactory = _ => 4096 };
    private readonly Option<string?> _prune = new("--prune-at") { Description = "After which percentages of the steps idle voxels are given up; default: 30 with depth, else 15,30,45,60." };
    private readonly Option<int?> _view = new("--view") { Description = "Only this test view (training view where there are none), counted from 0." };

    public override string Name => "svlf";

    public override string Summary => "Learn a sparse voxel light field from posed pictures, render it from elsewhere, or compare it with held-out views.";

    public override bool Resumes => true;

    public override IReadOnlyList<(string Command, string Effect)> Examples =>
    [
        ("sparseland svlf train scene -o scene.safetensors", "learns the training views; the same command goes on after Ctrl-C"),
        ("sparseland svlf eval scene -m scene.safetensors", "signal-to-noise ratio, similarity and depth error of the test views"),
        ("sparseland svlf render scene -m scene.safetensors -o pictures", "one PNG and one depth map for each test view"),
    ];

    public override IEnumerable<Symbol> Symbols =>
        [_action, _data, _model, _output, _force, _images, _holdOut, _background, _level, _features, _voxels, _hits, _dilation, _apart, _steps, _batch, _prune, _view];

    public override int Run(VerbContext context)
    {
        var action = context.Get(_action)!;
        return action switch
        {
            "train" => Train(context),
            "render" => Render(context),
            "eval" => Judge(context),
            _ => throw new InvalidSettingException($"'{action}'{Suggestion.For(action, Actions)}: expected {string.Join(", ", Actions)}"),
        };
    }

    private int Train(VerbContext context)
    {
        var output = Output(context);
        if (!output.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))
            throw new InvalidSettingException($"{output}: a light field is a file ending in .safetensors");
        OutputOptions.RequireFree(output, context.Get(_force));
        var data = Read(context);
        var rays = new RayTable(data.Train, Background(context));
        var (shape, options) = Options(context, data.Train.Count, rays.HasDepth);
        var warnings = new List<string>();
        var trainer = LightFieldTrainer.Begin(rays, shape, options, warnings, context.CancellationToken);
        foreach (var warning in warnings)
            context.Say($"warning: {warning}");
        context.Say($"{data.Train.Count} views, {rays.Count:N0} rays, {trainer.Field.VoxelCount:N0} voxels of level {shape.Level}, {trainer.Field.ParameterCount:N0} numbers to learn");
        context.WithProgress(progress =>
        {
            trainer.Run(output + CheckpointSuffix, 500, progress, context.CancellationToken);
            return 0;
        });
        trainer.Field.Save(output);
        File.Delete(output + CheckpointSuffix);
        var (views, mean, _) = Measure(context, trainer.Field, data);
        Report(context, output, trainer.Field, views, mean);
        return 0;
    }

    private int Judge(VerbContext context)
    {
        var field = SparseLightField.Load(Model(context));
        var (views, mean, seconds) = Measure(context, field, Read(context));
        if (!context.Json)
        {
            var table = new TextTable("view", "PSNR (dB)", "SSIM", "depth error (m)");
            foreach (var (name, scores) in views)
                table.Add(name, Digits(scores.Psnr, "F2"), Digits(scores.Ssim, "F4"), Digits(scores.Depth, "F4"));
            table.Write(context.Output);
            context.Output.WriteLine($"{Digits(1000 * seconds, "F1")} ms a picture");
        }
        Report(context, Model(context), field, views, mean);
        return 0;
    }

    private int Render(VerbContext context)
    {
        var field = SparseLightField.Load(Model(context));
        var output = Output(context);
        var views = Chosen(context, Read(context));
        using var folder = AtomicFolder.Create(output, context.Get(_force));
        context.WithProgress(progress =>
        {
            for (var i = 0; i < views.Count; i++)
            {
                var drawn = field.Render(views[i].Camera, context.CancellationToken);
                var place = Path.Combine(folder.WorkFolder, views[i].Name.Replace('/', '_').Replace('\\', '_'));
                PngFile.Write(place + ".png", drawn.ToBytes());
                PfmFile.Write(place + "_depth.pfm", drawn.Depth);
                progress.Report(new("drawing", i + 1, views.Count));
            }
            return 0;
        });
        folder.Commit();
        if (context.Json)
            VerbContext.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteString("folder", output);
                json.WriteNumber("pictures", views.Count);
                json.WriteEndObject();
            });
        else
            context.Output.WriteLine($"{output}: {views.Count} pictures with their depth");
        return 0;
    }

    private (List<(string Name, ViewScores Scores)> Views, ViewScores Mean, double Seconds) Measure(VerbContext context, SparseLightField field, ViewDataset data)
    {
        var views = Chosen(context, data);
        return context.WithProgress(progress =>
        {
            var scores = new List<(string, ViewScores)>();
            var clock = new Stopwatch();
            foreach (var view in views)
            {
                clock.Start();
                var drawn = field.Render(view.Camera, context.CancellationToken);
                clock.Stop();
                scores.Add((view.Name, ViewScores.Of(drawn, view, field.Background, field.Cube.Size)));
                progress.Report(new("comparing", scores.Count, views.Count));
            }
            return (scores, ViewScores.Mean([.. scores.Select(pair => pair.Item2)]), clock.Elapsed.TotalSeconds / views.Count);
        });
    }

    private static void Report(VerbContext context, string model, SparseLightField field, List<(string Name, ViewScores Scores)> views, ViewScores mean)
    {
        if (!context.Json)
        {
            context.Output.WriteLine($"{model}: {field.VoxelCount:N0} voxels; over {views.Count} views PSNR {Digits(mean.Psnr, "F2")} dB, SSIM {Digits(mean.Ssim, "F4")}, depth error {Digits(mean.Depth, "F4")} m, {Digits(mean.QueriesPerHitRay, "F2")} queries per ray");
            return;
        }
        VerbContext.WriteJson(json =>
        {
            json.WriteStartObject();
            json.WriteString("model", model);
            json.WriteNumber("voxels", field.VoxelCount);
            json.WriteNumber("parameters", field.ParameterCount);
            json.WriteNumber("views", views.Count);
            // Equal pictures have no finite one.
            if (double.IsFinite(mean.Psnr))
                json.WriteNumber("psnr", mean.Psnr);
            json.WriteNumber("ssim", mean.Ssim);
            if (double.IsFinite(mean.Depth))
                json.WriteNumber("depth_error", mean.Depth);
            json.WriteNumber("queries_per_hit_ray", mean.QueriesPerHitRay);
            json.WriteEndObject();
        });
    }

    private (LightFieldOptions Shape, LightFieldTrainingOptions Options) Options(VerbContext context, int views, bool hasDepth) => (
        new()
        {
            Level = context.Get(_level),
            FeatureWidth = context.Get(_features),
            CoarseLevels = Math.Min(3, context.Get(_level)),
            VoxelsPerRay = context.Get(_voxels),
            SharedCorners = !context.Get(_apart),
            MinimumHits = context.Get(_hits) ?? (views < ManyViews ? 1 : 2),
            Dilation = context.Get(_dilation),
        },
        new()
        {
            Steps = context.Get(_steps),
            BatchRays = context.Get(_batch),
            PruneAtPercent = context.Get(_prune) ?? (hasDepth ? "30" : "15,30,45,60"),
            Seed = context.Seed,
        });

    private ViewDataset Read(VerbContext context) => context.WithProgress(progress =>
        ViewDataset.Read(context.Get(_data)!.FullName, new() { ImageFolder = context.Get(_images), HoldOutEvery = context.Get(_holdOut) }, progress, context.CancellationToken));

    private IReadOnlyList<PosedView> Chosen(VerbContext context, ViewDataset data)
    {
        var views = data.Test.Count > 0 ? data.Test : data.Train;
        if (context.Get(_view) is not { } number)
            return views;
        return number >= 0 && number < views.Count ? [views[number]] : throw new InvalidSettingException($"--view {number}: there are {views.Count}, counted from 0");
    }

    private Vector3 Background(VerbContext context) => context.Get(_background) switch
    {
        "white" => Vector3.One,
        "black" => Vector3.Zero,
        var other => throw new InvalidSettingException($"--background {other}: it is white or black"),
    };

    private string Output(VerbContext context) => context.Get(_output)?.FullName ?? throw new InvalidSettingException("no output: give one with -o");

    private string Model(VerbContext context) => context.Get(_model)?.FullName ?? throw new InvalidSettingException("no light field: name one with --model");

    private static string Digits(double value, string format) => double.IsNaN(value) ? "-" : value.ToString(format, CultureInfo.InvariantCulture);
}
