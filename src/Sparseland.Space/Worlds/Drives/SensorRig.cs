using Sparseland.Errors;
using Sparseland.Space.Motion;
using Sparseland.Space.Sensors;

namespace Sparseland.Space.Worlds.Drives;

/// <summary>The sensors on a vehicle and where they sit. The vehicle's axes: x forward, y left, z up, on the ground; its inertial sensor is at their origin.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Lidar">The LiDAR's name in <see cref="LidarPattern"/>.</param>
/// <param name="LidarMount">Takes the LiDAR's axes to the vehicle's.</param>
/// <param name="Cameras">The cameras.</param>
public sealed record SensorRig(string Name, string Lidar, RigidPose LidarMount, IReadOnlyList<StreetCamera> Cameras)
{
    private static readonly (string Name, Func<SensorRig> Make)[] Known =
    [
        ("kitti", () => new("kitti", "hdl64", Above(0, 0, 1.73), [Camera("image_2", 621, 188, 360, 0, new(0.27, 0.06, 1.65))])),
        ("nuscenes", () => new("nuscenes", "hdl32", Above(0.94, 0, 1.84),
        [
            Surround("CAM_FRONT", 0, 1.7), Surround("CAM_FRONT_LEFT", 55, 1.5), Surround("CAM_FRONT_RIGHT", -55, 1.5),
            Surround("CAM_BACK", 180, -0.1), Surround("CAM_BACK_LEFT", 110, 1.0), Surround("CAM_BACK_RIGHT", -110, 1.0),
        ])),
        ("livo", () => new("livo", "rosette", Above(0.1, 0, 1.3), [Camera("cam0", 160, 120, 120, 0, new(0.12, 0.03, 1.2))])),
        ("tiny", () => new("tiny", "tiny", Above(0, 0, 1.7), [Camera("front", 96, 48, 60, 0, new(0.2, 0, 1.6))])),
    ];

    /// <summary>The names of the known rigs.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Known.Select(rig => rig.Name)];

    /// <summary>A known rig: kitti (64 beams, one wide camera), nuscenes (32 beams, six cameras around), livo (rosette and a camera), tiny; or one of your own in a file *.json.</summary>
    /// <param name="name">The name, or the file.</param>
    /// <exception cref="InvalidSettingException">The name is not known.</exception>
    /// <exception cref="InvalidFileException">The file is missing or describes no rig.</exception>
    public static SensorRig Of(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
            return SensorRigFile.Read(name);
        var rig = Array.Find(Known, candidate => candidate.Name == name);
        return rig.Make is null ? throw new InvalidSettingException($"there is no rig '{name}'{Suggestion.For(name, Names)}; known are {string.Join(", ", Names)}, or give a file that ends in .json") : rig.Make();
    }

    /// <summary>A level camera that looks along a heading.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="focal">Focal length in pixels.</param>
    /// <param name="degrees">Heading, counter-clockwise from ahead.</param>
    /// <param name="place">In the vehicle's axes.</param>
    public static StreetCamera Camera(string name, int width, int height, float focal, double degrees, Vector3D place)
    {
        // Right, down and ahead of the camera in the vehicle's axes.
        var ahead = Rotation3D.FromColumns(new(0, -1, 0), new(0, 0, -1), new(1, 0, 0));
        return new(name, width, height, focal, new(Rotation3D.AboutZ(degrees * Math.PI / 180) * ahead, place));
    }

    private static RigidPose Above(double x, double y, double z) => new(Rotation3D.Identity, new(x, y, z));

    // 70 degrees across 192 columns.
    private static StreetCamera Surround(string name, double degrees, double x) => Camera(name, 192, 96, 137.1f, degrees, new(x, 0.45 * Math.Sign(Math.Sin(degrees * Math.PI / 180)), 1.5));
}
