using System.Numerics;
using Sparseland.Space.Cameras;
using Sparseland.Space.Images;
using Sparseland.Threads;

namespace Sparseland.Space.LightFields;

/// <summary>Some pixels of a picture that is being drawn.</summary>
internal sealed class PixelTile(PinholeCamera camera, int first, int count, RenderedView view)
{
    private readonly Image<Vector3> _colour = view.Colour;

    public PinholeCamera Camera { get; } = camera;

    public int Count { get; } = count;

    public long Queries { get; set; }

    public long HitRays { get; set; }

    /// <summary>The direction of a pixel's ray, of length one.</summary>
    public Vector3 Direction(int pixel) => Camera.RayThrough((first + pixel) % Camera.Width, (first + pixel) / Camera.Width).Direction;

    /// <summary>Writes a pixel.</summary>
    /// <param name="pixel">0 to <see cref="Count"/> - 1.</param>
    /// <param name="colour">Display values, background included.</param>
    /// <param name="distance">The sum of weights times distances.</param>
    /// <param name="remaining">The share of light from the background.</param>
    public void Set(int pixel, Vector3 colour, float distance, float remaining)
    {
        var opacity = 1 - remaining;
        _colour.Pixels[first + pixel] = Vector3.Clamp(colour, Vector3.Zero, Vector3.One);
        view.Opacity.Pixels[first + pixel] = opacity;
        view.Depth.Pixels[first + pixel] = opacity >= 0.5f ? distance / opacity : float.PositiveInfinity;
    }

    /// <summary>Draws a picture tile by tile, on all threads; tiles do not depend on how many there are.</summary>
    /// <param name="camera">The camera.</param>
    /// <param name="pixelsPerTile">Pixels of a tile.</param>
    /// <param name="cancellation">Looked at before every tile.</param>
    /// <param name="draw">Draws one tile.</param>
    public static RenderedView Render(PinholeCamera camera, int pixelsPerTile, CancellationToken cancellation, Action<PixelTile> draw)
    {
        var pixels = checked(camera.Width * camera.Height);
        var view = new RenderedView(new(camera.Width, camera.Height), new(camera.Width, camera.Height), new(camera.Width, camera.Height), 0, 0);
        var tiles = new PixelTile[(pixels + pixelsPerTile - 1) / pixelsPerTile];
        for (var i = 0; i < tiles.Length; i++)
            tiles[i] = new(camera, i * pixelsPerTile, Math.Min(pixelsPerTile, pixels - i * pixelsPerTile), view);
        WorkerPool.Run(tiles.Length, new DrawWork(tiles, draw, cancellation));
        cancellation.ThrowIfCancellationRequested();
        return view with { Queries = tiles.Sum(tile => tile.Queries), HitRays = tiles.Sum(tile => tile.HitRays) };
    }

    private readonly struct DrawWork(PixelTile[] tiles, Action<PixelTile> draw, CancellationToken cancellation) : IParallelWork
    {
        public void Run(int part)
        {
            if (!cancellation.IsCancellationRequested)
                draw(tiles[part]);
        }
    }
}
