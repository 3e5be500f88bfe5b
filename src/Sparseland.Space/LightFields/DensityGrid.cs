using System.Collections.Concurrent;
using System.Numerics;
using Sparseland.Chance;
using Sparseland.Space.Cameras;
using Sparseland.Trees.Keys;

namespace Sparseland.Space.LightFields;

/// <summary>A dense grid whose points have a density and features; samples of a ray take both by trilinear interpolation, and a small network makes the colour from features and direction.</summary>
public sealed class DensityGrid : IViewModel
{
    /// <summary>Values of a grid point: the density, then the features.</summary>
    internal const int Width = 12;

    // What a voxel stops of the light at first.
    private const float FirstOpacity = 0.01f;

    private const int RaysPerTile = 16;
    private readonly ConcurrentBag<GridTile> _tiles = [];

    internal DensityGrid(Cube cube, Vector3 background, GridOptions options)
    {
        (Cube, Background, Options) = (cube, background, options);
        var chance = new RandomStream(options.Seed, "density grid");
        Values = new float[checked(options.Side * options.Side * options.Side * Width)];
        chance.FillNormal(Values, 0.01);
        var inputs = Width - 1 + SphericalHarmonics.Count;
        Layers =
        [
            new("first", inputs, options.Hidden, Math.Sqrt(2.0 / inputs), chance),
            new("second", options.Hidden, options.Hidden, Math.Sqrt(2.0 / options.Hidden), chance),
            new("colour", options.Hidden, 3, Math.Sqrt(1.0 / options.Hidden), chance),
        ];
        CellSize = cube.Size / (options.Side - 1);
    }

    /// <inheritdoc/>
    public string Method => $"grid {Options.Side}^3";

    /// <summary>The scene's cube; the outermost points lie on its faces.</summary>
    public Cube Cube { get; }

    /// <summary>The display values of what lies behind everything.</summary>
    public Vector3 Background { get; }

    internal GridOptions Options { get; }

    /// <summary>The distance of neighbouring points, in metres.</summary>
    internal float CellSize { get; }

    internal float[] Values { get; }

    internal DenseLayer[] Layers { get; }

    /// <summary>The density per side of a voxel: softplus of the interpolated value, shifted so that the first voxels are nearly clear.</summary>
    internal static float Density(float value)
    {
        value += MathF.Log(FirstOpacity);
        return value > 20 ? value : MathF.Log(1 + MathF.Exp(value));
    }

    /// <summary>The slope of <see cref="Density"/>.</summary>
    internal static float DensitySlope(float value) => 1 / (1 + MathF.Exp(-(value + MathF.Log(FirstOpacity))));

    /// <summary>The cell around a point: its eight grid points in the order of a table of corners, and where in it the point lies.</summary>
    internal Vector3 Locate(Vector3 point, Span<int> corners)
    {
        var side = Options.Side;
        var place = Vector3.Clamp((point - Cube.Minimum) / CellSize, Vector3.Zero, new Vector3(side - 1));
        var (x, y, z) = (Math.Min((int)place.X, side - 2), Math.Min((int)place.Y, side - 2), Math.Min((int)place.Z, side - 2));
        for (var corner = 0; corner < 8; corner++)
            corners[corner] = x + (corner & 1) + side * (y + ((corner >> 1) & 1) + side * (z + (corner >> 2)));
        return place - new Vector3(x, y, z);
    }

    /// <inheritdoc/>
    public RenderedView Render(PinholeCamera camera, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(camera);
        return PixelTile.Render(camera, RaysPerTile, cancellation, pixels =>
        {
            if (!_tiles.TryTake(out var tile))
                tile = new GridTile(this, RaysPerTile, withGradient: false);
            tile.Clear();
            for (var pixel = 0; pixel < pixels.Count; pixel++)
                tile.Add(camera.Position, pixels.Direction(pixel), null);
            tile.FindColours();
            for (var pixel = 0; pixel < pixels.Count; pixel++)
            {
                var (colour, distance, remaining) = tile.Compose(pixel);
                pixels.Set(pixel, colour, distance, remaining);
            }
            pixels.Queries += tile.Queries;
            pixels.HitRays += tile.HitRays;
            _tiles.Add(tile);
        });
    }
}
