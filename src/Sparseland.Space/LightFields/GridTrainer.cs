using Sparseland.Chance;
using Sparseland.Learning.Optimisers;
using Sparseland.Threads;
using Sparseland.Trees.Keys;

namespace Sparseland.Space.LightFields;

/// <summary>Learns a <see cref="DensityGrid"/> from colours alone, in the same cube as the light field.</summary>
public sealed class GridTrainer : ViewTrainer
{
    private const int RaysPerTile = 16;
    private readonly GridOptions _options;
    private readonly DensityGrid _grid;
    private readonly GridTile[] _tiles;
    private readonly DenseGradient[][] _gradients;
    private readonly RowGradients _rowGradients;
    private readonly RowAdam _adam;
    private readonly double[] _losses = new double[Shards];

    /// <summary>Begins with a grid that is nearly clear.</summary>
    /// <param name="rays">What is learned from.</param>
    /// <param name="cube">The scene's cube.</param>
    /// <param name="options">What is learned, and how.</param>
    /// <exception cref="Errors.InvalidSettingException">An option is out of range.</exception>
    public GridTrainer(RayTable rays, Cube cube, GridOptions options) : base(rays, options)
    {
        ArgumentNullException.ThrowIfNull(rays);
        _options = options;
        _grid = new DensityGrid(cube, rays.Background, options);
        _tiles = [.. Enumerable.Range(0, Shards).Select(_ => new GridTile(_grid, RaysPerTile, withGradient: true))];
        _gradients = [.. Enumerable.Range(0, Shards).Select(_ => _grid.Layers.Select(layer => new DenseGradient(layer)).ToArray())];
        var rows = _grid.Values.Length / DensityGrid.Width;
        _rowGradients = new RowGradients(rows, DensityGrid.Width, Shards);
        _adam = new RowAdam(rows, DensityGrid.Width);
        DrawFrom([.. Enumerable.Range(0, rays.Count).Where(ray =>
            UniformSamples.Interval(cube.Minimum, cube.Maximum, rays.Origin(ray), rays.Directions[ray]) is var (from, to) && from < to)]);
    }

    /// <inheritdoc/>
    public override IViewModel Model => _grid;

    /// <summary>The loss of some rays at the values as they are and its gradients, without a step: for checks, once for each trainer.</summary>
    internal (double Loss, float[] Values, DenseGradient[] Layers) Gradient(int[] batch) => (LearnRays(0, batch, batch.Length, null), _rowGradients.Sum(), _gradients[0]);

    /// <summary>The grid, for checks.</summary>
    internal DensityGrid Grid => _grid;

    private protected override double Learn(int step, float decay)
    {
        WorkerPool.Run(Shards, new ShardWork(this, step));
        StepLayers(_grid.Layers, _gradients, step, decay * _options.NetworkRate);
        _rowGradients.Step(_grid.Values, _adam, step, decay * _options.FeatureRate);
        return _losses.Sum();
    }

    private protected override void Store(ArrayStore store)
    {
        store.Add("grid", _grid.Values, _grid.Values.Length / DensityGrid.Width, DensityGrid.Width);
        store.Add("grid.adam", _adam);
        foreach (var layer in _grid.Layers)
            layer.Store(store, withState: true);
    }

    private protected override void Restore(ArrayStore store)
    {
        store.Read("grid", _grid.Values.AsSpan());
        store.Read("grid.adam", _adam);
        foreach (var layer in _grid.Layers)
            layer.Restore(store, withState: true);
    }

    private double LearnRays(int shard, ReadOnlySpan<int> batch, int batchLength, RandomStream? chance)
    {
        var (tile, loss, share) = (_tiles[shard], 0.0, 1f / batchLength);
        for (; !batch.IsEmpty; batch = batch[Math.Min(RaysPerTile, batch.Length)..])
        {
            var rays = batch[..Math.Min(RaysPerTile, batch.Length)];
            tile.Clear();
            foreach (var ray in rays)
                tile.Add(Rays.Origin(ray), Rays.Directions[ray], chance);
            tile.FindColours();
            for (var i = 0; i < rays.Length; i++)
            {
                var error = tile.Compose(i).Colour - Rays.Colours[rays[i]];
                loss += share * error.LengthSquared();
                tile.Learn(i, 2 * share * error);
            }
            tile.Backward(_gradients[shard], _rowGradients, shard);
        }
        return loss;
    }

    private readonly struct ShardWork(GridTrainer trainer, int step) : IParallelWork
    {
        public void Run(int part)
        {
            var (first, end) = (part * trainer.Batch.Length / Shards, (part + 1) * trainer.Batch.Length / Shards);
            var chance = new RandomStream(trainer._options.Seed, "samples of a step", (ulong)step * Shards + (ulong)part);
            trainer._losses[part] = trainer.LearnRays(part, trainer.Batch[first..end], trainer.Batch.Length, chance);
        }
    }
}
