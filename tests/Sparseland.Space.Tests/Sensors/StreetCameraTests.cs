using System.Numerics;
using Sparseland.Space.Motion;
using Sparseland.Space.Sensors;
using Sparseland.Space.Worlds.Streets;
using Sparseland.Threads;

namespace Sparseland.Space.Tests.Sensors;

public class StreetCameraTests
{
    private static readonly Rotation3D Ahead = Rotation3D.FromColumns(new(0, -1, 0), new(0, 0, -1), new(1, 0, 0));
    private static readonly StreetCamera Front = new("front", 160, 80, 100, new(Ahead, new(0.5, 0, 1.6)));

    [Fact]
    public void Points_of_the_scan_agree_with_the_depth_of_the_picture()
    {
        var world = StreetScenes.Make("street", 8, 11);
        var scan = new LidarScanner(LidarPattern.Of("hdl64"), new(Rotation3D.Identity, new(0.5, 0, 1.6)), new() { FreezeTime = true, BearingNoise = 0 }).Scan(world, 5, 1, 0);
        var picture = Front.Take(world, scan.Time, CameraOptions.Exact, 1, 0);
        var (seen, agree) = (0, 0);
        for (var i = 0; i < scan.Points.Count; i++)
        {
            var image = picture.Camera.Project(scan.Pose.Apply(new(scan.Points.Positions[i])).ToSingle());
            var (column, row) = ((int)MathF.Round(image.X), (int)MathF.Round(image.Y));
            if (!(image.Z > 0) || column < 1 || row < 1 || column > 158 || row > 78 || !IsInner(picture, column, row))
                continue;
            seen++;
            // The pixel's plane at the point itself, since a pixel is up to half a metre wide on the road.
            var depth = PlaneDepth(picture, column, row, image);
            agree += MathF.Abs(depth - image.Z) <= 0.06f + 0.003f * image.Z ? 1 : 0;
        }
        Assert.True(seen > 2000, $"{seen}");
        Assert.True(agree > 0.99 * seen, $"{agree} of {seen}");
    }

    [Fact]
    public void Pictures_are_the_same_bytes_for_any_number_of_threads()
    {
        var world = StreetScenes.Make("crossing", 8, 2);
        var before = WorkerPool.ThreadCount;
        try
        {
            WorkerPool.ThreadCount = 1;
            var one = Front.Take(world, 4, new() { Samples = 2 }, 3, 7);
            WorkerPool.ThreadCount = 2;
            var two = Front.Take(world, 4, new() { Samples = 2 }, 3, 7);
            Assert.Equal(one.Colour.Pixels, two.Colour.Pixels);
            Assert.Equal(one.Depth.Pixels, two.Depth.Pixels);
            Assert.Equal(one.Objects.Pixels, two.Objects.Pixels);
        }
        finally
        {
            WorkerPool.ThreadCount = before;
        }
    }

    [Fact]
    public void An_open_shutter_blurs_what_moves_and_nothing_else()
    {
        var draft = new StreetDraft(1, 0, 300);
        draft.Pave(StreetPaint.Paving);
        draft.Put(StreetClass.Van, new(12, -1, 0.5 * Math.PI, 15));
        draft.Put(StreetClass.Car, new(12, 6, 0.5 * Math.PI, 0));
        var world = draft.Finish("flat", new SplineTrajectory([RigidPose.Identity, RigidPose.Identity], 10));
        var sharp = Front.Take(world, 0, CameraOptions.Exact with { Samples = 4 }, 1, 0);
        var blurred = Front.Take(world, 0, CameraOptions.Exact with { Samples = 4, ShutterSeconds = 0.04 }, 1, 0);
        Assert.Equal(sharp.Depth.Pixels, blurred.Depth.Pixels);
        var (moved, elsewhere) = (0, 0);
        for (var row = 0; row < 80; row++)
        {
            for (var column = 0; column < 160; column++)
            {
                var changed = sharp.Colour[column, row] != blurred.Colour[column, row];
                moved += changed && sharp.Objects[column, row] == 1 ? 1 : 0;
                elsewhere += changed && sharp.Objects[column, row] == 2 ? 1 : 0;
            }
        }
        Assert.True(moved > 50, $"{moved}");
        Assert.Equal(0, elsewhere);
    }

    [Fact]
    public void The_left_of_the_vehicle_is_left_in_the_picture_and_up_is_up()
    {
        var camera = Front.At(RigidPose.Identity);
        Assert.True(camera.Project(new(10, 2, 1.6f)).X < camera.CentreX);
        Assert.True(camera.Project(new(10, 0, 3)).Y < camera.CentreY);
        Assert.Equal(9.5f, camera.Project(new(10, 0, 1.6f)).Z, 4);
    }

    private static bool IsInner(CameraPicture picture, int column, int row)
    {
        var (id, normal) = (picture.Objects[column, row], picture.Normals[column, row]);
        for (var i = -1; i <= 1; i++)
        {
            for (var j = -1; j <= 1; j++)
            {
                if (picture.Objects[column + i, row + j] != id || id == 0 || Vector3.Dot(picture.Normals[column + i, row + j], normal) < 0.99f)
                    return false;
                // Two faces of one object with the same direction, such as bonnet and roof, are an edge too.
                var ray = picture.Camera.RayThrough(column + i, row + j);
                var scale = picture.Depth[column + i, row + j] / Vector3.Dot(ray.Direction, picture.Camera.RayThrough(picture.Camera.CentreX, picture.Camera.CentreY).Direction);
                var centre = picture.Camera.RayThrough(column, row);
                var centreScale = picture.Depth[column, row] / Vector3.Dot(centre.Direction, picture.Camera.RayThrough(picture.Camera.CentreX, picture.Camera.CentreY).Direction);
                if (MathF.Abs(Vector3.Dot(ray.At(scale) - centre.At(centreScale), normal)) > 0.03f + 0.002f * scale)
                    return false;
            }
        }
        return true;
    }

    private static float PlaneDepth(CameraPicture picture, int column, int row, Vector3 image)
    {
        var camera = picture.Camera;
        var axis = camera.RayThrough(camera.CentreX, camera.CentreY).Direction;
        var centre = camera.RayThrough(column, row);
        var onSurface = centre.At(picture.Depth[column, row] / Vector3.Dot(centre.Direction, axis));
        var ray = camera.RayThrough(image.X, image.Y);
        var normal = picture.Normals[column, row];
        var along = Vector3.Dot(onSurface - ray.Origin, normal) / Vector3.Dot(ray.Direction, normal);
        return along * Vector3.Dot(ray.Direction, axis);
    }
}
