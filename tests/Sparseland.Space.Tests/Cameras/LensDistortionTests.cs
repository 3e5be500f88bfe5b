using CsCheck;
using Sparseland.Errors;
using Sparseland.Space.Cameras;
using Sparseland.Space.Images;
using Sparseland.Space.Sensors;
using Sparseland.Space.Worlds.Drives;
using Sparseland.Space.Worlds.Streets;

namespace Sparseland.Space.Tests.Cameras;

public class LensDistortionTests
{
    // The left camera of the EuRoC recordings.
    private static readonly LensDistortion Euroc = new(-0.28340811, 0.07395907, 0.00019359, 1.76187114e-05);

    [Fact]
    public void What_is_distorted_comes_back() => Gen.Select(Gen.Double[-0.7, 0.7], Gen.Double[-0.5, 0.5]).Sample((x, y) =>
    {
        var moved = Euroc.Distort(x, y);
        var back = Euroc.Undistort(moved.X, moved.Y);
        return Math.Abs(back.X - x) < 1e-8 && Math.Abs(back.Y - y) < 1e-8;
    }, seed: "0000KRW6kI4d", iter: 1000);

    [Fact]
    public void A_picture_through_a_lens_straightened_is_the_pinholes()
    {
        var world = StreetScenes.Make("crossing", 4, 3);
        var plain = SensorRig.Camera("front", 160, 100, 110, 0, new(0.5, 0, 1.6));
        var lens = new StreetCamera("front", 160, 100, 110, plain.Mount) { Lens = Euroc };
        var (sharp, bent) = (plain.Take(world, 3, CameraOptions.Exact, 1, 0), lens.Take(world, 3, CameraOptions.Exact, 1, 0));
        var straight = Euroc.Undistorted(bent.Colour, plain.Pinhole);
        // Edges of one ray a pixel differ in any case.
        Assert.True(Difference(sharp.Colour, straight) < 0.6 * Difference(sharp.Colour, bent.Colour), $"{Difference(sharp.Colour, straight)} and {Difference(sharp.Colour, bent.Colour)}");
        Assert.True(SameObjects(sharp, bent) > 0.97, $"{SameObjects(sharp, bent)}");
        Assert.NotEmpty(ActorViews.Of(world, bent, 3));
        Assert.All(ActorViews.Of(world, bent, 3), view => Assert.True(view.VisiblePixels <= view.AlonePixels));
    }

    [Fact]
    public void A_lens_that_folds_the_picture_and_a_layout_without_a_place_for_it_are_refused()
    {
        var camera = SensorRig.Camera("front", 160, 100, 110, 0, new(0.5, 0, 1.6)).Pinhole;
        Euroc.RequireFor(camera);
        Assert.Throws<InvalidSettingException>(() => new LensDistortion(-1.5, 0, 0, 0).RequireFor(camera));
        using var scratch = new Scratch();
        var rig = scratch.Text("rig.json", """{"name": "l", "lidar": {"sensor": "tiny", "place": [0, 0, 2]}, "cameras": [{"name": "c", "width": 64, "height": 32, "focal": 40, "lens": [-0.1, 0, 0, 0], "place": [0, 0, 1.5]}]}""");
        Assert.Contains("take euroc", Assert.Throws<InvalidSettingException>(() => DriveRecorder.EstimateBytes(new() { Rig = rig })).Message, StringComparison.Ordinal);
        Assert.True(DriveRecorder.EstimateBytes(new() { Rig = rig, Format = "euroc" }) > 0);
    }

    // Share of the pinhole's pixels whose object is found where the lens moves them to.
    private static double SameObjects(CameraPicture sharp, CameraPicture bent)
    {
        var (camera, same, all) = (sharp.Camera, 0, 0);
        for (var row = 0; row < camera.Height; row++)
        {
            for (var column = 0; column < camera.Width; column++)
            {
                var (x, y) = Euroc.Distort((column - camera.CentreX) / camera.FocalX, (row - camera.CentreY) / camera.FocalY);
                var (i, j) = ((int)Math.Round(camera.FocalX * x + camera.CentreX), (int)Math.Round(camera.FocalY * y + camera.CentreY));
                all++;
                same += bent.Objects[Math.Clamp(i, 0, camera.Width - 1), Math.Clamp(j, 0, camera.Height - 1)] == sharp.Objects[column, row] ? 1 : 0;
            }
        }
        return (double)same / all;
    }

    private static double Difference(Image<Rgb8> a, Image<Rgb8> b)
    {
        var sum = 0.0;
        // The borders that the lens did not see are left out.
        for (var row = 15; row < a.Height - 15; row++)
        {
            for (var column = 20; column < a.Width - 20; column++)
                sum += Math.Abs(a[column, row].Green - b[column, row].Green);
        }
        return sum;
    }
}
