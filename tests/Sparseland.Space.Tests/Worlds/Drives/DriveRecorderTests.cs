using System.Numerics;
using Sparseland.Errors;
using Sparseland.Space.Datasets;
using Sparseland.Space.Datasets.Euroc;
using Sparseland.Space.Datasets.Kitti;
using Sparseland.Space.Datasets.NuScenes;
using Sparseland.Space.Images;
using Sparseland.Space.Motion;
using Sparseland.Space.Sensors;
using Sparseland.Space.Worlds.Drives;
using Sparseland.Space.Worlds.Streets;
using Sparseland.Threads;

namespace Sparseland.Space.Tests.Worlds.Drives;

public class DriveRecorderTests
{
    private static readonly DriveOptions Small = new() { Scene = "street", Seed = 7, Frames = 2, Rig = "tiny", Format = "kitti", Deskew = true };

    [Fact]
    public void A_recording_in_the_layout_of_kitti_is_read_by_the_loader_of_the_real_one()
    {
        using var scratch = new Scratch();
        var report = DriveRecorder.Record(Small, scratch["drive"], cancellationToken: TestContext.Current.CancellationToken);
        Assert.Empty(DatasetManifest.Read(scratch["drive"]).Verify(scratch["drive"], TestContext.Current.CancellationToken));
        var dataset = KittiDataset.Open(scratch["drive"]);
        Assert.Equal(["000000", "000001"], dataset.Ids);
        Assert.Equal(dataset.Ids, [.. dataset.Split("train"), .. dataset.Split("val")]);
        var frames = dataset.Ids.Select(dataset.Read).ToList();
        Assert.Equal(report.Points, frames.Sum(frame => frame.Points.Count));
        Assert.All(frames, frame => Assert.NotEmpty(frame.Boxes));
        Assert.Equal(2, KittiOdometry.ReadPoses(Path.Combine(scratch["drive"], "poses", "00.txt")).Count);
        Assert.Equal(dataset.Ids.Sum(id => dataset.Labels(id).Count), KittiTrack.Read(Path.Combine(scratch["drive"], "label_02", "0000.txt")).Count);
    }

    [Fact]
    public void Points_that_belong_to_an_actor_fall_on_its_pixels_and_into_its_box()
    {
        using var scratch = new Scratch();
        DriveRecorder.Record(Small with { Frames = 1, Lidar = LidarOptions.Exact with { FreezeTime = true } }, scratch["drive"], cancellationToken: TestContext.Current.CancellationToken);
        var training = Path.Combine(scratch["drive"], "training");
        var frame = KittiDataset.Open(scratch["drive"]).Read("000000");
        var ids = File.ReadAllBytes(Path.Combine(training, "truth", "000000.label"));
        var objects = PngFile.ReadGrey16(Path.Combine(training, "instance_2", "000000.png"));
        var depth = PngFile.ReadGrey16(Path.Combine(training, "depth_2", "000000.png"));
        var (inPicture, same, close) = (0, 0, 0);
        for (var i = 0; i < frame.Points.Count; i++)
        {
            var id = BitConverter.ToUInt32(ids, 4 * i) >> 16;
            var (column, row, range) = frame.Images[0].Project(new(frame.Points.Positions[i]));
            if (id >= StreetWorld.FirstSceneryId || range <= 0 || column < 1 || row < 1 || column > objects.Width - 2 || row > objects.Height - 2)
                continue;
            inPicture++;
            var (x, y) = ((int)Math.Round(column), (int)Math.Round(row));
            same += objects[x, y] == id ? 1 : 0;
            close += Math.Abs(depth[x, y] / 256.0 - range) < 0.6 ? 1 : 0;
        }
        Assert.True(inPicture > 80, $"{inPicture}");
        // The LiDAR sits 20 cm off the camera: at outlines each sees past the other.
        Assert.True(same > 0.85 * inPicture && close > 0.85 * inPicture, $"{same} and {close} of {inPicture}");
    }

    [Fact]
    public void Boxes_in_the_picture_enclose_the_pixels_of_their_actors()
    {
        var (world, picture, time) = View(160, 80);
        var views = ActorViews.Of(world, picture, time);
        Assert.True(views.Count > 3);
        var unhidden = 0;
        foreach (var view in views.Where(view => view.VisiblePixels == view.AlonePixels && view.AlonePixels > 30))
        {
            unhidden++;
            var mask = Mask(picture, view.Actor);
            Assert.Equal((mask.Left - 0.5, mask.Top - 0.5, mask.Right + 0.5, mask.Bottom + 0.5), view.Bounds);
            var actor = world.Actors[view.Actor - 1];
            var box = ActorViews.Project(picture.Camera, Corners(actor, time))!.Value;
            var (left, top, right, bottom) = (Math.Max(-0.5, box.Left), Math.Max(-0.5, box.Top), Math.Min(159.5, box.Right), Math.Min(79.5, box.Bottom));
            Assert.True(left <= mask.Left + 0.01 && top <= mask.Top + 0.01 && right >= mask.Right - 0.01 && bottom >= mask.Bottom - 0.01, $"actor {view.Actor}");
        }
        Assert.True(unhidden > 0);
    }

