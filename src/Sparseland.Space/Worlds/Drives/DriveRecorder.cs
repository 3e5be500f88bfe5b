using System.Globalization;
using Sparseland.Errors;
using Sparseland.Files;
using Sparseland.Progress;
using Sparseland.Space.Datasets;
using Sparseland.Space.Sensors;
using Sparseland.Space.Worlds.Streets;

namespace Sparseland.Space.Worlds.Drives;

/// <summary>What a recording came to.</summary>
/// <param name="Frames">Scans.</param>
/// <param name="Points">Points of all scans.</param>
/// <param name="Boxes">Boxes that hold at least one point, of all scans.</param>
/// <param name="Bytes">Size of all files.</param>
/// <param name="Hash">One hash over all files.</param>
public sealed record DriveReport(int Frames, long Points, long Boxes, long Bytes, string Hash);

/// <summary>Drives a rig through a scene and writes what its sensors record, into a folder that is there whole or not at all. Equal options give equal bytes for any number of threads.</summary>
public static class DriveRecorder
{
    private const double ScanSeconds = 0.1;

    private static readonly (string Name, Func<IDriveLayout> Make)[] Layouts =
    [
        ("kitti", () => new KittiLayout()), ("nuscenes", () => new NuScenesLayout()), ("euroc", () => new EurocLayout()),
    ];

    /// <summary>The names of the layouts.</summary>
    public static IReadOnlyList<string> Formats { get; } = [.. Layouts.Select(layout => layout.Name)];

    /// <summary>About how many bytes a recording takes: every beam returns, pictures shrink by half.</summary>
    public static long EstimateBytes(DriveOptions options)
    {
        var (rig, layout) = Check(options);
        var pattern = LidarPattern.Of(rig.Lidar);
        // A point has up to 22 bytes and 20 of truth; a pixel 3 of colour and 4 of depth and number.
        var scan = (long)(0.75 * pattern.Columns * pattern.Beams * 42);
        var pictures = rig.Cameras.Sum(camera => camera.Pinhole.Width * camera.Pinhole.Height * 3L);
        var withPictures = Enumerable.Range(0, options.Frames).Count(layout.HasPictures);
        return options.Frames * (scan + 4096) + withPictures * pictures;
    }

