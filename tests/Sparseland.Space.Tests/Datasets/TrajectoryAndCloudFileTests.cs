using Sparseland.Errors;
using Sparseland.Space.Datasets;
using Sparseland.Space.Datasets.Colmap;
using Sparseland.Space.Datasets.Euroc;
using Sparseland.Space.Motion;

namespace Sparseland.Space.Tests.Datasets;

public class TrajectoryAndCloudFileTests
{
    private static readonly Rotation3D Turned = Rotation3D.Exp(new(0.1, -0.7, 1.3));

    [Fact]
    public void Tum_trajectories_put_the_real_part_last_and_come_back_byte_for_byte()
    {
        using var scratch = new Scratch();
        TumTrajectoryFile.Write(scratch["a"], [new(0.1, new(Turned, new(1, 2, 3))), new(0.2, new(Rotation3D.Identity, new(0.1, 1e-7, -3)))]);
        Assert.EndsWith("0 0 0 1\n", File.ReadAllText(scratch["a"]), StringComparison.Ordinal);
        TumTrajectoryFile.Write(scratch["b"], TumTrajectoryFile.Read(scratch["a"]));
        Assert.Equal(File.ReadAllBytes(scratch["a"]), File.ReadAllBytes(scratch["b"]));
    }

    [Fact]
    public void Euroc_tables_come_back_byte_for_byte()
    {
        using var scratch = new Scratch();
        EurocFiles.WriteImu(scratch["a"], [new(5_000_000, new(0.1, 0.2, 0.3), new(0, 0.25, 9.81)), new(10_000_000, default, default)]);
        EurocFiles.WriteImu(scratch["b"], EurocFiles.ReadImu(scratch["a"]));
        EurocFiles.WriteStates(scratch["c"], [new(5_000_000, new(Turned, new(1, 2, 3)), new(4, 5, 6), new(7, 8, 9), new(1, 0, 1))]);
        EurocFiles.WriteStates(scratch["d"], EurocFiles.ReadStates(scratch["c"]));
        EurocFiles.WriteImages(scratch["e"], [new(1, "1.png"), new(2, "2.png")]);
        EurocFiles.WriteImages(scratch["f"], EurocFiles.ReadImages(scratch["e"]));
        new EurocSensor("camera", new(Turned, new(1, 2, 3)), 20) { Resolution = (160, 120), Intrinsics = (100, 101, 79.5, 59.5) }.Write(scratch["g"]);
        var sensor = EurocSensor.Read(scratch["g"]);
        Assert.Equal((160, 120), sensor.Resolution);
        Assert.True((sensor.Extrinsics.Rotation.Inverse * Turned).Log().Length < 1e-9);
        new EurocSensor("imu", RigidPose.Identity, 200).Write(scratch["i"]);
        EurocSensor.Read(scratch["i"]).Write(scratch["j"]);
        foreach (var (first, second) in new[] { ("a", "b"), ("c", "d"), ("e", "f"), ("i", "j") })
            Assert.Equal(File.ReadAllBytes(scratch[first]), File.ReadAllBytes(scratch[second]));
    }

    [Fact]
    public void A_matrix_of_a_sensor_may_run_over_several_lines()
    {
        using var scratch = new Scratch();
        var path = scratch.Text("sensor.yaml", "%YAML:1.0\nsensor_type: imu\nT_BS:\n  cols: 4\n  rows: 4\n  data: [1.0, 0.0, 0.0, 0.5,\n         0.0, 1.0, 0.0, 0.0,\n         0.0, 0.0, 1.0, 0.0,\n         0.0, 0.0, 0.0, 1.0]\nrate_hz: 200\n");
        Assert.Equal(new Vector3D(0.5, 0, 0), EurocSensor.Read(path).Extrinsics.Translation);
    }

