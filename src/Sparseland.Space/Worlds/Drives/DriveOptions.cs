using Sparseland.Space.Sensors;

namespace Sparseland.Space.Worlds.Drives;

/// <summary>What to record.</summary>
public sealed record DriveOptions
{
    /// <summary>The most scans of a recording.</summary>
    public const int MostFrames = 30_000;

    /// <summary>The scene's name in <see cref="Streets.StreetScenes"/>.</summary>
    public string Scene { get; init; } = "street";

    /// <summary>The seed of everything.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Scans, ten a second; at least 1.</summary>
    public int Frames { get; init; } = 10;

    /// <summary>The rig's name in <see cref="SensorRig"/>, or a file of one.</summary>
    public string Rig { get; init; } = "kitti";

    /// <summary>The layout's name: kitti, nuscenes or euroc.</summary>
    public string Format { get; init; } = "kitti";

    /// <summary>Whether clouds are written straightened by the true motion, as KITTI's are, instead of as they were fired.</summary>
    public bool Deskew { get; init; }

    /// <summary>How the LiDAR measures.</summary>
    public LidarOptions Lidar { get; init; } = new();

    /// <summary>How the cameras take pictures.</summary>
    public CameraOptions Camera { get; init; } = new();

    /// <summary>What is wrong with the inertial sensor.</summary>
    public ImuNoise Imu { get; init; } = ImuNoise.Euroc;
}