    /// <summary>Records a drive.</summary>
    /// <param name="options">What to record.</param>
    /// <param name="folder">The folder to make.</param>
    /// <param name="replace">Whether one that is there may be replaced.</param>
    /// <param name="progress">Is told of every frame.</param>
    /// <param name="cancellationToken">Stops between frames; then nothing is left.</param>
    /// <exception cref="InvalidSettingException">A name or number of the options is not possible, or the folder is there.</exception>
    /// <exception cref="ResourceLimitException">The disk is full.</exception>
    public static DriveReport Record(DriveOptions options, string folder, bool replace = false, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
    {
        var (rig, layout) = Check(options);
        using var output = AtomicFolder.Create(folder, replace);
        var world = StreetScenes.Make(options.Scene, layout.FirstScan + options.Frames * ScanSeconds, options.Seed);
        var drive = new Drive(options, rig, world, output.WorkFolder);
        var scanner = new LidarScanner(LidarPattern.Of(rig.Lidar), rig.LidarMount, options.Lidar);
        var (points, boxes) = (0L, 0L);
        for (var index = 0; index < options.Frames; index++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            progress?.Report(new("recording", index, options.Frames, $"{points:N0} points"));
            var frame = RecordFrame(drive, scanner, layout, index);
            layout.Write(drive, frame);
            points += frame.Cloud.Count;
            boxes += frame.Boxes.Count(box => box.PointCount > 0);
        }
        layout.Finish(drive);
        progress?.Report(new("recording", options.Frames, options.Frames, "hashing"));
        var manifest = DatasetManifest.Of(output.WorkFolder, $"sparseland world {typeof(DriveRecorder).Assembly.GetName().Version?.ToString(3)}", options.Seed, Parameters(options), cancellationToken);
        manifest.Write(output.WorkFolder);
        output.Commit();
        return new(options.Frames, points, boxes, manifest.Files.Sum(file => file.Bytes), manifest.Hash);
    }

    private static DriveFrame RecordFrame(Drive drive, LidarScanner scanner, IDriveLayout layout, int index)
    {
        var (options, world) = (drive.Options, drive.World);
        var scan = scanner.Scan(world, layout.FirstScan + index * ScanSeconds, options.Seed, index);
        var cloud = options.Deskew ? scan.Deskewed() : scan.Points;
        var vehicle = world.Route.At(scan.Time).Pose;
        CameraPicture[] pictures = layout.HasPictures(index) ? [.. drive.Rig.Cameras.Select(camera => camera.Take(world, scan.Time, options.Camera, options.Seed, index))] : [];
        IReadOnlyList<ActorView>[] views = [.. pictures.Select(picture => ActorViews.Of(world, picture, scan.Time))];
        var toLidar = scan.Pose.Inverse;
        Box3D[] boxes = [.. world.BoxesAt(scan.Time).Select(box => box.In(toLidar)).Select(box => box with { PointCount = PointCount(box, cloud) })];
        return new(index, scan.Time, vehicle, scan, cloud, pictures, views, boxes);
    }

    private static int PointCount(Box3D box, PointCloud cloud)
    {
        // Most points are far away: a ball around the box sorts them out without turning them.
        var (centre, reach) = (box.Centre.ToSingle(), 0.5f * new System.Numerics.Vector3((float)box.Length, (float)box.Width, (float)box.Height).Length());
        var count = 0;
        foreach (var point in cloud.Positions)
        {
            if ((point - centre).LengthSquared() <= reach * reach && box.Contains(new(point)))
                count++;
        }
        return count;
    }

    private static (SensorRig Rig, IDriveLayout Layout) Check(DriveOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var layout = Array.Find(Layouts, candidate => candidate.Name == options.Format);
        if (layout.Make is null)
            throw new InvalidSettingException($"there is no format '{options.Format}'{Suggestion.For(options.Format, Formats)}; known are {string.Join(", ", Formats)}");
        if (options.Frames is < 1 or > DriveOptions.MostFrames)
            throw new InvalidSettingException($"{options.Frames} frames; give 1 to {DriveOptions.MostFrames}");
        _ = StreetScenes.Summary(options.Scene);
        var rig = SensorRig.Of(options.Rig);
        return options.Format == "euroc" || rig.Cameras.All(camera => camera.Lens is null)
            ? (rig, layout.Make())
            : throw new InvalidSettingException($"the rig {rig.Name} has a camera with a lens, and the layout {options.Format} has no place for its distortion: take euroc, or leave the lens out");
    }

    private static SortedDictionary<string, string> Parameters(DriveOptions options) => new(StringComparer.Ordinal)
    {
        ["scene"] = options.Scene,
        ["rig"] = SensorRig.Of(options.Rig).Name,
        ["format"] = options.Format,
        ["frames"] = options.Frames.ToString(CultureInfo.InvariantCulture),
        ["scansPerSecond"] = "10",
        ["deskewed"] = options.Deskew ? "true" : "false",
        ["timeFrozen"] = options.Lidar.FreezeTime ? "true" : "false",
        ["rangeNoise"] = options.Lidar.RangeNoise.ToString(CultureInfo.InvariantCulture) + " m",
        ["samplesPerPixel"] = options.Camera.Samples.ToString(CultureInfo.InvariantCulture),
        ["shutter"] = options.Camera.ShutterSeconds.ToString(CultureInfo.InvariantCulture) + " s",
        ["boxesAndPicturesAt"] = "the middle of the scan",
        ["depthUnit"] = "1/256 m along the optical axis, 0 is sky",
        ["objectNumbers"] = $"actors from 1, scenery from {StreetWorld.FirstSceneryId}",
        ["classes"] = string.Join(", ", Enum.GetValues<StreetClass>().Select(kind => $"{(int)kind} {kind}")),
    };
}
