using System.Collections.Concurrent;
using System.Numerics;
using Sparseland.Chance;
using Sparseland.Space.Cameras;
using Sparseland.Threads;
using Sparseland.Trees.Keys;

namespace Sparseland.Space.LightFields;

/// <summary>A radiance field: the baseline of light fields.</summary>
public sealed class RadianceField : IViewModel
{
    private const int RaysPerTile = 4;
    private readonly NerfOptions _options;
    private readonly ConcurrentBag<NerfTile> _tiles = [];

    internal RadianceField(Cube cube, Vector3 background, NerfOptions options)
    {
        (Cube, Background, _options) = (cube, background, options);
        Network = new NerfNetwork(options, new RandomStream(options.Seed, "radiance field"));
    }

    /// <inheritdoc/>
    public string Method => $"NeRF {_options.Layers}x{_options.Width}";

    /// <summary>The scene's cube, in which rays are sampled.</summary>
    public Cube Cube { get; }

    /// <summary>The display values of what lies behind everything.</summary>
    public Vector3 Background { get; }

    internal NerfNetwork Network { get; }

    /// <inheritdoc/>
    public RenderedView Render(PinholeCamera camera, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(camera);
        return PixelTile.Render(camera, RaysPerTile, cancellation, pixels =>
        {
            if (!_tiles.TryTake(out var tile))
                tile = new NerfTile(Network, _options, Cube, RaysPerTile, withGradient: false);
            var rays = 0;
            Span<int> pixelOf = stackalloc int[RaysPerTile];
            for (var pixel = 0; pixel < pixels.Count; pixel++)
            {
                if (tile.Set(rays, camera.Position, pixels.Direction(pixel)))
                    pixelOf[rays++] = pixel;
                else
                    pixels.Set(pixel, Background, 0, 1);
            }
            if (rays > 0)
                tile.Forward(rays, null);
            for (var ray = 0; ray < rays; ray++)
            {
                var (colour, distance, remaining) = tile.Compose(ray, Background);
                pixels.Set(pixelOf[ray], colour, distance, remaining);
            }
            pixels.Queries += rays * tile.PerRay;
            pixels.HitRays += rays;
            _tiles.Add(tile);
        });
    }
}

/// <summary>Learns a <see cref="RadianceField"/> from colours alone, in the same cube as the light field.</summary>
public sealed class NerfTrainer : ViewTrainer
{
    private const int RaysPerTile = 4;
    private readonly NerfOptions _options;
    private readonly RadianceField _field;
    private readonly NerfTile[] _tiles;
    private readonly DenseGradient[][] _gradients;
    private readonly double[] _losses = new double[Shards];

    /// <summary>Begins with random weights.</summary>
    /// <param name="rays">What is learned from.</param>
    /// <param name="cube">The scene's cube, in which rays are sampled.</param>
    /// <param name="options">What is learned, and how.</param>
    /// <exception cref="Errors.InvalidSettingException">An option is out of range.</exception>
    public NerfTrainer(RayTable rays, Cube cube, NerfOptions options) : base(rays, options)
    {
        ArgumentNullException.ThrowIfNull(rays);
        _options = options;
        _field = new RadianceField(cube, rays.Background, options);
        _tiles = [.. Enumerable.Range(0, Shards).Select(_ => new NerfTile(_field.Network, options, cube, RaysPerTile, withGradient: true))];
        _gradients = [.. Enumerable.Range(0, Shards).Select(_ => _field.Network.Layers.Select(layer => new DenseGradient(layer)).ToArray())];
        DrawFrom([.. Enumerable.Range(0, rays.Count).Where(ray => _tiles[0].Set(0, rays.Origin(ray), rays.Directions[ray]))]);
    }

    /// <inheritdoc/>
    public override IViewModel Model => _field;

    /// <summary>The loss of some rays at the weights as they are and its gradient, without a step: for checks.</summary>
    internal (double Loss, DenseGradient[] Gradient) Gradient(int[] batch)
    {
        foreach (var gradient in _gradients[0])
            gradient.Clear();
        return (LearnRays(0, batch, batch.Length, null), _gradients[0]);
    }

    /// <summary>The network, for checks.</summary>
    internal NerfNetwork Network => _field.Network;

    private protected override double Learn(int step, float decay)
    {
        WorkerPool.Run(Shards, new ShardWork(this, step));
        StepLayers(_field.Network.Layers, _gradients, step, decay * _options.NetworkRate);
        return _losses.Sum();
    }

    private protected override void Store(ArrayStore store)
    {
        foreach (var layer in _field.Network.Layers)
            layer.Store(store, withState: true);
    }

    private protected override void Restore(ArrayStore store)
    {
        foreach (var layer in _field.Network.Layers)
            layer.Restore(store, withState: true);
    }

    private double LearnRays(int shard, ReadOnlySpan<int> batch, int batchLength, RandomStream? chance)
    {
        var (tile, loss, share) = (_tiles[shard], 0.0, 1f / batchLength);
        for (; !batch.IsEmpty; batch = batch[Math.Min(RaysPerTile, batch.Length)..])
        {
            var rays = batch[..Math.Min(RaysPerTile, batch.Length)];
            for (var i = 0; i < rays.Length; i++)
                tile.Set(i, Rays.Origin(rays[i]), Rays.Directions[rays[i]]);
            tile.Forward(rays.Length, chance);
            for (var i = 0; i < rays.Length; i++)
            {
                var error = tile.Compose(i, Rays.Background).Colour - Rays.Colours[rays[i]];
                loss += share * error.LengthSquared();
                tile.Learn(i, Rays.Background, 2 * share * error);
            }
            tile.Backward(rays.Length, _gradients[shard]);
        }
        return loss;
    }

    private readonly struct ShardWork(NerfTrainer trainer, int step) : IParallelWork
    {
        public void Run(int part)
        {
            var (first, end) = (part * trainer.Batch.Length / Shards, (part + 1) * trainer.Batch.Length / Shards);
            var chance = new RandomStream(trainer._options.Seed, "samples of a step", (ulong)step * Shards + (ulong)part);
            trainer._losses[part] = trainer.LearnRays(part, trainer.Batch[first..end], trainer.Batch.Length, chance);
        }
    }
}
