using Sparseland.Space.Cameras;
using Sparseland.Space.Worlds;
using Sparseland.Space.Worlds.Families;
using Sparseland.Space.Worlds.Tracing;
using Sparseland.Threads;

namespace Sparseland.Benchmarks.Speed;

/// <summary>Path tracing of generated scenes, counted in the points at which paths meet a surface.</summary>
internal sealed class TracingSuite : ISpeedSuite
{
    private const int Side = 64;
    private static readonly string[] s_families = ["clutter", "cad", "bricks", "room"];

    public string Name => "tracing";

    public string Title => "Path tracing";

    public string Explanation => $"One view of {Side} x {Side} pixels of a generated scene, as `sparseland render` traces it: at every point at which a path meets a surface a light is drawn, a shadow ray is traced and the path goes on. "
        + "Millions of such points a second; there is no peer, the goal is 1.5 million on two threads.";

    public IEnumerable<Measurement> Run(bool quick)
    {
        foreach (var name in quick ? s_families[..1] : s_families)
        {
            var family = SceneFamily.Get(name);
            var scene = family.Generate(7);
            var camera = CameraPlacement.Place(scene, family.Cameras, 1, Side, Side, 7, "train")[0];
            foreach (var threads in new[] { 1, 2 })
            {
                WorkerPool.ThreadCount = threads;
                yield return Line(new(scene), scene, camera, threads, quick ? 3 : 5);
            }
        }
    }

    private Measurement Line(PathTracer tracer, Scene scene, PinholeCamera camera, int threads, int rounds)
    {
        var settings = new RenderSettings { SamplesPerPixel = 16 };
        var vertices = tracer.Render(camera, settings).PathVertices;
        var results = Rivals.Measure([new("Sparseland", _ => tracer.Render(camera, settings))], threads, rounds, 0.05);
        return Measurement.From(Name, $"{scene.Name}, {scene.Instances.Count} instances", threads, "M points/s", [vertices * 1e3], results, 0);
    }
}
