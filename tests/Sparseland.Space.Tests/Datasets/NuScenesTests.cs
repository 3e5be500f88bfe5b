using Sparseland.Errors;
using Sparseland.Space.Datasets.NuScenes;
using Sparseland.Testing;

namespace Sparseland.Space.Tests.Datasets;

public class NuScenesTests
{
    [Fact]
    public void Tables_and_clouds_written_read_and_written_again_are_the_same_bytes()
    {
        using var scratch = new Scratch();
        WriteSmall(scratch.Folder);
        NuScenesTables.Read(scratch["v1.0-sim"]).Write(scratch["again"]);
        foreach (var path in Directory.EnumerateFiles(scratch["v1.0-sim"]))
            Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(Path.Combine(scratch["again"], Path.GetFileName(path))));
        NuScenesCloudFile.Write(scratch["b"], NuScenesCloudFile.Read(scratch["scan.pcd.bin"]));
        Assert.Equal(File.ReadAllBytes(scratch["scan.pcd.bin"]), File.ReadAllBytes(scratch["b"]));
    }

    [Fact]
    public void A_box_comes_into_the_axes_of_the_scan()
    {
        using var scratch = new Scratch();
        WriteSmall(scratch.Folder);
        var frame = NuScenesDataset.Open(scratch.Folder).Read("s0");
        var box = Assert.Single(frame.Boxes);

        // The LiDAR looks along the world's +y from (10, 0, 1.8), its own x to the right: what is 5 m ahead of it is at y = 5.
        Assert.True((box.Centre - new Sparseland.Space.Motion.Vector3D(0, 5, -1)).Length < 1e-9);
        Assert.Equal((4.5, 1.9, 1.6, "vehicle.car", "vehicle.parked"), (box.Length, box.Width, box.Height, box.ClassName, box.Attribute));
        Assert.Equal(0, box.Yaw, 9);
        var (column, row, depth) = Assert.Single(frame.Images).Project(box.Centre);
        Assert.Equal((96, 48 + 20, 5), (Math.Round(column, 6), Math.Round(row, 6), Math.Round(depth, 6)));
    }

    [Fact]
    public void A_broken_table_is_named_with_its_line()
    {
        using var scratch = new Scratch();
        WriteSmall(scratch.Folder);
        var table = Path.Combine(scratch["v1.0-sim"], "sample.json");
        File.WriteAllText(table, File.ReadAllText(table).Replace("1532402927000000", "\"soon\"", StringComparison.Ordinal));
        var fault = Assert.Throws<InvalidFileException>(() => NuScenesDataset.Open(scratch.Folder));
        Assert.Contains("sample.json (line 4", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_token_that_leads_nowhere_is_named()
    {
        using var scratch = new Scratch();
        WriteSmall(scratch.Folder);
        var table = Path.Combine(scratch["v1.0-sim"], "sample_data.json");
        File.WriteAllText(table, File.ReadAllText(table).Replace("\"e0\"", "\"nowhere\"", StringComparison.Ordinal));
        var fault = Assert.Throws<InvalidFileException>(() => NuScenesDataset.Open(scratch.Folder).Read("s0"));
        Assert.Contains("ego_pose.json: it lacks a row 'nowhere'", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_real_scan_is_read_and_written_byte_for_byte()
    {
        var path = Directory.EnumerateFiles(TestData.Require("points/nuscenes_1frame"), "*.pcd.bin").Single();
        var cloud = NuScenesCloudFile.Read(path);
        Assert.Equal(34_688, cloud.Count);
        Assert.Equal(32, cloud.Rings!.Distinct().Count());
        Assert.InRange(cloud.Intensities.Max(), 100, 255);
        using var scratch = new Scratch();
        NuScenesCloudFile.Write(scratch["again"], cloud);
        Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(scratch["again"]));
    }

    private static void WriteSmall(string folder)
    {
        double[] none = [1, 0, 0, 0];
        var half = Math.Sqrt(0.5);
        NuScenesCloudFile.Write(Path.Combine(folder, "scan.pcd.bin"), new([new(1, 2, 3)], [17], rings: [5]));
        new NuScenesTables
        {
            Scenes = [new("scene", "log", 1, "s0", "s0", "scene-0", "a car")],
            Samples = [new("s0", 1532402927000000, "", "", "scene")],
            SampleData =
            [
                new("f0", "s0", "e0", "c0", 1532402927000000, "pcd", true, 0, 0, "scan.pcd.bin", "", ""),
                new("f1", "s0", "e0", "c1", 1532402927000000, "png", true, 96, 192, "front.png", "", ""),
            ],
            EgoPoses = [new("e0", 1532402927000000, [half, 0, 0, half], [10, 0, 0])],
            CalibratedSensors =
            [
                // On the vehicle x is forward; in the LiDAR's axes x is right: a quarter turn back.
                new("c0", "lidar", [0, 0, 1.8], [half, 0, 0, -half], []),
                new("c1", "camera", [0, 0, 1.8], [0.5, -0.5, 0.5, -0.5], [[100, 0, 96], [0, 100, 48], [0, 0, 1]]),
            ],
            Sensors = [new("lidar", "LIDAR_TOP", "lidar"), new("camera", "CAM_FRONT", "camera")],
            Instances = [new("i0", "car", 1, "a0", "a0")],
            Annotations = [new("a0", "s0", "i0", "4", ["parked"], [10, 5, 0.8], [1.9, 4.5, 1.6], none, "", "", 1, 0)],
            Categories = [new("car", "vehicle.car", "")],
            Attributes = [new("parked", "vehicle.parked", "")],
            Visibilities = [new("4", "v80-100", "")],
            Logs = [new("log", "", "sim", "", "")],
            Maps = [new("map", ["log"], "none", "")],
        }.Write(Path.Combine(folder, "v1.0-sim"));
    }
}
