using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using Sparseland.Space.Datasets;
using Sparseland.Space.Datasets.NuScenes;
using Sparseland.Space.Images;
using Sparseland.Space.Motion;
using Sparseland.Space.Worlds.Streets;

namespace Sparseland.Space.Worlds.Drives;

/// <summary>nuScenes' layout: v1.0-sim/*.json, samples/ at every fifth scan with pictures and boxes, sweeps/ of the scans between. Tokens come from the seed. Clouds have x right and y forward.</summary>
internal sealed class NuScenesLayout : IDriveLayout
{
    private const int ScansPerKeyFrame = 5;
    private const long FirstMicrosecond = 1_600_000_000_000_000;

    // From the file's axes (x right, y forward) to the rig's (x forward, y left).
    private static readonly RigidPose FromFile = new(Rotation3D.AboutZ(-0.5 * Math.PI), default);

    private static readonly (StreetClass Kind, string Name)[] Categories =
    [
        (StreetClass.Car, "vehicle.car"), (StreetClass.Van, "vehicle.van"), (StreetClass.Kiosk, "static_object.kiosk"), (StreetClass.Truck, "vehicle.truck"),
        (StreetClass.Pedestrian, "human.pedestrian.adult"), (StreetClass.Cyclist, "vehicle.bicycle"),
    ];

    private static readonly string[] Attributes = ["moving", "stopped", "parked"];
    private static readonly string[] Levels = ["v0-40", "v40-60", "v60-80", "v80-100"];

    private readonly List<NuScenesSample> _samples = [];
    private readonly List<NuScenesEgoPose> _poses = [];
    private readonly Dictionary<string, List<NuScenesSampleData>> _files = [];
    private readonly SortedDictionary<int, List<NuScenesAnnotation>> _boxes = [];

    public double FirstScan => DriveRoute.RestSeconds;

    public bool HasPictures(int frame) => frame % ScansPerKeyFrame == 0;

    public void Write(Drive drive, DriveFrame frame)
    {
        var stamp = FirstMicrosecond + (long)Math.Round(1e6 * frame.Time);
        var pose = Token(drive, "ego_pose", frame.Index);
        var (q, t) = (frame.Vehicle.Rotation, frame.Vehicle.Translation);
        _poses.Add(new(pose, stamp, [q.W, q.X, q.Y, q.Z], [t.X, t.Y, t.Z]));
        var isKey = HasPictures(frame.Index);
        if (isKey)
            _samples.Add(new(Token(drive, "sample", frame.Index), stamp, "", "", Token(drive, "scene", 0)));
        var name = $"{drive.World.Name}-{drive.Options.Seed}__";
        var cloud = $"{(isKey ? "samples" : "sweeps")}/LIDAR_TOP/{name}LIDAR_TOP__{stamp}.pcd.bin";
        NuScenesCloudFile.Write(Path.Combine(drive.Folder, cloud), InFileAxes(frame.Cloud));
        TruthFiles.WriteCloud(Path.Combine(drive.Folder, "truth", "LIDAR_TOP", Path.GetFileName(cloud)), frame.Scan);
        AddFile(drive, "LIDAR_TOP", frame, stamp, "pcd", (0, 0), cloud);
        for (var camera = 0; camera < frame.Pictures.Count; camera++)
        {
            var (channel, picture) = (drive.Rig.Cameras[camera].Name, frame.Pictures[camera]);
            var file = $"samples/{channel}/{name}{channel}__{stamp}.png";
            PngFile.Write(Path.Combine(drive.Folder, file), picture.Colour);
            TruthFiles.WriteDepth(Path.Combine(drive.Folder, "truth", channel, $"{stamp}_depth.png"), picture);
            TruthFiles.WriteObjects(Path.Combine(drive.Folder, "truth", channel, $"{stamp}_instance.png"), picture);
            AddFile(drive, channel, frame, stamp, "png", (picture.Camera.Height, picture.Camera.Width), file);
        }
        if (isKey)
            AddBoxes(drive, frame);
    }

    public void Finish(Drive drive)
    {
        var scene = Token(drive, "scene", 0);
        var log = Token(drive, "log", 0);
        Link(_samples, row => row.Token, (row, prev, next) => row with { Prev = prev, Next = next });
        foreach (var rows in _files.Values)
            Link(rows, row => row.Token, (row, prev, next) => row with { Prev = prev, Next = next });
        foreach (var rows in _boxes.Values)
            Link(rows, row => row.Token, (row, prev, next) => row with { Prev = prev, Next = next });
        new NuScenesTables
        {
            Scenes = [new(scene, log, _samples.Count, _samples[0].Token, _samples[^1].Token, $"{drive.World.Name}-{drive.Options.Seed}", StreetScenes.Summary(drive.World.Name))],
            Samples = _samples,
            SampleData = [.. _files.Values.SelectMany(rows => rows)],
            EgoPoses = _poses,
            CalibratedSensors = Calibrations(drive),
            Sensors = [.. Channels(drive).Select((channel, i) => new NuScenesSensor(Token(drive, "sensor", i), channel, i == 0 ? "lidar" : "camera"))],
            Instances = [.. _boxes.Select(pair => new NuScenesInstance(
                Token(drive, "instance", pair.Key), Token(drive, "category", (int)drive.World.Actors[pair.Key - 1].Kind), pair.Value.Count, pair.Value[0].Token, pair.Value[^1].Token))],
            Annotations = [.. _boxes.Values.SelectMany(rows => rows)],
            Categories = [.. Categories.Select(category => new NuScenesName(Token(drive, "category", (int)category.Kind), category.Name, ""))],
            Attributes = [.. Attributes.Select((attribute, i) => new NuScenesName(Token(drive, "attribute", i), attribute, ""))],
            Visibilities = [.. Levels.Select((level, i) => new NuScenesVisibility((i + 1).ToString(CultureInfo.InvariantCulture), level, $"visibility of the whole object is {level[1..]} %"))],
            Logs = [new(log, "", "simulated", "", drive.World.Name)],
            Maps = [new(Token(drive, "map", 0), [log], "none", "")],
        }.Write(Path.Combine(drive.Folder, "v1.0-sim"));
    }