    [Fact]
    public void What_stands_behind_something_is_hidden_and_what_is_cut_by_the_border_is_truncated()
    {
        var draft = new StreetDraft(1, 0, 300);
        draft.Pave(StreetPaint.Paving);
        draft.Put(StreetClass.Truck, new(12, 0, 0.5 * Math.PI, 0));
        draft.Put(StreetClass.Car, new(20, 0, 0, 0));
        draft.Put(StreetClass.Car, new(6, 6, 0, 0));
        var world = draft.Finish("flat", new SplineTrajectory([RigidPose.Identity, RigidPose.Identity], 10));
        var picture = SensorRig.Of("tiny").Cameras[0].Take(world, 0, CameraOptions.Exact, 1, 0);
        var views = ActorViews.Of(world, picture, 0).ToDictionary(view => view.Actor);
        Assert.Equal(0, views[1].Occlusion);
        Assert.Equal(0, views[1].Truncated);
        Assert.True(views[2].Visibility < 0.15 && views[2].Occlusion == 3);
        Assert.InRange(views[3].Truncated, 0.05, 0.95);
        Assert.Equal([1, 2, 3, 4], [ActorView.Level(0.39), ActorView.Level(0.4), ActorView.Level(0.6), ActorView.Level(0.8)]);
    }

    [Fact]
    public void A_recording_in_the_layout_of_nuscenes_holds_the_same_boxes_in_the_axes_of_its_scans()
    {
        using var scratch = new Scratch();
        var rig = SensorRig.Of("tiny");
        DriveRecorder.Record(Small with { Format = "nuscenes", Frames = 6 }, scratch["drive"], cancellationToken: TestContext.Current.CancellationToken);
        var dataset = NuScenesDataset.Open(scratch["drive"]);
        Assert.Equal(2, dataset.Ids.Count);
        foreach (var frame in dataset.Ids.Select(dataset.Read))
        {
            Assert.NotEmpty(frame.Boxes);
            Assert.NotNull(Assert.Single(frame.Images));
            // A count made in one set of axes must come out of the other.
            Assert.All(frame.Boxes.Where(box => box.PointCount > 20), box => Assert.InRange(frame.Points.Positions.Count(p => box.Contains(new(p))), 0.95 * box.PointCount - 3, 1.05 * box.PointCount + 3));
        }
        Assert.Equal(2, dataset.Tables.Samples.Count);
        Assert.Equal(dataset.Tables.Samples[1].Token, dataset.Tables.Samples[0].Next);
        Assert.Equal(4, Directory.EnumerateFiles(Path.Combine(scratch["drive"], "sweeps", "LIDAR_TOP")).Count());
    }

    [Fact]
    public void A_recording_in_the_layout_of_euroc_holds_readings_that_lead_along_its_true_way()
    {
        using var scratch = new Scratch();
        DriveRecorder.Record(Small with { Format = "euroc", Scene = "corridor", Frames = 5, Imu = ImuNoise.None }, scratch["drive"], cancellationToken: TestContext.Current.CancellationToken);
        var root = Path.Combine(scratch["drive"], "mav0");
        var states = EurocFiles.ReadStates(Path.Combine(root, "state_groundtruth_estimate0", "data.csv"));
        var samples = EurocFiles.ReadImu(Path.Combine(root, "imu0", "data.csv"));
        Assert.Equal(samples.Count, states.Count);
        var start = new MotionState(states[0].Pose, states[0].Velocity, default, default);
        var end = ImuIntegration.Integrate(samples, start)[^1];
        Assert.True((end.Pose.Translation - states[^1].Pose.Translation).Length < 1e-3);
        var image = EurocFiles.ReadImages(Path.Combine(root, "cam0", "data.csv"))[0];
        Assert.True(File.Exists(Path.Combine(root, "cam0", "data", image.FileName)));
        Assert.Equal((96, 48), EurocSensor.Read(Path.Combine(root, "cam0", "sensor.yaml")).Resolution);
        var cloud = PlyCloudFile.Read(Directory.EnumerateFiles(Path.Combine(root, "lidar0", "data")).Order(StringComparer.Ordinal).First());
        Assert.NotNull(cloud.Times);
        var dataset = EurocDataset.Open(scratch["drive"]);
        var frame = dataset.Read(dataset.Ids[2]);
        Assert.True(frame.Points.Count > 1000);
        Assert.Equal(1.7, frame.Pose!.Value.Translation.Z - states[0].Pose.Translation.Z, 2);
        Assert.Equal(5, TumTrajectoryFile.Read(Path.Combine(scratch["drive"], "groundtruth.tum")).Count);
    }

