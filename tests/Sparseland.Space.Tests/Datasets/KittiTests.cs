using Sparseland.Errors;
using Sparseland.Space.Datasets;
using Sparseland.Space.Datasets.Kitti;
using Sparseland.Space.Motion;
using Sparseland.Testing;

namespace Sparseland.Space.Tests.Datasets;

public class KittiTests
{
    private const string CarLine = "Car 0.1 1 1.85 387.63 181.54 423.81 203.12 1.67 1.87 3.69 -16.53 2.39 58.49 1.57";

    [Fact]
    public void Headings_survive_the_way_to_rotation_y_and_back()
    {
        var random = new Sparseland.Chance.RandomStream(1, "angles");
        for (var i = 0; i < 1002; i++)
        {
            var yaw = i switch { 0 => Math.PI, 1 => -Math.PI, _ => (random.NextDouble() - 0.5) * 2 * Math.PI };
            var rotation = KittiLabel.RotationOf(yaw);
            Assert.InRange(rotation, -Math.PI, Math.PI);
            Assert.True(Math.Abs(Angle.Wrap(KittiLabel.YawOf(rotation) - yaw)) < 1e-12);
        }
    }

    [Fact]
    public void A_box_becomes_a_label_and_the_same_box_again()
    {
        var calibration = Calibration();
        var box = new Box3D(new(12.5, -3.25, -0.4), 4.2, 1.7, 1.5, 0.7, "Car");
        var again = KittiLabel.FromBox(box, calibration, (1, 2, 3, 4), 0, 0).ToBox(calibration);
        Assert.True((again.Centre - box.Centre).Length < 1e-9);
        Assert.Equal(box.Yaw, again.Yaw, 9);
        Assert.Equal((box.Length, box.Width, box.Height, box.ClassName), (again.Length, again.Width, again.Height, again.ClassName));
    }

    [Fact]
    public void Labels_written_read_and_written_again_are_the_same_bytes()
    {
        using var scratch = new Scratch();
        var labels = KittiLabel.Read(scratch.Text("a.txt", CarLine + "\n" + CarLine + " 0.875\nDontCare -1 -1 -10 503.89 169.71 590.61 190.13 -1 -1 -1 -1000 -1000 -1000 -10\n"));
        KittiLabel.Write(scratch["b.txt"], labels);
        Assert.Equal(File.ReadAllText(scratch["a.txt"]), File.ReadAllText(scratch["b.txt"]));
        KittiTrack.Write(scratch["c.txt"], labels.Select((label, i) => new KittiTrack(i, 7, label)));
        KittiTrack.Write(scratch["d.txt"], KittiTrack.Read(scratch["c.txt"]));
        Assert.Equal(File.ReadAllText(scratch["c.txt"]), File.ReadAllText(scratch["d.txt"]));
    }

    [Fact]
    public void Calibration_clouds_poses_and_times_written_read_and_written_again_are_the_same_bytes()
    {
        using var scratch = new Scratch();
        Calibration().Write(scratch["a"]);
        KittiCalibration.Read(scratch["a"]).Write(scratch["b"]);
        Assert.Equal(File.ReadAllBytes(scratch["a"]), File.ReadAllBytes(scratch["b"]));
        KittiCloudFile.Write(scratch["c"], new([new(1, 2, 3), new(-0.1f, 1e-8f, 99)], [0.25f, 1]));
        KittiCloudFile.Write(scratch["d"], KittiCloudFile.Read(scratch["c"]));
        Assert.Equal(File.ReadAllBytes(scratch["c"]), File.ReadAllBytes(scratch["d"]));
        KittiOdometry.WritePoses(scratch["e"], [new(new RigidPose(Rotation3D.Exp(new(0.1, 0.2, 0.3)), new(1, 2, 3)))]);
        KittiOdometry.WritePoses(scratch["f"], KittiOdometry.ReadPoses(scratch["e"]));
        Assert.Equal(File.ReadAllBytes(scratch["e"]), File.ReadAllBytes(scratch["f"]));
        KittiOdometry.WriteTimes(scratch["g"], [0, 0.1, 0.2]);
        Assert.Equal([0, 0.1, 0.2], KittiOdometry.ReadTimes(scratch["g"]));
    }

