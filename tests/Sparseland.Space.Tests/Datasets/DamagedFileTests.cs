using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Space.Datasets;
using Sparseland.Space.Datasets.Colmap;
using Sparseland.Space.Datasets.Euroc;
using Sparseland.Space.Datasets.Kitti;
using Sparseland.Space.Datasets.NuScenes;
using Sparseland.Space.Worlds.Drives;

namespace Sparseland.Space.Tests.Datasets;

/// <summary>Every reader of datasets gets damaged files: it reads them or says in one line what is wrong, and nothing else.</summary>
public class DamagedFileTests
{
    private const int FilesPerReader = 250;

    [Fact]
    public void A_damaged_file_is_read_or_refused_in_one_line()
    {
        using var scratch = new Scratch();
        DriveRecorder.Record(new() { Scene = "parking", Frames = 1, Rig = "tiny" }, scratch["k"], cancellationToken: TestContext.Current.CancellationToken);
        DriveRecorder.Record(new() { Scene = "parking", Frames = 1, Rig = "tiny", Format = "euroc" }, scratch["e"], cancellationToken: TestContext.Current.CancellationToken);
        DriveRecorder.Record(new() { Scene = "parking", Frames = 1, Rig = "tiny", Format = "nuscenes" }, scratch["n"], cancellationToken: TestContext.Current.CancellationToken);
        ColmapFiles.WriteImages(scratch["images.txt"], [new(1, Sparseland.Space.Motion.RigidPose.Identity, 1, "a.png", [(1, 2, 3)])]);
        ColmapFiles.WriteCameras(scratch["cameras.txt"], [new(1, "PINHOLE", 64, 48, [50, 50, 32, 24])]);
        ColmapFiles.WritePoints(scratch["points3D.txt"], [new(1, default, 1, 2, 3, 0.5, [(1, 0)])]);

        Damage(scratch["k/training/label_2/000000.txt"], path => KittiLabel.Read(path));
        Damage(scratch["k/training/calib/000000.txt"], path => KittiCalibration.Read(path).LidarToImage(2));
        Damage(scratch["k/label_02/0000.txt"], path => KittiTrack.Read(path));
        Damage(scratch["k/poses/00.txt"], path => KittiOdometry.ReadPoses(path));
        Damage(scratch["k/training/velodyne/000000.bin"], path => KittiCloudFile.Read(path), 40);
        Damage(scratch["k/manifest.json"], path => DatasetManifest.Read(Path.GetDirectoryName(path)!), 100);
        Damage(Directory.EnumerateFiles(scratch["n/samples/LIDAR_TOP"]).First(), path => NuScenesCloudFile.Read(path), 40);
        foreach (var table in Directory.EnumerateFiles(scratch["n/v1.0-sim"]))
        {
            Damage(table, _ =>
            {
                var dataset = NuScenesDataset.Open(scratch["n"]);
                foreach (var id in dataset.Ids)
                    dataset.Read(id);
            }, 12);
        }
        Damage(Directory.EnumerateFiles(scratch["e/mav0/lidar0/data"]).First(), path => PlyCloudFile.Read(path));
        Damage(scratch["e/mav0/imu0/data.csv"], path => EurocFiles.ReadImu(path), 60);
        Damage(scratch["e/mav0/cam0/sensor.yaml"], path => EurocSensor.Read(path));
        Damage(scratch["e/mav0/cam0/data.csv"], path => EurocFiles.ReadImages(path));
        Damage(scratch["e/groundtruth.tum"], path => TumTrajectoryFile.Read(path));
        Damage(scratch["images.txt"], path => ColmapFiles.ReadImages(path));
        Damage(scratch["cameras.txt"], path => ColmapFiles.ReadCameras(path));
        Damage(scratch["points3D.txt"], path => ColmapFiles.ReadPoints(path));
    }

    private static void Damage(string path, Action<string> read, int count = FilesPerReader)
    {
        var whole = File.ReadAllBytes(path);
        read(path);
        for (var i = 0; i < count; i++)
        {
            File.WriteAllBytes(path, Mutate(whole, new RandomStream(1, Path.GetFileName(path), (ulong)i)));
            try
            {
                read(path);
            }
            catch (SparselandException fault)
            {
                Assert.DoesNotContain('\n', fault.Message);
            }
            catch (Exception fault)
            {
                Assert.Fail($"{Path.GetFileName(path)}, damage {i}: {fault}");
            }
        }
        File.WriteAllBytes(path, whole);
    }

    // Cut off, bytes changed, a piece taken out or doubled, a digit made many.
    private static byte[] Mutate(byte[] whole, RandomStream random)
    {
        var bytes = whole.ToList();
        for (var change = 0; change <= random.NextInt(4) && bytes.Count > 1; change++)
        {
            var place = random.NextInt(bytes.Count);
            var length = random.NextInt(Math.Min(64, bytes.Count - place)) + 1;
            switch (random.NextInt(6))
            {
                case 0: bytes.RemoveRange(place, bytes.Count - place); break;
                case 1: bytes.RemoveRange(place, length); break;
                case 2: bytes.InsertRange(place, bytes.GetRange(place, length)); break;
                case 3: bytes[place] = (byte)random.NextInt(256); break;
                case 4: bytes.InsertRange(place, Enumerable.Repeat((byte)('0' + random.NextInt(10)), 1 + random.NextInt(30))); break;
                default: bytes[place] = " -.,eE\"[]{}\n\tn"u8[random.NextInt(14)]; break;
            }
        }
        return [.. bytes];
    }
}
