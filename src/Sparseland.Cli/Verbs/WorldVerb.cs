using System.CommandLine;
using System.Globalization;
using Sparseland.Cli.CommandLine;
using Sparseland.Cli.Output;
using Sparseland.Errors;
using Sparseland.Space.Datasets;
using Sparseland.Space.Images;
using Sparseland.Space.Sensors;
using Sparseland.Space.Worlds.Drives;
using Sparseland.Space.Worlds.Streets;

namespace Sparseland.Cli.Verbs;

/// <summary>Generates drives with LiDAR, cameras and an inertial sensor in public formats, checks datasets of those formats, and draws scans from above.</summary>
internal sealed class WorldVerb : Verb
{
    private const string Check = "check";
    private const string View = "view";

    private readonly Argument<string> _what = new("what") { Description = $"A scene ({string.Join(", ", StreetScenes.Names)}), or {Check} or {View}." };
    private readonly Argument<string?> _target = new("target") { Description = $"Of {Check} a dataset's folder, of {View} a scan (.bin, .pcd.bin, .ply).", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _output = new("--output", "-o") { Description = $"The folder to make; of {View} the PNG." };
    private readonly Option<int> _frames = new("--frames") { Description = "Scans, ten a second.", DefaultValueFactory = _ => 10 };
    private readonly Option<string> _rig = new("--rig") { Description = $"The sensors: {string.Join(", ", SensorRig.Names)}, or a file that ends in .json.", DefaultValueFactory = _ => "kitti" };
    private readonly Option<string> _format = new("--format") { Description = $"The layout: {string.Join(", ", DriveRecorder.Formats)}.", DefaultValueFactory = _ => "kitti" };
    private readonly Option<bool> _deskew = new("--deskew") { Description = "Straighten clouds by the true motion, as KITTI's are; default: as they were fired." };
    private readonly Option<bool> _static = new("--static") { Description = "Time stands still during a scan." };
    private readonly Option<int> _samples = new("--samples") { Description = "Rays a pixel.", DefaultValueFactory = _ => 1 };
    private readonly Option<double> _shutter = new("--shutter") { Description = "Seconds the shutter is open; blurs what moves, needs --samples above 1.", DefaultValueFactory = _ => 0 };
    private readonly Option<bool> _force = new("--force") { Description = "Replace what is there." };
    private readonly Option<float> _reach = new("--reach") { Description = $"Of {View}: metres from the sensor to the border.", DefaultValueFactory = _ => 50 };
    private readonly Option<int> _size = new("--size") { Description = $"Of {View}: rows and columns.", DefaultValueFactory = _ => 800 };

    public override string Name => "world";

    public override string Summary => "Generate a drive with LiDAR, cameras, IMU and labels in public formats; check a dataset; draw a scan from above.";

    public override IReadOnlyList<(string Command, string Effect)> Examples =>
    [
        ("sparseland world street --seed 7 --frames 20 --rig kitti --format kitti -o drive", "twenty scans of a street with pictures and labels, in KITTI's layout"),
        ("sparseland world check drive", "reads all of it and says what does not fit; works on real KITTI, nuScenes and EuRoC folders too"),
        ("sparseland world view drive/training/velodyne/000000.bin -o top.png", "the scan from above with its boxes"),
    ];

    public override IEnumerable<Symbol> Symbols => [_what, _target, _output, _frames, _rig, _format, _deskew, _static, _samples, _shutter, _force, _reach, _size];

    public override int Run(VerbContext context)
    {
        var (what, target) = (context.Get(_what)!, context.Get(_target));
        if (what is not (Check or View) && !StreetScenes.Names.Contains(what))
        {
            string[] known = [.. StreetScenes.Names, Check, View];
            throw new InvalidSettingException($"there is no scene '{what}'{Suggestion.For(what, known)}; known are {string.Join(", ", known)}");
        }
        if (what is Check or View && target is null)
            throw new InvalidSettingException($"world {what}: name {(what == Check ? "the dataset's folder" : "the scan's file")}");
        return what switch
        {
            Check => RunCheck(context, target!),
            View => RunView(context, target!),
            _ when target is not null => throw new InvalidSettingException($"world {what} takes no '{target}': name the folder to make after -o"),
            _ => RunRecord(context, what),
        };
    }

    private int RunRecord(VerbContext context, string scene)
    {
        var output = context.Get(_output) ?? throw new InvalidSettingException($"world {scene}: name the folder to make after -o");
        var options = new DriveOptions
        {
            Scene = scene,
            Seed = context.Seed,
            Frames = context.Get(_frames),
            Rig = context.Get(_rig)!,
            Format = context.Get(_format)!,
            Deskew = context.Get(_deskew),
            Lidar = new() { FreezeTime = context.Get(_static) },
            Camera = new() { Samples = context.Get(_samples), ShutterSeconds = context.Get(_shutter) },
        };
        var needed = DriveRecorder.EstimateBytes(options);
        context.Say($"{options.Frames} frames take about {TextTable.Bytes(needed)} on disk");
        RequireSpace(output, needed);
        var report = context.WithProgress(progress => DriveRecorder.Record(options, output, context.Get(_force), progress, context.CancellationToken));
        if (context.Json)
        {
            VerbContext.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteString("output", output);
                json.WriteNumber("frames", report.Frames);
                json.WriteNumber("points", report.Points);
                json.WriteNumber("boxes", report.Boxes);
                json.WriteNumber("bytes", report.Bytes);
                json.WriteString("hash", report.Hash);
                json.WriteEndObject();
            });
            return 0;
        }
        context.Output.WriteLine($"{output}: {report.Frames} frames, {Number(report.Points)} points, {Number(report.Boxes)} boxes with points, {TextTable.Bytes(report.Bytes)}; hash {report.Hash[..16]}");
        return 0;
    }

    private static int RunCheck(VerbContext context, string folder)
    {
        var report = context.WithProgress(progress => DatasetCheck.Run(folder, progress, context.CancellationToken));
        if (context.Json)
        {
            VerbContext.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteString("format", report.Format);
                json.WriteNumber("frames", report.Frames);
                json.WriteNumber("points", report.Points);
                json.WriteNumber("medianRange", report.Ranges.Median);
                json.WriteNumber("largestRange", report.Ranges.Largest);
                json.WriteBoolean("hashesCompared", report.HasManifest);
                json.WriteStartObject("classes");
                foreach (var (name, (boxes, points)) in report.Boxes)
                {
                    json.WriteStartObject(name);
                    json.WriteNumber("boxes", boxes);
                    json.WriteNumber("points", points);
                    json.WriteEndObject();
                }
                json.WriteEndObject();
                json.WriteStartArray("faults");
                foreach (var fault in report.Faults)
                    json.WriteStringValue(fault);
                json.WriteEndArray();
                json.WriteEndObject();
            });
        }
        else
        {
            Print(context, folder, report);
        }
        return report.Faults.Count == 0 ? 0 : VerbHost.BadInput;
    }

    private static void Print(VerbContext context, string folder, DatasetReport report)
    {
        var perFrame = report.Frames > 0 ? report.Points / report.Frames : 0;
        context.Output.WriteLine($"{folder}: {report.Format}, {report.Frames} frames, {Number(perFrame)} points a frame, half of them within {report.Ranges.Median:f1} m, all within {report.Ranges.Largest:f1} m");
        foreach (var (name, (boxes, points)) in report.Boxes)
            context.Output.WriteLine($"  {name,-24} {boxes,6} boxes, {(double)points / boxes,8:f1} points each");
        foreach (var fault in report.Faults)
            context.Output.WriteLine($"  fault: {fault}");
        context.Output.WriteLine(report.Faults.Count > 0 ? $"{report.Faults.Count} faults" : report.HasManifest ? "all files are as the manifest says; no faults" : "no faults");
    }

    private int RunView(VerbContext context, string path)
    {
        var output = context.Get(_output) ?? throw new InvalidSettingException("world view: name the PNG to make after -o");
        if (!output.EndsWith(".png", StringComparison.OrdinalIgnoreCase))
            throw new InvalidSettingException($"world view makes a PNG, and {output} does not end in .png");
        OutputOptions.RequireFree(output, context.Get(_force));
        var frame = FrameFile.Read(path);
        PngFile.Write(output, BirdsEye.Draw(frame, context.Get(_reach), context.Get(_size)));
        if (context.Json)
        {
            VerbContext.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteString("output", output);
                json.WriteNumber("points", frame.Points.Count);
                json.WriteNumber("boxes", frame.Boxes.Count);
                json.WriteEndObject();
            });
            return 0;
        }
        context.Output.WriteLine($"{output}: {Number(frame.Points.Count)} points and {frame.Boxes.Count} boxes, {context.Get(_reach):g} m to each side, ahead is up");
        return 0;
    }

    private static void RequireSpace(string output, long needed)
    {
        // The disk is that of the nearest folder which is there already.
        var place = Path.GetFullPath(output);
        while (!Directory.Exists(place) && Path.GetDirectoryName(place) is { } parent)
            place = parent;
        if (new DriveInfo(place) is { IsReady: true, TotalSize: > 0 } disk && disk.AvailableFreeSpace < needed)
            throw new ResourceLimitException($"{output} takes about {TextTable.Bytes(needed)} and {TextTable.Bytes(disk.AvailableFreeSpace)} are free: ask for fewer frames, or choose another disk");
    }

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
