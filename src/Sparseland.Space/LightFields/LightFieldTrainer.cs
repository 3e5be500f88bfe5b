using System.Numerics;
using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Learning.Optimisers;
using Sparseland.Threads;
using Sparseland.Trees.Keys;

namespace Sparseland.Space.LightFields;

/// <summary>
/// Learns a <see cref="SparseLightField"/>: squared colour error, cross-entropy of opacities at the known surface, the expected distance, and a pull of the features towards zero; Adam with rare rows for
/// the features. Voxels that hardly add to any training ray are given up on the way.
/// </summary>
public sealed class LightFieldTrainer : ViewTrainer
{
    private readonly LightFieldTrainingOptions _options;
    private SparseLightField _field;
    private RaySegments _segments;
    private RowAdam _fineAdam, _coarseAdam;
    private RowGradients _fineGradients, _coarseGradients;
    private readonly LightFieldShard[] _shards;
    private readonly DenseGradient[][] _layerGradients;
    private int[]? _maximalWeights;

    private LightFieldTrainer(SparseLightField field, RayTable rays, LightFieldTrainingOptions options) : base(rays, options)
    {
        (_options, _field) = (options, field);
        var width = field.Options.FeatureWidth;
        _fineAdam = new RowAdam(field.Lattice.Fine.Count, width);
        _coarseAdam = new RowAdam(field.Lattice.Coarse?.Count ?? 0, width);
        _shards = [.. Enumerable.Range(0, Shards).Select(shard => new LightFieldShard(shard, field.Network, field.Options.VoxelsPerRay, options))];
        _layerGradients = [.. _shards.Select(shard => shard.Gradients)];
        (_segments, _fineGradients, _coarseGradients) = Prepare();
    }

    /// <inheritdoc/>
    public override IViewModel Model => _field;

    /// <summary>The light field as it is now.</summary>
    public SparseLightField Field => _field;

    /// <summary>
    /// Begins with the voxels that the views' depth hits, or, where they have none, with those that their masks do not exclude.
    /// </summary>
    /// <param name="rays">What is learned from.</param>
    /// <param name="shape">What the light field is made of.</param>
    /// <param name="options">How it is learned.</param>
    /// <param name="warnings">Told when there is no depth.</param>
    /// <param name="cancellation">Looked at while masks are carved.</param>
    /// <exception cref="InvalidSettingException">An option is out of range, or the views see nothing.</exception>
    /// <exception cref="UnsupportedException">The views have neither depth nor opacity.</exception>
    public static LightFieldTrainer Begin(RayTable rays, LightFieldOptions shape, LightFieldTrainingOptions options, ICollection<string>? warnings = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(rays);
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(options);
        shape.Validate();
        options.Validate();
        var (codes, cube) = FindVoxels(rays, shape, warnings, cancellation);
        if (codes.Length == 0)
            throw new InvalidSettingException($"no voxel of level {shape.Level} has {shape.MinimumHits} hits; ask for fewer hits or a lower level");
        return new(new SparseLightField(codes, cube, shape, rays.Background, new RandomStream(options.Seed, "light field")), rays, options);
    }

    /// <summary>The loss of the rays of a step at the values as they are, and its gradient by them, without a step: for checks.</summary>
    internal (double Loss, float[] Fine, float[] Coarse, DenseGradient[] Dense) Gradient(int[] batch)
    {
        WorkerPool.Run(Shards, new ShardWork(this, batch));
        var dense = _shards[0].Gradients;
        foreach (var shard in _shards[1..])
            for (var layer = 0; layer < dense.Length; layer++)
            {
                TensorPrimitives.Add(dense[layer].Weights.Span, shard.Gradients[layer].Weights.Span, dense[layer].Weights.Span);
                TensorPrimitives.Add(dense[layer].Bias, shard.Gradients[layer].Bias, dense[layer].Bias);
            }
        return (_shards.Sum(shard => shard.Loss), _fineGradients.Sum(), _coarseGradients.Sum(), dense);
    }

    private protected override double Learn(int step, float decay)
    {
        WorkerPool.Run(Shards, new ShardWork(this, null));
        StepLayers(_field.Network.Layers, _layerGradients, step, decay * _options.NetworkRate);
        _fineGradients.Step(_field.Fine, _fineAdam, step, decay * _options.FeatureRate);
        _coarseGradients.Step(_field.Coarse, _coarseAdam, step, decay * _options.FeatureRate);
        var loss = _shards.Sum(shard => shard.Loss);
        if (Array.IndexOf(_options.PruneSteps, step) >= 0 && !_field.Options.Uniform)
            GiveUpVoxels();
        return loss;
    }

