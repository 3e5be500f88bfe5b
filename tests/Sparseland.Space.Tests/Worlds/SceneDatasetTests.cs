using Sparseland.Errors;
using Sparseland.Space.Views;
using Sparseland.Space.Worlds;
using Sparseland.Space.Worlds.Families;
using Sparseland.Threads;

namespace Sparseland.Space.Tests.Worlds;

public class SceneDatasetTests
{
    private static readonly SceneDatasetOptions s_options = new() { TrainViews = 2, TestViews = 1, Width = 12, Height = 10, Render = new() { SamplesPerPixel = 2, Seed = 4, ShowsBackground = false } };

    [Fact]
    public void What_is_read_back_re_projects_onto_the_scene_it_was_rendered_from()
    {
        using var folder = new Scratch();
        var scene = SceneFamily.Generate("bricks", 4);
        SceneDataset.Write(scene, CameraPlaces.Hemisphere, folder["set"], s_options);
        var set = ViewDataset.Read(folder["set"]);
        Assert.Equal((2, 1), (set.Train.Count, set.Test.Count));
        Assert.Equal("4", set.Origin["seed"]);
        Assert.Equal(scene.Interest, set.Bounds);
        foreach (var view in set.All)
        {
            for (var row = 0; row < 10; row++)
            {
                for (var column = 0; column < 12; column++)
                {
                    var ray = view.Camera.RayThrough(column, row);
                    var hit = scene.FirstHit(in ray);
                    // Cameras pass through text: at a border the ray may fall on the neighbour.
                    if (hit.IsHit != view.IsCovered(column, row) || scene.Instances[Math.Max(0, hit.Instance)].ObjectId != view.Instances![column, row])
                        continue;
                    if (!hit.IsHit)
                        continue;
                    var depth = view.Depth![column, row];
                    var seen = view.Camera.Project(ray.At(depth));
                    Assert.InRange(Math.Abs(seen.X - column) + Math.Abs(seen.Y - row), 0, 1e-3);
                    Assert.InRange(Math.Abs(depth - hit.Distance), 0, 1e-2 * hit.Distance);
                }
            }
        }
        Assert.True(File.Exists(Path.Combine(folder["set"], "scene.json")));
        Assert.Contains("exists already", Assert.Throws<InvalidSettingException>(() => SceneDataset.Write(scene, CameraPlaces.Hemisphere, folder["set"], s_options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_files_do_not_depend_on_the_number_of_threads()
    {
        using var folder = new Scratch();
        var scene = SceneFamily.Generate("clutter", 4);
        var threads = WorkerPool.ThreadCount;
        try
        {
            foreach (var count in new[] { 1, 2 })
            {
                WorkerPool.ThreadCount = count;
                SceneDataset.Write(scene, CameraPlaces.Hemisphere, folder[$"{count}"], s_options);
            }
        }
        finally
        {
            WorkerPool.ThreadCount = threads;
        }
        var files = Directory.GetFiles(folder["1"], "*", SearchOption.AllDirectories);
        Assert.Equal(3 * 7 + 3, files.Length);
        foreach (var file in files)
            Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(file.Replace(folder["1"], folder["2"], StringComparison.Ordinal)));
    }

    [Fact]
    public void A_cancelled_run_leaves_nothing()
    {
        using var folder = new Scratch();
        Assert.Throws<OperationCanceledException>(() => SceneDataset.Write(SceneFamily.Generate("clutter", 4), CameraPlaces.Hemisphere, folder["set"], s_options, cancellation: new(canceled: true)));
        Assert.False(Directory.Exists(folder["set"]) || Directory.Exists(folder["set.partial"]));
        Assert.Throws<InvalidSettingException>(() => SceneDataset.Write(SceneFamily.Generate("clutter", 4), CameraPlaces.Hemisphere, folder["set"], s_options with { TrainViews = 0 }));
    }
}
