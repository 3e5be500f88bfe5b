using System.Numerics;
using Sparseland.Errors;
using Sparseland.Progress;
using Sparseland.Space.Cameras;
using Sparseland.Space.Views;
using Sparseland.Threads;

namespace Sparseland.Space.Worlds.Tracing;

/// <summary>
/// A path tracer: at every point a light is drawn and a direction is drawn, both weighted by the power heuristic; long paths end by Russian roulette (Veach 1997, chapters 8 to 10). Thread-safe.
/// Each pixel has its own chance, so the bytes are the same for any number of threads.
/// </summary>
public sealed class PathTracer
{
    private const int TileColumns = 32, TileRows = 8;

    // Paths between two looks at progress and cancellation.
    private const long PathsPerBatch = 200_000;

    private readonly Scene _scene;
    private readonly PathLights _lights;

    /// <summary>A tracer of a scene.</summary>
    /// <param name="scene">The scene.</param>
    /// <exception cref="InvalidSettingException">Nothing in the scene sends out light.</exception>
    public PathTracer(Scene scene)
    {
        ArgumentNullException.ThrowIfNull(scene);
        if (!scene.HasLight)
            throw new InvalidSettingException($"scene '{scene.Name}' has no light, so its pictures would be black: give the sky a radiance, or a material an emission");
        _scene = scene;
        _lights = new(scene);
    }

    /// <summary>Renders a view.</summary>
    /// <param name="camera">From where.</param>
    /// <param name="settings">How; the defaults when null.</param>
    /// <param name="name">The view's name.</param>
    /// <param name="progress">Told of the pixels that are done.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="InvalidSettingException">A setting is out of range.</exception>
    /// <exception cref="NumericalException">A pixel's light is not a finite number.</exception>
    public RenderedView Render(PinholeCamera camera, RenderSettings? settings = null, string name = "view", IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(camera);
        settings ??= new();
        settings.Validate();
        var target = new RenderTarget(camera);
        var (columns, rows) = ((camera.Width + TileColumns - 1) / TileColumns, (camera.Height + TileRows - 1) / TileRows);
        var tiles = columns * rows;
        var batch = (int)Math.Clamp(PathsPerBatch / ((long)TileColumns * TileRows * settings.SamplesPerPixel), 8, 4096);
        var vertices = new long[tiles];
        for (var first = 0; first < tiles; first += batch)
        {
            cancellation.ThrowIfCancellationRequested();
            var count = Math.Min(batch, tiles - first);
            WorkerPool.Run(count, new Tiles(this, target, settings, vertices, first, columns, cancellation));
            var pixels = (long)camera.Width * camera.Height;
            progress?.Report(new($"rendering {name}", Math.Min((long)(first + count) * TileColumns * TileRows, pixels), pixels));
        }
        cancellation.ThrowIfCancellationRequested();
        target.RequireFinite(_scene.Name);
        var view = new PosedView(name, camera, target.Colour) { Alpha = settings.ShowsBackground ? null : target.Alpha, Depth = target.Depth, Instances = target.Instances, Normals = target.Normals };
        return new(view, target.AxialDepth, target.Albedo, vertices.Sum());
    }

    private void Tile(RenderTarget target, RenderSettings settings, int tile, int columns, ref long vertices)
    {
        var (camera, kernel) = (target.Camera, new PathKernel(_scene, _lights, settings));
        var (left, top) = (tile % columns * TileColumns, tile / columns * TileRows);
        for (var row = top; row < Math.Min(top + TileRows, camera.Height); row++)
        {
            for (var column = left; column < Math.Min(left + TileColumns, camera.Width); column++)
            {
                Centre(target, column, row);
                target.Colour[column, row] = kernel.Pixel(camera, column, row, out target.Alpha[column, row]);
            }
        }
        vertices = kernel.Vertices;
    }

    // The layers belong to the ray through the pixel's centre: averages over the pixel would lie between fore- and background.
    private void Centre(RenderTarget target, int column, int row)
    {
        var ray = target.Camera.RayThrough(column, row);
        var hit = _scene.FirstHit(in ray);
        (target.Depth[column, row], target.AxialDepth[column, row]) = (hit.Distance, hit.Distance);
        if (!hit.IsHit)
            return;
        var pose = target.Camera.Pose;
        target.AxialDepth[column, row] = hit.Distance * Vector3.Dot(ray.Direction, new(pose.M31, pose.M32, pose.M33));
        target.Instances[column, row] = (ushort)_scene.Instances[hit.Instance].ObjectId;
        target.Normals[column, row] = hit.Normal;
        target.Albedo[column, row] = _scene.ColourAt(in hit);
    }

    private readonly struct Tiles(PathTracer tracer, RenderTarget target, RenderSettings settings, long[] vertices, int first, int columns, CancellationToken cancellation) : IParallelWork
    {
        public void Run(int part)
        {
            if (!cancellation.IsCancellationRequested)
                tracer.Tile(target, settings, first + part, columns, ref vertices[first + part]);
        }
    }
}