    [Fact]
    public void Colmap_models_come_back_byte_for_byte_with_and_without_observations()
    {
        using var scratch = new Scratch();
        ColmapFiles.WriteCameras(scratch["a"], [new(1, "PINHOLE", 64, 48, [50, 50.5, 32, 24])]);
        ColmapFiles.WriteCameras(scratch["b"], ColmapFiles.ReadCameras(scratch["a"]));
        ColmapFiles.WriteImages(scratch["c"], [new(1, new(Turned, new(1, 2, 3)), 1, "a b.png", [(1.5, 2.5, 7), (3, 4, -1)]), new(2, RigidPose.Identity, 1, "c.png", [])]);
        var images = ColmapFiles.ReadImages(scratch["c"]);
        Assert.Equal(("a b.png", 2, 0), (images[0].Name, images[0].Observations.Count, images[1].Observations.Count));
        ColmapFiles.WriteImages(scratch["d"], images);
        ColmapFiles.WritePoints(scratch["e"], [new(7, new(1, 2, 3), 255, 0, 9, 0.5, [(1, 0)]), new(8, default, 1, 2, 3, 0, [])]);
        ColmapFiles.WritePoints(scratch["f"], ColmapFiles.ReadPoints(scratch["e"]));
        foreach (var (first, second) in new[] { ("a", "b"), ("c", "d"), ("e", "f") })
            Assert.Equal(File.ReadAllBytes(scratch[first]), File.ReadAllBytes(scratch[second]));
    }

    [Fact]
    public void Clouds_as_ply_come_back_byte_for_byte_and_text_reads_the_same()
    {
        using var scratch = new Scratch();
        PlyCloudFile.Write(scratch["a"], new([new(1, 2, 3), new(4, 5, 6.5f)], [0.5f, 1], [0, 0.1f], [3, 31]));
        PlyCloudFile.Write(scratch["b"], PlyCloudFile.Read(scratch["a"]));
        Assert.Equal(File.ReadAllBytes(scratch["a"]), File.ReadAllBytes(scratch["b"]));
        var text = PlyCloudFile.Read(scratch.Text("t", "ply\nformat ascii 1.0\ncomment x\nelement vertex 2\nproperty float x\nproperty float y\nproperty float z\nproperty uchar red\nproperty int ring\nend_header\n1 2 3 255 3\n4 5 6.5 0 31\n"));
        Assert.Equal(PlyCloudFile.Read(scratch["a"]).Positions, text.Positions);
        Assert.Equal([3, 31], text.Rings!);
    }

    [Theory]
    [InlineData("ply\nformat ascii 1.0\nelement vertex 2000000000\nproperty float x\nproperty float y\nproperty float z\nend_header\n1 2 3\n")]
    [InlineData("ply\nformat binary_little_endian 1.0\nelement vertex 2\nproperty float x\nproperty float y\nproperty float z\nend_header\n0123456789")]
    [InlineData("ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nproperty float y\nend_header\n1 2\n")]
    [InlineData("ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nproperty float y\nproperty float z\nend_header\n1 2 inf\n")]
    [InlineData("plywood")]
    public void A_damaged_ply_is_refused(string content)
    {
        using var scratch = new Scratch();
        var path = scratch.Text("cloud.ply", content);
        Assert.Contains("cloud.ply", Assert.Throws<InvalidFileException>(() => PlyCloudFile.Read(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_manifest_notices_changed_and_missing_files()
    {
        using var scratch = new Scratch();
        scratch.Text("a.txt", "one");
        scratch.Text("b.txt", "two");
        var manifest = DatasetManifest.Of(scratch.Folder, "test 1", 7, new SortedDictionary<string, string>(StringComparer.Ordinal) { ["depth"] = "mm" }, TestContext.Current.CancellationToken);
        manifest.Write(scratch.Folder);
        Assert.Equal(manifest.Hash, DatasetManifest.Read(scratch.Folder).Hash);
        Assert.Empty(DatasetManifest.Read(scratch.Folder).Verify(scratch.Folder, TestContext.Current.CancellationToken));
        scratch.Text("a.txt", "One");
        File.Delete(scratch["b.txt"]);
        Assert.Equal(["a.txt: its content changed", "b.txt: missing"], manifest.Verify(scratch.Folder, TestContext.Current.CancellationToken));
        scratch.Text(DatasetManifest.FileName, File.ReadAllText(scratch[DatasetManifest.FileName]).Replace("a.txt", "../a.txt", StringComparison.Ordinal));
        Assert.Throws<InvalidFileException>(() => DatasetManifest.Read(scratch.Folder));
    }
}
