using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Progress;

namespace Sparseland.Space.LightFields;

/// <summary>How a method learns a scene: what all methods have in common, so that they can be compared.</summary>
public abstract record ViewTrainingOptions
{
    /// <summary>Steps of the optimiser, at least 1.</summary>
    public int Steps { get; init; } = 5000;

    /// <summary>Rays of a step, at least 8.</summary>
    public int BatchRays { get; init; } = 4096;

    /// <summary>Learning rate of the networks, above 0; it falls to a tenth at 60 % of the steps and again at 85 %.</summary>
    public float NetworkRate { get; init; } = 1e-3f;

    /// <summary>The seed of first weights and of the rays of every step.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Refuses figures that make no run.</summary>
    /// <exception cref="InvalidSettingException">A figure is out of range.</exception>
    public virtual void Validate()
    {
        if (Steps < 1 || BatchRays < 8 || !(NetworkRate > 0 && float.IsFinite(NetworkRate)))
            throw new InvalidSettingException($"{Steps} steps of {BatchRays} rays with a rate of {NetworkRate}: there must be at least 1 step of 8 rays, and a rate above 0");
    }
}

/// <summary>
/// A method while it learns a scene, step by step. A step's rays and all other chance follow from the seed and the step's number, and work is cut into shards that do not depend on threads: a run that was
/// interrupted and goes on from its checkpoint ends in the same bytes, on any number of threads.
/// </summary>
public abstract class ViewTrainer
{
    /// <summary>Into how many pieces the rays of a step are cut.</summary>
    private protected const int Shards = 8;

    private const string IdentityKey = "identity", StepKey = "step";
    private readonly ViewTrainingOptions _options;
    private readonly int[] _batch;
    private int[] _active;

    private protected ViewTrainer(RayTable rays, ViewTrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(rays);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        (Rays, _options) = (rays, options);
        _batch = new int[options.BatchRays];
        _active = [.. Enumerable.Range(0, rays.Count)];
    }

    /// <summary>What it learns, as it is now. Another object after voxels were given up.</summary>
    public abstract IViewModel Model { get; }

    /// <summary>Steps in all.</summary>
    public int Steps => _options.Steps;

    /// <summary>Steps made.</summary>
    public int StepCount { get; private set; }

    /// <summary>What is learned from.</summary>
    public RayTable Rays { get; }

    /// <summary>The rays of this step.</summary>
    private protected ReadOnlySpan<int> Batch => _batch;

    /// <summary>Makes one step.</summary>
    /// <returns>The mean loss of its rays.</returns>
    /// <exception cref="NumericalException">The loss is not finite.</exception>
    public double Step()
    {
        var chance = new RandomStream(_options.Seed, "rays of a step", (ulong)StepCount);
        foreach (ref var ray in _batch.AsSpan())
            ray = _active[chance.NextInt(_active.Length)];
        StepCount++;
        var progress = (double)StepCount / Steps;
        var loss = Learn(StepCount, progress <= 0.6 ? 1 : progress <= 0.85 ? 0.1f : 0.01f);
        return double.IsFinite(loss) ? loss : throw new NumericalException(string.Create(CultureInfo.InvariantCulture, $"the loss of step {StepCount} is {loss}; lower the learning rate"));
    }

    /// <summary>Makes all steps that are left, with checkpoints.</summary>
    /// <param name="checkpointPath">Read when it exists, written on the way; null for none.</param>
    /// <param name="checkpointEvery">Steps between checkpoints; the end and a cancelled run always write one.</param>
    /// <param name="progress">Told of every tenth step.</param>
    /// <param name="cancellation">Ends the run between two steps, after writing a checkpoint.</param>
    /// <exception cref="MismatchException">The checkpoint belongs to another run.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled; the checkpoint is written.</exception>
    public void Run(string? checkpointPath = null, int checkpointEvery = 1000, IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        if (checkpointPath is not null && File.Exists(checkpointPath))
            Restore(checkpointPath);
        while (StepCount < Steps)
        {
            if (cancellation.IsCancellationRequested && checkpointPath is not null)
                Save(checkpointPath);
            cancellation.ThrowIfCancellationRequested();
            var loss = Step();
            if (StepCount % 10 == 0 || StepCount == Steps)
                progress?.Report(new ProgressReport($"training {Model.Method}", StepCount, Steps, string.Create(CultureInfo.InvariantCulture, $"loss {loss:F4}")));
            if (checkpointPath is not null && (StepCount % checkpointEvery == 0 || StepCount == Steps))
                Save(checkpointPath);
        }
    }

    /// <summary>Writes everything that another process needs to go on.</summary>
    /// <exception cref="ResourceLimitException">The disk is full or the place may not be written.</exception>
    public void Save(string path)
    {
        var store = new ArrayStore();
        Store(store);
        store.Write(path, new Dictionary<string, string> { [IdentityKey] = Identity(), [StepKey] = StepCount.ToString(CultureInfo.InvariantCulture) });
    }

    /// <summary>Goes back to where a checkpoint was written.</summary>
    /// <exception cref="MismatchException">It belongs to another run.</exception>
    /// <exception cref="InvalidFileException">It is damaged.</exception>
    public void Restore(string path)
    {
        var store = ArrayStore.Open(path);
        if (store.Metadata.GetValueOrDefault(IdentityKey) != Identity())
            throw new MismatchException($"{path} belongs to other views or other options; delete it to start again, or give another folder");
        if (!int.TryParse(store.Metadata.GetValueOrDefault(StepKey), NumberStyles.None, CultureInfo.InvariantCulture, out var step) || step > Steps)
            throw store.Damaged("header", "the step's number is missing or too large");
        Restore(store);
        StepCount = step;
    }

    /// <summary>Which rays are drawn from; at first all.</summary>
    private protected void DrawFrom(int[] rays)
    {
        if (rays.Length == 0)
            throw new NumericalException("no ray meets a voxel: the views do not see the scene's cube, or all voxels were given up; look at the poses and the depth");
        _active = rays;
    }

    /// <summary>Makes the optimiser's step of every layer with the gradients that the shards summed up.</summary>
    private protected static void StepLayers(IReadOnlyList<DenseLayer> layers, DenseGradient[][] shards, int step, float rate)
    {
        var gradients = new DenseGradient[shards.Length];
        for (var layer = 0; layer < layers.Count; layer++)
        {
            for (var shard = 0; shard < shards.Length; shard++)
                gradients[shard] = shards[shard][layer];
            layers[layer].Step(gradients, step, rate);
        }
    }

    /// <summary>Learns from the batch.</summary>
    /// <param name="step">The step's number, from 1.</param>
    /// <param name="decay">What learning rates are multiplied with.</param>
    /// <returns>The mean loss.</returns>
    private protected abstract double Learn(int step, float decay);

    /// <summary>Lists all that changes while learning.</summary>
    private protected abstract void Store(ArrayStore store);

    /// <summary>Reads what <see cref="Store"/> listed.</summary>
    private protected abstract void Restore(ArrayStore store);

    // Options, and a check sum of what is learned from (FNV-1a over the bits).
    private string Identity()
    {
        var hash = 14695981039346656037UL;
        foreach (var value in MemoryMarshal.Cast<Vector3, uint>(Rays.Colours))
            hash = (hash ^ value) * 1099511628211UL;
        foreach (var value in MemoryMarshal.Cast<Vector3, uint>(Rays.Directions))
            hash = (hash ^ value) * 1099511628211UL;
        return string.Create(CultureInfo.InvariantCulture, $"{_options} {hash:x16}");
    }
}
