using Sparseland.Errors;
using Sparseland.Space.Motion;

namespace Sparseland.Space.Datasets.NuScenes;

/// <summary>A folder in the layout of nuScenes: a version folder of tables, samples/ and sweeps/. A frame is a key frame; its boxes are taken from the world to the LiDAR's axes (x right, y forward).</summary>
public sealed class NuScenesDataset
{
    private readonly Dictionary<string, NuScenesEgoPose> _egoPoses;
    private readonly Dictionary<string, NuScenesCalibratedSensor> _calibrated;
    private readonly Dictionary<string, NuScenesSensor> _sensors;
    private readonly ILookup<string, NuScenesSampleData> _files;
    private readonly ILookup<string, NuScenesAnnotation> _boxes;
    private readonly Dictionary<string, NuScenesInstance> _instances;
    private readonly Dictionary<string, int> _instanceNumbers;
    private readonly Dictionary<string, string> _categories;
    private readonly Dictionary<string, string> _attributes;

    private NuScenesDataset(string root, string version)
    {
        (Root, Tables) = (root, NuScenesTables.Read(Path.Combine(root, version)));
        (Version, Ids) = (version, [.. Tables.Samples.Select(sample => sample.Token)]);
        _egoPoses = Index(Tables.EgoPoses, row => row.Token, "ego_pose");
        _calibrated = Index(Tables.CalibratedSensors, row => row.Token, "calibrated_sensor");
        _sensors = Index(Tables.Sensors, row => row.Token, "sensor");
        _files = Tables.SampleData.Where(row => row.IsKeyFrame).ToLookup(row => row.SampleToken, StringComparer.Ordinal);
        _boxes = Tables.Annotations.ToLookup(row => row.SampleToken, StringComparer.Ordinal);
        _instances = Index(Tables.Instances, row => row.Token, "instance");
        _instanceNumbers = Tables.Instances.Select((row, number) => (row.Token, number)).ToDictionary(pair => pair.Token, pair => pair.number, StringComparer.Ordinal);
        _categories = Index(Tables.Categories, row => row.Token, "category").ToDictionary(pair => pair.Key, pair => pair.Value.Name, StringComparer.Ordinal);
        _attributes = Index(Tables.Attributes, row => row.Token, "attribute").ToDictionary(pair => pair.Key, pair => pair.Value.Name, StringComparer.Ordinal);
    }

    /// <summary>The dataset's folder.</summary>
    public string Root { get; }

    /// <summary>The version folder's name.</summary>
    public string Version { get; }

    /// <summary>The tables.</summary>
    public NuScenesTables Tables { get; }

    /// <summary>The key frames' tokens in the order of their table.</summary>
    public IReadOnlyList<string> Ids { get; }

    /// <summary>Opens a dataset.</summary>
    /// <param name="root">The folder that holds samples/ and the version folder.</param>
    /// <param name="version">The version folder, or null for the only one there is.</param>
    /// <exception cref="InvalidFileException">There is no version folder, or several; a table is missing or malformed.</exception>
    public static NuScenesDataset Open(string root, string? version = null)
    {
        if (version is not null)
            return new(root, version);
        var versions = Versions(root);
        return versions.Length == 1
            ? new(root, versions[0])
            : throw new InvalidFileException(root, "", $"it has {versions.Length} folders with nuScenes tables (sample_data.json) and must have one", "name the dataset's folder, and the version when there are several");
    }

    /// <summary>Whether a folder looks like one.</summary>
    public static bool IsAt(string root) => Versions(root).Length > 0;