    [Theory]
    [InlineData("Car 0 0 1 2 3 4 5 6 7 8 9 10 11", "14 columns")]
    [InlineData("Car 0 0 1 2 3 4 5 6 7 8 9 10 eleven 12", "'eleven'")]
    [InlineData("Car 0 0 1 2 3 4 5 6 7 8 9 10 NaN 12", "'NaN'")]
    public void A_wrong_label_line_is_named(string line, string problem)
    {
        using var scratch = new Scratch();
        var path = scratch.Text("000001.txt", CarLine + "\n\n" + line + "\n");
        var fault = Assert.Throws<InvalidFileException>(() => KittiLabel.Read(path));
        Assert.Contains("000001.txt (line 3)", fault.Message, StringComparison.Ordinal);
        Assert.Contains(problem, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_calibration_that_projects_nothing_or_a_cut_off_scan_is_refused()
    {
        using var scratch = new Scratch();
        Calibration().Write(scratch["good"]);
        var text = File.ReadAllText(scratch["good"]);
        var mirrored = scratch.Text("mirrored", text.Replace("R0_rect: 1.", "R0_rect: -1.", StringComparison.Ordinal));
        Assert.Contains("determinant -1", Assert.Throws<InvalidFileException>(() => KittiCalibration.Read(mirrored)).Message, StringComparison.Ordinal);
        var flat = scratch.Text("flat", text.Replace("P2: 3.6", "P2: -3.6", StringComparison.Ordinal));
        Assert.Contains("P2 has focal lengths", Assert.Throws<InvalidFileException>(() => KittiCalibration.Read(flat)).Message, StringComparison.Ordinal);
        File.WriteAllBytes(scratch["cut.bin"], new byte[37]);
        Assert.Contains("37 bytes", Assert.Throws<InvalidFileException>(() => KittiCloudFile.Read(scratch["cut.bin"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_real_frames_are_read_and_their_labelled_objects_hold_points()
    {
        var dataset = KittiDataset.Open(TestData.Require("points/kitti_object"));
        Assert.Equal(["000000", "000001"], dataset.Ids);
        var frame = dataset.Read("000000");
        Assert.InRange(frame.Points.Count, 100_000, 130_000);
        var pedestrian = Assert.Single(frame.Boxes);
        Assert.True(frame.Points.Positions.Count(p => pedestrian.Contains(new(p))) > 100);

        // Every point of the pedestrian must fall into its labelled box in the image.
        var label = dataset.Labels("000000")[0];
        var image = Assert.Single(frame.Images);
        foreach (var point in frame.Points.Positions.Where(p => pedestrian.Contains(new(p))))
        {
            var (column, row, depth) = image.Project(new(point));
            Assert.True(depth > 0);
            Assert.InRange(column, label.Left - 3, label.Right + 3);
            Assert.InRange(row, label.Top - 3, label.Bottom + 3);
        }
        Assert.Equal(["Truck", "Car", "Cyclist"], dataset.Read("000001").Boxes.Select(box => box.ClassName));
    }

    [Fact]
    public void A_real_calibration_and_scan_come_back_byte_for_byte()
    {
        var root = TestData.Require("points/kitti_object");
        using var scratch = new Scratch();
        KittiCalibration.Read(Path.Combine(root, "calib", "000001.txt")).Write(scratch["calib"]);
        Assert.Equal(File.ReadAllBytes(Path.Combine(root, "calib", "000001.txt")), File.ReadAllBytes(scratch["calib"]));
        KittiCloudFile.Write(scratch["scan"], KittiCloudFile.Read(Path.Combine(root, "velodyne", "000001.bin")));
        Assert.Equal(File.ReadAllBytes(Path.Combine(root, "velodyne", "000001.bin")), File.ReadAllBytes(scratch["scan"]));
    }

    private static KittiCalibration Calibration()
    {
        var p = new Matrix34([360, 0, 310, 0, 0, 360, 94, 0, 0, 0, 1, 0]);
        var p2 = new Matrix34([360, 0, 310, 22.5, 0, 360, 94, 0.1, 0, 0, 1, 0.0025]);
        var lidar = new RigidPose(Rotation3D.FromColumns(new(0, 0, 1), new(-1, 0, 0), new(0, -1, 0)), new(0.01, -0.08, -0.27));
        return new([p, p, p2, p], Matrix34.FromRotation([1, 0, 0, 0, 1, 0, 0, 0, 1]), new(lidar), new(RigidPose.Identity));
    }
}
