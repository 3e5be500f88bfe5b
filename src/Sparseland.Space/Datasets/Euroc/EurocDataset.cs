using System.Globalization;
using Sparseland.Errors;
using Sparseland.Space.Motion;
using Sparseland.Space.Sensors;

namespace Sparseland.Space.Datasets.Euroc;

/// <summary>A folder in the EuRoC (ASL) layout: inertial readings and true states whole, pictures and, where there are any, clouds frame by frame.</summary>
public sealed class EurocDataset
{
    private readonly string _body;
    private readonly IReadOnlyList<EurocImage> _images;
    private readonly EurocSensor? _lidar;

    private EurocDataset(string body)
    {
        _body = body;
        Camera = EurocSensor.Read(Path.Combine(body, "cam0", "sensor.yaml"));
        _images = EurocFiles.ReadImages(Path.Combine(body, "cam0", "data.csv"));
        Readings = EurocFiles.ReadImu(Path.Combine(body, "imu0", "data.csv"));
        var states = Path.Combine(body, "state_groundtruth_estimate0", "data.csv");
        States = File.Exists(states) ? EurocFiles.ReadStates(states) : [];
        var lidar = Path.Combine(body, "lidar0", "sensor.yaml");
        _lidar = File.Exists(lidar) ? EurocSensor.Read(lidar) : null;
    }

    /// <summary>The first camera.</summary>
    public EurocSensor Camera { get; }

    /// <summary>All inertial readings.</summary>
    public IReadOnlyList<ImuSample> Readings { get; }

    /// <summary>The true states; none where the recording has none.</summary>
    public IReadOnlyList<EurocState> States { get; }

    /// <summary>The frames: the first camera's pictures by their times in nanoseconds.</summary>
    public IReadOnlyList<long> Ids => [.. _images.Select(image => image.Nanoseconds)];

    /// <summary>Opens a recording.</summary>
    /// <param name="root">The folder that holds mav0/.</param>
    /// <exception cref="InvalidFileException">A table is missing or malformed.</exception>
    public static EurocDataset Open(string root) => IsAt(root)
        ? new(Path.Combine(root, "mav0"))
        : throw new InvalidFileException(root, "", "it has no folder mav0", "name the folder of a EuRoC recording");

    /// <summary>Whether a folder looks like one.</summary>
    public static bool IsAt(string root) => Directory.Exists(Path.Combine(root, "mav0"));

    /// <summary>Reads a frame. The picture is as it was taken: its projection is the pinhole's, which holds after <see cref="Cameras.LensDistortion.Undistorted"/>. Its pose is that of the true state nearest in time, taken to the LiDAR's axes, or the body's where there is no LiDAR.</summary>
    /// <param name="id">One of <see cref="Ids"/>.</param>
    /// <exception cref="InvalidFileException">The frame is not there, or its cloud is damaged.</exception>
    public Frame Read(long id)
    {
        var image = _images.FirstOrDefault(candidate => candidate.Nanoseconds == id);
        if (image.FileName is null)
            throw new InvalidFileException(Path.Combine(_body, "cam0", "data.csv"), "", $"it has no picture at {id} ns", "take one of the times that it lists");
        var mount = _lidar?.Extrinsics ?? RigidPose.Identity;
        var cloud = Path.Combine(_body, "lidar0", "data", id.ToString("D19", CultureInfo.InvariantCulture) + ".ply");
        var (fx, fy, cx, cy) = Camera.Intrinsics;
        var projection = new Matrix34([fx, 0, cx, 0, 0, fy, cy, 0, 0, 0, 1, 0]).After(new(Camera.Extrinsics.Inverse * mount));
        return new(
            id.ToString(CultureInfo.InvariantCulture), File.Exists(cloud) ? PlyCloudFile.Read(cloud) : new([], []),
            [new("cam0", Path.Combine(_body, "cam0", "data", image.FileName), projection)], [], States.Count > 0 ? Nearest(id).Pose * mount : null);
    }

    private EurocState Nearest(long time) => States.MinBy(state => Math.Abs(state.Nanoseconds - time));
}