    [Theory]
    [InlineData("kitti")]
    [InlineData("nuscenes")]
    [InlineData("euroc")]
    public void One_thread_and_two_write_the_same_bytes_and_another_seed_others(string format)
    {
        using var scratch = new Scratch();
        var options = Small with { Format = format, Frames = 1 };
        var before = WorkerPool.ThreadCount;
        try
        {
            WorkerPool.ThreadCount = 1;
            var one = DriveRecorder.Record(options, scratch["one"], cancellationToken: TestContext.Current.CancellationToken);
            WorkerPool.ThreadCount = 2;
            Assert.Equal(one, DriveRecorder.Record(options, scratch["two"], cancellationToken: TestContext.Current.CancellationToken));
            Assert.NotEqual(one.Hash, DriveRecorder.Record(options with { Seed = 8 }, scratch["other"], cancellationToken: TestContext.Current.CancellationToken).Hash);
        }
        finally
        {
            WorkerPool.ThreadCount = before;
        }
    }

    [Fact]
    public void Cancelling_leaves_nothing_and_a_folder_that_is_there_is_refused()
    {
        using var scratch = new Scratch();
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => DriveRecorder.Record(Small, scratch["drive"], cancellationToken: source.Token));
        Assert.Empty(Directory.EnumerateFileSystemEntries(scratch.Folder));
        Directory.CreateDirectory(scratch["drive"]);
        File.WriteAllText(Path.Combine(scratch["drive"], "mine.txt"), "");
        Assert.Contains("exists already", Assert.Throws<InvalidSettingException>(() => DriveRecorder.Record(Small, scratch["drive"], cancellationToken: CancellationToken.None)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rig", "kity", "did you mean 'kitti'")]
    [InlineData("format", "coco", "known are kitti, nuscenes, euroc")]
    [InlineData("scene", "moon", "known are street")]
    public void Unknown_names_are_answered_with_the_known_ones(string what, string name, string answer)
    {
        var options = what switch { "rig" => Small with { Rig = name }, "format" => Small with { Format = name }, _ => Small with { Scene = name } };
        Assert.Contains(answer, Assert.Throws<InvalidSettingException>(() => DriveRecorder.EstimateBytes(options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_estimate_is_near_what_is_written()
    {
        using var scratch = new Scratch();
        var report = DriveRecorder.Record(Small, scratch["drive"], cancellationToken: TestContext.Current.CancellationToken);
        Assert.InRange((double)DriveRecorder.EstimateBytes(Small) / report.Bytes, 0.6, 2.5);
    }

    private static (StreetWorld World, CameraPicture Picture, double Time) View(int width, int height)
    {
        var world = StreetScenes.Make("street", 4, 7);
        return (world, SensorRig.Camera("front", width, height, 0.75f * width, 0, new(0.3, 0, 1.6)).Take(world, 3, CameraOptions.Exact, 1, 0), 3);
    }

    private static (int Left, int Top, int Right, int Bottom) Mask(CameraPicture picture, int actor)
    {
        var (left, top, right, bottom) = (int.MaxValue, int.MaxValue, -1, -1);
        for (var row = 0; row < picture.Objects.Height; row++)
        {
            for (var column = 0; column < picture.Objects.Width; column++)
            {
                if (picture.Objects[column, row] == actor)
                    (left, top, right, bottom) = (Math.Min(left, column), Math.Min(top, row), Math.Max(right, column), Math.Max(bottom, row));
            }
        }
        return (left, top, right, bottom);
    }

    private static Vector3[] Corners(Actor actor, double time)
    {
        var (place, low, high) = (actor.PlaceAt(time), actor.Box.Minimum, actor.Box.Maximum);
        return [.. Enumerable.Range(0, 8).Select(i => place.ToWorld(new((i & 1) == 0 ? low.X : high.X, (i & 2) == 0 ? low.Y : high.Y, (i & 4) == 0 ? low.Z : high.Z)))];
    }
}