    private static PointCloud InFileAxes(PointCloud cloud) => new(
        Array.ConvertAll(cloud.Positions, p => new Vector3(-p.Y, p.X, p.Z)), Array.ConvertAll(cloud.Intensities, intensity => MathF.Round(255 * intensity)), rings: cloud.Rings);

    private static IEnumerable<string> Channels(Drive drive) => drive.Rig.Cameras.Select(camera => camera.Name).Prepend("LIDAR_TOP");

    private static List<NuScenesCalibratedSensor> Calibrations(Drive drive)
    {
        var mounts = drive.Rig.Cameras.Select(camera => camera.Mount).Prepend(drive.Rig.LidarMount * FromFile).ToList();
        return [.. mounts.Select((mount, i) =>
        {
            var (q, t) = (mount.Rotation, mount.Translation);
            var pinhole = i > 0 ? drive.Rig.Cameras[i - 1].Pinhole : null;
            double[][] intrinsics = pinhole is null ? [] : [[pinhole.FocalX, 0, pinhole.CentreX], [0, pinhole.FocalY, pinhole.CentreY], [0, 0, 1]];
            return new NuScenesCalibratedSensor(Token(drive, "calibrated_sensor", i), Token(drive, "sensor", i), [t.X, t.Y, t.Z], [q.W, q.X, q.Y, q.Z], intrinsics);
        })];
    }

    // 32 hex digits that depend on the seed, the scene, the table and a number.
    private static string Token(Drive drive, string table, long number) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{drive.Options.Seed} {drive.World.Name} {table} {number}")))[..32];

    private static void Link<T>(List<T> rows, Func<T, string> token, Func<T, string, string, T> linked)
    {
        var tokens = rows.ConvertAll(row => token(row));
        for (var i = 0; i < rows.Count; i++)
            rows[i] = linked(rows[i], i > 0 ? tokens[i - 1] : "", i + 1 < rows.Count ? tokens[i + 1] : "");
    }

    private void AddFile(Drive drive, string channel, DriveFrame frame, long stamp, string format, (int Height, int Width) size, string file)
    {
        if (!_files.TryGetValue(channel, out var rows))
            _files[channel] = rows = [];
        var sensor = Token(drive, "calibrated_sensor", Channels(drive).ToList().IndexOf(channel));
        rows.Add(new(
            Token(drive, "sample_data " + channel, frame.Index), _samples[^1].Token, Token(drive, "ego_pose", frame.Index), sensor, stamp, format,
            HasPictures(frame.Index), size.Height, size.Width, file, "", ""));
    }

    private void AddBoxes(Drive drive, DriveFrame frame)
    {
        var (alone, visible) = (new int[frame.Boxes.Count], new int[frame.Boxes.Count]);
        foreach (var view in frame.Views.SelectMany(views => views))
        {
            alone[view.Actor - 1] += view.AlonePixels;
            visible[view.Actor - 1] += view.VisiblePixels;
        }
        foreach (var box in frame.Boxes)
        {
            var share = alone[box.Instance - 1] > 0 ? (double)visible[box.Instance - 1] / alone[box.Instance - 1] : 0;
            if (box.PointCount == 0 && share < 0.15)
                continue;
            var world = drive.World.Actors[box.Instance - 1].BoxAt(frame.Time);
            var q = Rotation3D.AboutZ(world.Yaw);
            if (!_boxes.TryGetValue(box.Instance, out var rows))
                _boxes[box.Instance] = rows = [];
            rows.Add(new(
                Token(drive, "sample_annotation", 100_000L * frame.Index + box.Instance), Token(drive, "sample", frame.Index), Token(drive, "instance", box.Instance),
                ActorView.Level(share).ToString(CultureInfo.InvariantCulture), [Token(drive, "attribute", Array.IndexOf(Attributes, world.Attribute))],
                [world.Centre.X, world.Centre.Y, world.Centre.Z], [world.Width, world.Length, world.Height], [q.W, q.X, q.Y, q.Z], "", "", box.PointCount, 0));
        }
    }
}
