using System.Numerics;
using Sparseland.Chance;
using Sparseland.Space.Cameras;
using Sparseland.Space.Images;
using Sparseland.Space.LightFields;
using Sparseland.Space.Views;
using Sparseland.Threads;

namespace Sparseland.Benchmarks.Speed;

/// <summary>Time of a drawn picture: a sparse voxel light field beside radiance fields of two sizes, and a grid of densities, on one scene.</summary>
internal sealed class LightFieldSuite : ISpeedSuite
{
    private const int Pixels = 64;
    private const int Views = 30;

    public string Name => "lightfields";

    public string Title => "Light fields";

    public string Explanation => $"Milliseconds for a picture of {Pixels} x {Pixels} pixels of a noisy ball that fills a third of it: a sparse voxel light field of level 7 after a short training, against radiance fields (64 + 64 samples a ray, 4 layers of 64 and "
        + "8 of 128) and a grid of densities (96^3 points, 64 samples), all of this project, since no managed ones are known. What their networks have learned changes the time of the radiance fields not at all and that of the grid little.";

    public IEnumerable<Measurement> Run(bool quick)
    {
        var views = Enumerable.Range(0, Views).Select(View).ToArray();
        var rays = new RayTable(views, Vector3.One);
        var cube = OccupiedVoxels.CubeAround(Space.Box3.Around(rays.Hits()));
        var trainer = LightFieldTrainer.Begin(rays, new() { Level = 7, MinimumHits = 1 }, new() { Steps = quick ? 40 : 200, BatchRays = 1024 });
        trainer.Run();
        IViewModel[] others =
        [
            new NerfTrainer(rays, cube, new() { Steps = 1 }).Model,
            new NerfTrainer(rays, cube, new() { Steps = 1, Layers = 8, Width = 128 }).Model,
            new GridTrainer(rays, cube, new() { Steps = 1 }).Model,
        ];
        var camera = Camera(Views);
        foreach (var threads in new[] { 1, 2 })
        {
            WorkerPool.ThreadCount = threads;
            foreach (var other in others)
            {
                var results = Rivals.Measure([new(other.Method, _ => other.Render(camera)), new("SVLF", _ => trainer.Model.Render(camera))], threads, quick ? 3 : 5, 0.01);
                var line = Measurement.FromTimes(Name, $"beside {other.Method}", threads, "ms", 1, results);
                yield return other is RadianceField ? line with { Goal = 30 } : line;
            }
        }
    }

    private static PinholeCamera Camera(int index)
    {
        var height = 0.9f - 1.8f * (index % Views + 0.5f) / Views;
        var radius = MathF.Sqrt(1 - height * height);
        return PinholeCamera.LookAt(Pixels, Pixels, 0.8f, 3 * new Vector3(radius * MathF.Cos(2.4f * index), radius * MathF.Sin(2.4f * index), height), Vector3.Zero, Vector3.UnitZ);
    }

    private static PosedView View(int index)
    {
        var camera = Camera(index);
        var chance = new RandomStream(1, "ball", (ulong)index);
        var (colour, alpha, depth) = (new Image<Vector3>(Pixels, Pixels), new Image<float>(Pixels, Pixels), new Image<float>(Pixels, Pixels));
        for (var i = 0; i < Pixels * Pixels; i++)
        {
            var ray = camera.RayThrough(i % Pixels, i / Pixels);
            var (along, outside) = (Vector3.Dot(ray.Origin, ray.Direction), ray.Origin.LengthSquared() - 0.7f * 0.7f);
            var distance = -along - MathF.Sqrt(along * along - outside);
            depth.Pixels[i] = float.IsNaN(distance) ? float.PositiveInfinity : distance;
            alpha.Pixels[i] = float.IsNaN(distance) ? 0 : 1;
            colour.Pixels[i] = float.IsNaN(distance) ? Vector3.Zero : 0.4f * (ray.At(distance) + Vector3.One) + new Vector3(0.2f * (float)chance.NextDouble());
        }
        return new PosedView($"view {index}", camera, colour) { Alpha = alpha, Depth = depth };
    }
}