    /// <summary>Reads a key frame.</summary>
    /// <param name="id">One of <see cref="Ids"/>.</param>
    /// <exception cref="InvalidFileException">A row or file is missing or damaged.</exception>
    public Frame Read(string id)
    {
        var lidar = _files[id].FirstOrDefault(file => SensorOf(file).Modality == "lidar") ?? throw Missing("sample_data", $"a LiDAR file of sample {id}");
        var lidarPose = PoseOf(lidar);
        var images = new List<FrameImage>();
        foreach (var file in _files[id].Where(file => SensorOf(file).Modality == "camera"))
        {
            var k = Find(_calibrated, file.CalibratedSensorToken, "calibrated_sensor").CameraIntrinsic;
            if (k.Count != 3 || k.Any(row => row is null || row.Count != 3))
                throw Missing("calibrated_sensor", $"a 3 x 3 camera_intrinsic for {file.CalibratedSensorToken}");
            var intrinsics = Matrix34.FromRotation([.. k.SelectMany(row => row)]);
            images.Add(new(SensorOf(file).Channel, Path.Combine(Root, file.Filename), intrinsics.After(new(PoseOf(file).Inverse * lidarPose))));
        }
        var toLidar = lidarPose.Inverse;
        Box3D[] boxes = [.. _boxes[id].Select(row => ToBox(row).In(toLidar))];
        return new(id, NuScenesCloudFile.Read(Path.Combine(Root, lidar.Filename)), images, boxes, lidarPose);
    }

    /// <summary>A box of the table, in the world's axes.</summary>
    public Box3D ToBox(NuScenesAnnotation row)
    {
        ArgumentNullException.ThrowIfNull(row);
        var pose = Pose(row.Rotation, row.Translation, "sample_annotation", row.Token);
        if (row.Size.Count != 3)
            throw Missing("sample_annotation", $"three sizes for {row.Token}");
        var category = Find(_categories, Find(_instances, row.InstanceToken, "instance").CategoryToken, "category");
        return new(pose.Translation, row.Size[1], row.Size[0], row.Size[2], pose.Rotation.Yaw, category)
        {
            Instance = _instanceNumbers[row.InstanceToken],
            Attribute = row.AttributeTokens.Count > 0 ? Find(_attributes, row.AttributeTokens[0], "attribute") : null,
            PointCount = row.NumLidarPts,
        };
    }

    /// <summary>Where a sensor was when it made a file: sensor axes to the world's.</summary>
    public RigidPose PoseOf(NuScenesSampleData file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var ego = Find(_egoPoses, file.EgoPoseToken, "ego_pose");
        var sensor = Find(_calibrated, file.CalibratedSensorToken, "calibrated_sensor");
        return Pose(ego.Rotation, ego.Translation, "ego_pose", ego.Token) * Pose(sensor.Rotation, sensor.Translation, "calibrated_sensor", sensor.Token);
    }

    private static string[] Versions(string root) => Directory.Exists(root)
        ? [.. Directory.EnumerateDirectories(root).Where(folder => File.Exists(Path.Combine(folder, "sample_data.json"))).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)]
        : [];

    private NuScenesSensor SensorOf(NuScenesSampleData file) => Find(_sensors, Find(_calibrated, file.CalibratedSensorToken, "calibrated_sensor").SensorToken, "sensor");

    private RigidPose Pose(IReadOnlyList<double> q, IReadOnlyList<double> t, string table, string token)
    {
        if (q.Count != 4 || t.Count != 3 || !(Math.Abs(q.Sum(part => part * part) - 1) < 2e-3) || !t.All(double.IsFinite))
            throw Missing(table, $"a quaternion of length one and three coordinates for {token}");
        return new(new(q[0], q[1], q[2], q[3]), new(t[0], t[1], t[2]));
    }

    private Dictionary<string, T> Index<T>(IReadOnlyList<T> rows, Func<T, string> token, string table)
    {
        var index = new Dictionary<string, T>(StringComparer.Ordinal);
        foreach (var row in rows)
        {
            if (!index.TryAdd(token(row), row))
                throw Missing(table, $"distinct tokens: {token(row)} stands there twice");
        }
        return index;
    }

    private T Find<T>(Dictionary<string, T> index, string token, string table) => index.TryGetValue(token, out var row) ? row : throw Missing(table, $"a row {Files.PrintableName.Of(token)}");

    private InvalidFileException Missing(string table, string what) => new(Path.Combine(Root, Version, table + ".json"), "", $"it lacks {what}", "correct it, or fetch the dataset again");
}