    private protected override void Store(ArrayStore store)
    {
        _field.Store(store);
        foreach (var layer in _field.Network.Layers)
            layer.Store(store, withState: true);
        store.Add("features.fine.adam", _fineAdam);
        store.Add("features.coarse.adam", _coarseAdam);
    }

    private protected override void Restore(ArrayStore store)
    {
        _field = _field.Keep(KnownCodes(store));
        var width = _field.Options.FeatureWidth;
        _fineAdam = new RowAdam(_field.Lattice.Fine.Count, width);
        _coarseAdam = new RowAdam(_field.Lattice.Coarse?.Count ?? 0, width);
        _field.ReadFeatures(store);
        foreach (var layer in _field.Network.Layers)
            layer.Restore(store, withState: true);
        store.Read("features.fine.adam", _fineAdam);
        store.Read("features.coarse.adam", _coarseAdam);
        (_segments, _fineGradients, _coarseGradients) = Prepare();
    }

    private static (ulong[] Codes, Cube Cube) FindVoxels(RayTable rays, LightFieldOptions shape, ICollection<string>? warnings, CancellationToken cancellation)
    {
        if (rays.HasDepth)
        {
            var hits = rays.Hits();
            var around = OccupiedVoxels.CubeAround(Box3.Around(hits));
            return (shape.Uniform ? OccupiedVoxels.All(shape.Level) : OccupiedVoxels.FromHits(hits, around, shape.Level, shape.MinimumHits, shape.Dilation), around);
        }
        warnings?.Add("the views have no depth: the octree is the visual hull of their masks, which fills hollows; learning takes longer and surfaces are less sharp");
        var hull = new VisualHull(rays.Views);
        var cube = hull.FindCube();
        return (shape.Uniform ? OccupiedVoxels.All(shape.Level) : hull.Carve(cube, shape.Level, cancellation), cube);
    }

    // A checkpoint's voxels are some of those that the run began with.
    private ulong[] KnownCodes(ArrayStore store)
    {
        var codes = SparseLightField.ReadCodes(store, _field.Options);
        foreach (var code in codes)
            if (Array.BinarySearch(_field.Lattice.Codes, code) < 0)
                throw store.Damaged("voxels", $"the voxel {code} is not one of the scene's");
        return codes;
    }

    private (RaySegments, RowGradients, RowGradients) Prepare()
    {
        var segments = new RaySegments(_field, Rays, _options.DepthSupervision && Rays.HasDepth);
        DrawFrom(segments.Active);
        var width = _field.Options.FeatureWidth;
        return (segments, new RowGradients(_field.Lattice.Fine.Count, width, Shards), new RowGradients(_field.Lattice.Coarse?.Count ?? 0, width, Shards));
    }

    private void GiveUpVoxels()
    {
        _maximalWeights = new int[_field.VoxelCount];
        WorkerPool.Run(Shards, new WeighWork(this));
        var codes = _field.Lattice.Codes.Where((_, leaf) => BitConverter.Int32BitsToSingle(_maximalWeights[leaf]) >= _options.PruneBelow).ToArray();
        if (codes.Length == 0)
            throw new NumericalException($"every voxel's weight is below {_options.PruneBelow} in all rays; lower the bound, or give up voxels later");
        var smaller = _field.Keep(codes);
        _fineAdam = _fineAdam.Gather(_field.Lattice.Fine.RowsOf(smaller.Lattice.Fine));
        if (smaller.Lattice.Coarse is { } coarse)
            _coarseAdam = _coarseAdam.Gather(_field.Lattice.Coarse!.RowsOf(coarse));
        _field = smaller;
        (_segments, _fineGradients, _coarseGradients) = Prepare();
    }

    private readonly struct ShardWork(LightFieldTrainer trainer, int[]? batch) : IParallelWork
    {
        public void Run(int part)
        {
            var rays = batch is null ? trainer.Batch : batch;
            var (first, end) = (part * rays.Length / Shards, (part + 1) * rays.Length / Shards);
            trainer._shards[part].Learn(trainer._field, trainer.Rays, trainer._segments, rays[first..end], rays.Length, trainer._fineGradients, trainer._coarseGradients);
        }
    }

    private readonly struct WeighWork(LightFieldTrainer trainer) : IParallelWork
    {
        public void Run(int part)
        {
            var rays = trainer._segments.Active;
            var (first, end) = ((int)((long)part * rays.Length / Shards), (int)((long)(part + 1) * rays.Length / Shards));
            trainer._shards[part].Weigh(trainer._field, trainer.Rays, trainer._segments, rays.AsSpan(first, end - first), trainer._maximalWeights!);
        }
    }
}
