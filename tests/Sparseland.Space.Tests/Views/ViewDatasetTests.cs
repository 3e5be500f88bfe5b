using System.Numerics;
using Sparseland.Errors;
using Sparseland.Space.Cameras;
using Sparseland.Space.Images;
using Sparseland.Space.Views;
using Sparseland.Testing;

namespace Sparseland.Space.Tests.Views;

public class ViewDatasetTests
{
    [Fact]
    public void What_is_written_is_read_back_with_every_layer_and_written_again_to_the_same_files()
    {
        using var folder = new Scratch();
        var set = new ViewDataset([View("a", 0), View("b", 1)], [], [View("c", 2)]) { Bounds = new(new(-1), new(2)), Origin = new Dictionary<string, string> { ["seed"] = "7" } };
        set.Write(folder["one"]);
        var read = ViewDataset.Read(folder["one"]);
        Assert.Equal((2, 0, 1), (read.Train.Count, read.Validation.Count, read.Test.Count));
        Assert.Equal(set.Bounds, read.Bounds);
        Assert.Equal("7", read.Origin["seed"]);
        foreach (var (expected, view) in set.All.Zip(read.All))
        {
            Assert.Equal(expected.Colour.Pixels, view.Colour.Pixels);
            Assert.Equal(expected.Depth!.Pixels, view.Depth!.Pixels);
            Assert.Equal(expected.Instances!.Pixels, view.Instances!.Pixels);
            Assert.Equal(expected.Normals!.Pixels, view.Normals!.Pixels);
            Assert.Equal(expected.Camera.Pose, view.Camera.Pose);
            Assert.Equal(expected.Camera.CentreX, view.Camera.CentreX, 5);
            Assert.Equal(expected.Camera.FocalX, view.Camera.FocalX);
            for (var i = 0; i < view.Alpha!.Pixels.Length; i++)
                Assert.InRange(view.Alpha.Pixels[i] - expected.Alpha!.Pixels[i], -0.002f, 0.002f);
        }
        read.Write(folder["two"]);
        foreach (var file in Directory.EnumerateFiles(folder["one"], "*", SearchOption.AllDirectories))
            Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(file.Replace(folder["one"], folder["two"], StringComparison.Ordinal)));
    }

    [Fact]
    public void The_axes_of_a_file_are_those_of_OpenGL()
    {
        // The identity of OpenGL looks along -z with y up: what is ahead, right and above must fall right of and above the middle.
        var pose = TransformsFile.PoseOf([1, 0, 0, 5, 0, 1, 0, 6, 0, 0, 1, 7, 0, 0, 0, 1]);
        var camera = new PinholeCamera(8, 8, 10, 10, 3.5f, 3.5f, pose);
        Assert.Equal(new Vector3(5, 6, 7), camera.Position);
        var seen = camera.Project(new Vector3(5.1f, 6.2f, 6));
        Assert.Equal(1, seen.Z, 5);
        Assert.Equal(4.5f, seen.X, 4);
        Assert.Equal(1.5f, seen.Y, 4);
    }

    [Fact]
    public void The_real_lego_views_load_and_some_are_held_out()
    {
        var folder = TestData.Require("multiview/nerf_lego");
        var set = ViewDataset.Read(folder, new() { ImageFolder = "train100", HoldOutEvery = 8 });
        Assert.Equal((87, 13), (set.Train.Count, set.Test.Count));
        foreach (var view in set.All)
        {
            Assert.Equal(4.031f, view.Camera.Position.Length(), 2);
            // Every camera looks at the origin, where the model stands.
            var centre = view.Camera.Project(Vector3.Zero);
            Assert.InRange(centre.X, 48, 51);
            Assert.InRange(centre.Y, 48, 51);
            Assert.True(view.IsCovered(50, 50));
            Assert.False(view.IsCovered(0, 0));
        }
        var fault = Assert.Throws<InvalidFileException>(() => ViewDataset.Read(folder));
        Assert.Contains("train100", fault.Message, StringComparison.Ordinal);
        Assert.Contains("frames[0]", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"frames": 3}""", "frames")]
    [InlineData("""{"camera_angle_x": 1, "frames": [{}]}""", "file_path")]
    [InlineData("""{"camera_angle_x": 1, "frames": [{"file_path": "../../secret"}]}""", "outside")]
    [InlineData("""{"camera_angle_x": 1, "frames": [{"file_path": "none"}]}""", "no picture")]
    [InlineData("""{"frames": [{"file_path": "p", "transform_matrix": []}]}""", "fl_x")]
    [InlineData("""{"camera_angle_x": 1, "frames": [{"file_path": "p", "transform_matrix": [[1,0,0,0]]}]}""", "four rows")]
    [InlineData("""{"camera_angle_x": 1, "frames": [{"file_path": "p", "transform_matrix": [[1,0,0,0],[0,2,0,0],[0,0,1,0],[0,0,0,1]]}]}""", "not a rotation")]
    [InlineData("""{"camera_angle_x": 1, "frames": [{"file_path": "p", "depth_file_path": "d.pfm", "transform_matrix": [[1,0,0,0],[0,1,0,0],[0,0,1,0],[0,0,0,1]]}]}""", "depth image is 1 x 1")]
    public void Faults_name_the_file_and_the_place(string json, string problem)
    {
        using var folder = new Scratch();
        File.WriteAllText(folder["transforms_train.json"], json);
        PngFile.Write(folder["p.png"], new Image<Rgb8>(2, 2));
        PfmFile.Write(folder["d.pfm"], new Image<float>(1, 1, [1]));
        var fault = Assert.Throws<InvalidFileException>(() => ViewDataset.Read(folder[""]));
        Assert.Contains("transforms_train.json", fault.Message, StringComparison.Ordinal);
        Assert.Contains(problem, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_depth_that_is_not_a_number_is_refused_with_its_pixel()
    {
        using var folder = new Scratch();
        var view = View("a", 0);
        view.Depth![2, 1] = float.NaN;
        new ViewDataset([view], [], []).Write(folder["set"]);
        var fault = Assert.Throws<InvalidFileException>(() => ViewDataset.Read(folder["set"]));
        Assert.Contains("column 2, row 1", fault.Message, StringComparison.Ordinal);
        Assert.Contains("depth", fault.Message, StringComparison.Ordinal);
    }

    private static PosedView View(string name, int number)
    {
        var camera = PinholeCamera.LookAt(5, 4, 1, new(3, number, 1), Vector3.Zero, Vector3.UnitZ);
        Image<T> Fill<T>(Func<int, T> pixel) where T : unmanaged => new(5, 4, [.. Enumerable.Range(0, 20).Select(pixel)]);
        return new(name, camera, Fill(i => new Vector3(0.05f * i, 0.1f * number, 1.5f)))
        {
            Alpha = Fill(i => i / 19f),
            Depth = Fill(i => i == 0 ? float.PositiveInfinity : i + 0.25f),
            Instances = Fill(i => (ushort)(1000 * i)),
            Normals = Fill(i => i == 0 ? Vector3.Zero : Vector3.Normalize(new(i, 1, 2))),
        };
    }
}
