using System.Globalization;
using Sparseland.Space.Datasets;
using Sparseland.Space.Datasets.Kitti;
using Sparseland.Space.Images;
using Sparseland.Space.Motion;
using Sparseland.Space.Worlds.Streets;

namespace Sparseland.Space.Worlds.Drives;

/// <summary>
/// KITTI's object benchmark with its tracking labels and odometry beside: training/{velodyne, image_2, label_2, calib}, label_02/0000.txt, poses/00.txt, times.txt, ImageSets.
/// What nobody could see (no point and less than 15 % of its pixels) stands in training/label_all only.
/// </summary>
internal sealed class KittiLayout : IDriveLayout
{
    private const double LeastVisible = 0.15;
    private const double BaselineMetres = 0.06;
    private readonly List<KittiTrack> _tracks = [];
    private readonly List<Matrix34> _poses = [];
    private readonly List<double> _times = [];
    private RigidPose _first;

    public double FirstScan => DriveRoute.RestSeconds;

    public bool HasPictures(int frame) => true;

    /// <summary>The calibration of a rig: camera 0 sits 6 cm to the right of its first camera, which is KITTI's camera 2.</summary>
    public static KittiCalibration Calibration(SensorRig rig)
    {
        var pinhole = rig.Cameras[0].Pinhole;
        Matrix34 Projection(double shift) => new([pinhole.FocalX, 0, pinhole.CentreX, pinhole.FocalX * shift, 0, pinhole.FocalY, pinhole.CentreY, 0, 0, 0, 1, 0]);
        var reference = Reference(rig);
        return new(
            [Projection(0), Projection(0), Projection(BaselineMetres), Projection(BaselineMetres)],
            Matrix34.FromRotation([1, 0, 0, 0, 1, 0, 0, 0, 1]), new(reference.Inverse * rig.LidarMount), new(rig.LidarMount.Inverse));
    }

    public void Write(Drive drive, DriveFrame frame)
    {
        var name = frame.Index.ToString("D6", CultureInfo.InvariantCulture);
        string At(string folder, string extension) => Path.Combine(drive.Folder, "training", folder, name + extension);
        var calibration = Calibration(drive.Rig);
        KittiCloudFile.Write(At("velodyne", ".bin"), frame.Cloud);
        PngFile.Write(At("image_2", ".png"), frame.Pictures[0].Colour);
        calibration.Write(At("calib", ".txt"));
        TruthFiles.WriteCloud(At("truth", ""), frame.Scan);
        TruthFiles.WriteDepth(At("depth_2", ".png"), frame.Pictures[0]);
        TruthFiles.WriteObjects(At("instance_2", ".png"), frame.Pictures[0]);

        var (seen, all) = (new List<KittiLabel>(), new List<KittiLabel>());
        foreach (var view in frame.Views[0])
        {
            var box = frame.Boxes[view.Actor - 1];
            var label = KittiLabel.FromBox(box, calibration, view.Bounds, Math.Round(view.Truncated, 4), view.Occlusion);
            all.Add(label);
            if (box.PointCount == 0 && view.Visibility < LeastVisible)
                continue;
            seen.Add(label);
            _tracks.Add(new(frame.Index, view.Actor, label));
        }
        KittiLabel.Write(At("label_2", ".txt"), seen);
        KittiLabel.Write(At("label_all", ".txt"), all);

        var camera = frame.Vehicle * Reference(drive.Rig);
        _first = _times.Count == 0 ? camera : _first;
        _poses.Add(new(_first.Inverse * camera));
        _times.Add(frame.Time);
    }

    public void Finish(Drive drive)
    {
        KittiTrack.Write(Path.Combine(drive.Folder, "label_02", "0000.txt"), _tracks);
        KittiOdometry.WritePoses(Path.Combine(drive.Folder, "poses", "00.txt"), _poses);
        KittiOdometry.WriteTimes(Path.Combine(drive.Folder, "times.txt"), _times.Select(time => Math.Round(time - _times[0], 9)));
        // The last fifth of the drive is for judging: neighbouring frames look alike and must not be on both sides.
        var train = _times.Count - _times.Count / 5;
        var names = Enumerable.Range(0, _times.Count).Select(i => i.ToString("D6", CultureInfo.InvariantCulture)).ToArray();
        TextTable.Write(Path.Combine(drive.Folder, "ImageSets", "train.txt"), names[..train]);
        TextTable.Write(Path.Combine(drive.Folder, "ImageSets", "val.txt"), names[train..]);
    }

    private static RigidPose Reference(SensorRig rig) => rig.Cameras[0].Mount * new RigidPose(Rotation3D.Identity, new(BaselineMetres, 0, 0));
}
