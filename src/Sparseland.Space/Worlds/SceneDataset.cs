using System.Globalization;
using Sparseland.Progress;
using Sparseland.Space.Cameras;
using Sparseland.Space.Meshes;
using Sparseland.Space.Views;
using Sparseland.Space.Worlds.Families;
using Sparseland.Space.Worlds.Files;
using Sparseland.Space.Worlds.Shapes;
using Sparseland.Space.Worlds.Tracing;

namespace Sparseland.Space.Worlds;

/// <summary>Renders posed views of a scene into a folder that <see cref="ViewDataset.Read"/> reads: all layers, the scene as scene.json, the cameras by split, and of single objects the true surface as mesh.ply.</summary>
public static class SceneDataset
{
    /// <summary>Renders and writes; the folder appears whole or not at all.</summary>
    /// <param name="scene">The scene.</param>
    /// <param name="places">From where it is looked at.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="options">Which views, and how; the defaults when null.</param>
    /// <param name="progress">Told of the pixels that are done.</param>
    /// <param name="cancellation">Stops the work; nothing is left behind.</param>
    /// <returns>Points at which paths met a surface.</returns>
    /// <exception cref="Errors.InvalidSettingException">An option is out of range, the scene has no light, no camera finds room, or the folder exists.</exception>
    public static long Write(Scene scene, CameraPlaces places, string folder, SceneDatasetOptions? options = null, IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        options ??= new();
        options.Validate();
        var tracer = new PathTracer(scene);
        var cameras = Cameras(scene, places, options).ToList();
        using var writer = new ViewDatasetWriter(folder, options.Replace) { Exposure = options.Exposure };
        SceneFile.Write(Path.Combine(writer.WorkFolder, "scene.json"), scene);
        if (places == CameraPlaces.Sphere)
            MeshFile.Write(Path.Combine(writer.WorkFolder, "mesh.ply"), ShapeMesh.Of(scene));
        var vertices = 0L;
        for (var view = 0; view < cameras.Count; view++)
        {
            var (split, camera) = cameras[view];
            var rendered = tracer.Render(camera, options.Render with { View = view }, $"view {view}", progress is null ? null : new ViewProgress(progress, view, cameras.Count), cancellation);
            vertices += rendered.PathVertices;
            writer.Add(split, rendered.View);
            writer.AddLayer("axial_depth", rendered.AxialDepth);
            writer.AddLayer("albedo", rendered.Albedo);
        }
        writer.Commit(scene.Interest, Origin(scene, options));
        return vertices;
    }

    private static IEnumerable<(ViewSplit Split, PinholeCamera Camera)> Cameras(Scene scene, CameraPlaces places, SceneDatasetOptions options)
    {
        foreach (var (split, count, stream) in new[] { (ViewSplit.Train, options.TrainViews, "train"), (ViewSplit.Validation, options.ValidationViews, "validation"), (ViewSplit.Test, options.TestViews, "test") })
            foreach (var camera in CameraPlacement.Place(scene, places, count, options.Width, options.Height, options.Render.Seed, stream))
                yield return (split, camera);
    }

    private static Dictionary<string, string> Origin(Scene scene, SceneDatasetOptions options) => new()
    {
        ["scene"] = scene.Name,
        ["seed"] = options.Render.Seed.ToString(CultureInfo.InvariantCulture),
        ["samplesPerPixel"] = options.Render.SamplesPerPixel.ToString(CultureInfo.InvariantCulture),
        ["maximumDepth"] = options.Render.MaximumDepth.ToString(CultureInfo.InvariantCulture),
        ["exposure"] = options.Exposure.ToString(CultureInfo.InvariantCulture),
    };

    // One bar for all views.
    private sealed class ViewProgress(IProgress<ProgressReport> all, int view, int views) : IProgress<ProgressReport>
    {
        public void Report(ProgressReport value) => all.Report(new($"rendering {views} views", view * value.Total + value.Done, views * value.Total, $"view {view + 1}"));
    }
}
