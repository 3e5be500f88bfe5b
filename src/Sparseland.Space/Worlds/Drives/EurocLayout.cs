using System.Globalization;
using Sparseland.Space.Datasets;
using Sparseland.Space.Datasets.Euroc;
using Sparseland.Space.Images;
using Sparseland.Space.Motion;
using Sparseland.Space.Sensors;

namespace Sparseland.Space.Worlds.Drives;

/// <summary>
/// The EuRoC (ASL) layout: mav0/{imu0, cam0, state_groundtruth_estimate0}, with mav0/lidar0/data/*.ply beside (axes at firing, relative times, rings) and groundtruth.tum. It begins with the rest at time 0.
/// </summary>
internal sealed class EurocLayout : IDriveLayout
{
    private const double ImuHertz = 200;
    private readonly List<EurocImage> _images = [];
    private readonly List<EurocImage> _clouds = [];
    private readonly List<TimedPose> _poses = [];

    public double FirstScan => 0;

    public bool HasPictures(int frame) => true;

    public void Write(Drive drive, DriveFrame frame)
    {
        var stamp = (long)Math.Round(1e9 * frame.Time);
        var name = stamp.ToString("D19", CultureInfo.InvariantCulture);
        _images.Add(new(stamp, name + ".png"));
        _clouds.Add(new(stamp, name + ".ply"));
        _poses.Add(new(frame.Time, frame.Vehicle));
        for (var camera = 0; camera < frame.Pictures.Count; camera++)
            PngFile.Write(At(drive, $"cam{camera}", "data", name + ".png"), frame.Pictures[camera].Colour);
        TruthFiles.WriteDepth(At(drive, "depth0", "data", name + ".png"), frame.Pictures[0]);
        PlyCloudFile.Write(At(drive, "lidar0", "data", name + ".ply"), frame.Cloud);
        TruthFiles.WriteCloud(At(drive, "lidar0", "truth", name), frame.Scan);
    }

    public void Finish(Drive drive)
    {
        for (var i = 0; i < drive.Rig.Cameras.Count; i++)
        {
            var (camera, pinhole) = (drive.Rig.Cameras[i], drive.Rig.Cameras[i].Pinhole);
            EurocFiles.WriteImages(At(drive, $"cam{i}", "data.csv"), _images);
            new EurocSensor("camera", camera.Mount, 10)
            {
                Resolution = (pinhole.Width, pinhole.Height),
                Lens = camera.Lens ?? new(0, 0, 0, 0),
                Intrinsics = (pinhole.FocalX, pinhole.FocalY, pinhole.CentreX, pinhole.CentreY),
            }.Write(At(drive, $"cam{i}", "sensor.yaml"));
        }
        EurocFiles.WriteImages(At(drive, "lidar0", "data.csv"), _clouds);
        new EurocSensor("lidar", drive.Rig.LidarMount, 10).Write(At(drive, "lidar0", "sensor.yaml"));
        new EurocSensor("imu", RigidPose.Identity, ImuHertz).Write(At(drive, "imu0", "sensor.yaml"));
        var route = drive.World.Route;
        var readings = ImuSimulator.Simulate(route, ImuHertz, drive.Options.Imu, drive.Options.Seed);
        EurocFiles.WriteImu(At(drive, "imu0", "data.csv"), readings.Select(reading => reading.Sample));
        EurocFiles.WriteStates(At(drive, "state_groundtruth_estimate0", "data.csv"), readings.Select(reading =>
        {
            var state = route.At(1e-9 * reading.Sample.Nanoseconds);
            return new EurocState(reading.Sample.Nanoseconds, state.Pose, state.Velocity, reading.GyroscopeBias, reading.AccelerometerBias);
        }));
        TumTrajectoryFile.Write(Path.Combine(drive.Folder, "groundtruth.tum"), _poses);
    }

    private static string At(Drive drive, params ReadOnlySpan<string> parts) => Path.Combine([drive.Folder, "mav0", .. parts]);
}
