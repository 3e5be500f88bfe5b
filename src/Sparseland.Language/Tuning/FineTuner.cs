using Sparseland.Errors;
using Sparseland.Files;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Tokenizers;
using Sparseland.Language.Training;
using Sparseland.Learning.Optimisers;
using Sparseland.Learning.Training;
using Sparseland.Progress;

namespace Sparseland.Language.Tuning;

/// <summary>One call of <see cref="FineTuner.Tune"/>.</summary>
public sealed record TuningRequest
{
    /// <summary>The model.</summary>
    public required Checkpoint Checkpoint { get; init; }

    /// <summary>How it is tuned.</summary>
    public required TuningSettings Settings { get; init; }

    /// <summary>What it learns.</summary>
    public required TuningData Data { get; init; }

    /// <summary>A name that ends in .safetensors for an adapter alone, any other for a model folder with the adapter fused in and beside it.</summary>
    public required string Output { get; init; }

    /// <summary>The tokenizer that goes into the folder.</summary>
    public ITokenizer? Tokenizer { get; init; }

    /// <summary>Whether an existing output may be replaced.</summary>
    public bool Replace { get; init; }
}

/// <summary>
/// Fine-tunes a model with any method of <see cref="TuningMethods"/> on one trainer: same data, same order, same optimiser. Killed at any moment and called again
/// with the same arguments it goes on from its last checkpoint and ends in the same bytes.
/// </summary>
public static class FineTuner
{
    /// <summary>The adapter in a tuned model's folder.</summary>
    public const string AdapterFile = "adapter.safetensors";

    private const string StateFile = "tuning-state.safetensors";
    private const string StateSuffix = ".state";

    /// <summary>Loads a model as a network and lets a method decide what of it is trained: for own training loops.</summary>
    /// <param name="checkpoint">The model.</param>
    /// <param name="settings">Method and seed; the rest is the loop's.</param>
    /// <param name="data">What it will be trained on; null where the method does not look at it.</param>
    /// <param name="cancellation">Heeded while data is looked at.</param>
    public static PreparedTuning Prepare(ICheckpoint checkpoint, TuningSettings settings, TuningData? data, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        ArgumentNullException.ThrowIfNull(settings);
        settings.Validate();
        var method = TuningMethods.All.Create(settings.Method);
        return method.Prepare(new TuningProblem(checkpoint, TransformerNetwork<float>.Load(checkpoint), data, settings.Seed), cancellation);
    }

    /// <summary>Trains what is prepared.</summary>
    /// <param name="prepared">The network.</param>
    /// <param name="settings">How.</param>
    /// <param name="data">What it learns; a share is held out first.</param>
    /// <param name="identity">What makes this run this one, beside settings and data: the model's hash.</param>
    /// <param name="checkpointPath">Where the run stands between steps; null for a run that is not resumed.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellation">Ends the run between two steps, after writing the checkpoint.</param>
    public static TuningReport Train(PreparedTuning prepared, TuningSettings settings, TuningData data, string identity = "", string? checkpointPath = null,
        IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(prepared);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(data);
        settings.Validate();
        var (trained, heldOut) = data.Split(settings.HeldOut, settings.Seed);
        var steps = settings.StepsFor(trained.Sequences.Count);
        var task = new TuningTask(prepared, trained, heldOut, settings.Batch, settings.Seed, $"tuning {settings.Identity(steps)} {data.Hash} {identity}");
        var (savedBytes, savedTokens) = task.MeasureSaved();
        var before = heldOut is null ? (double?)null : task.MeanLoss(heldOut, cancellation);
        var optimiser = new AdamW<float>(prepared.Parameters, settings.ToOptimiser());
        var result = new TrainingLoop<float>(task, optimiser, settings.ToTraining(steps)).Run(checkpointPath, progress, cancellation);
        return new TuningReport
        {
            Method = settings.Method.ToString(),
            Steps = result.Steps,
            Sequences = trained.Sequences.Count,
            Source = data.Source,
            DataHash = data.Hash,
            Parameters = prepared.Network.Parameters.Sum(parameter => parameter.Value.Length),
            TrainedParameters = prepared.TrainedCount,
            Trained = [.. prepared.Parameters.Select(parameter => new TrainedPart(parameter.Name, parameter.Slice?.Kind.ToString() ?? "", parameter.TrainedShape.ToArray()))],
            GradientBytes = prepared.TrainedCount * sizeof(float),
            OptimiserBytes = optimiser.State.Sum(state => state.Value.Length) * sizeof(float),
            SavedBytes = savedBytes,
            SavedTokens = savedTokens,
            HeldOutBefore = before,
            HeldOutAfter = heldOut is null ? null : result.Curve[^1].Figures["held-out loss"],
            Curve = [.. result.Curve.Select(point => new TuningPoint(point.Step, point.Loss, point.Figures.TryGetValue("held-out loss", out var loss) ? loss : null))],
        };
    }

    /// <summary>Tunes a model on disk and writes the result.</summary>
    /// <param name="request">Model, settings, data and output.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellation">Ends the run between two steps; the same call goes on from there.</param>
    /// <exception cref="SparselandException">A setting does not fit, the loss is not finite, or the disk is full. The output then is as it was.</exception>
    public static TuningReport Tune(TuningRequest request, IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.Settings.Validate();
        var alone = request.Output.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase);
        if (alone && !TuningMethods.All.Create(request.Settings.Method).MakesAdapters)
            throw new InvalidSettingException($"{request.Settings.Method.Name} changes every weight and leaves no adapter: give a folder instead of {request.Output}");
        return alone ? TuneAdapter(request, progress, cancellation) : TuneModel(request, progress, cancellation);
    }

    private static TuningReport TuneAdapter(TuningRequest request, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        if (!request.Replace && File.Exists(request.Output))
            throw new InvalidSettingException($"{request.Output} exists already: choose another output, or ask for it to be replaced");
        var hash = ModelHash.Of(request.Checkpoint, cancellation);
        var prepared = Prepare(request.Checkpoint, request.Settings, request.Data, cancellation);
        var report = Train(prepared, request.Settings, request.Data, hash, request.Output + StateSuffix, progress, cancellation) with { BaseHash = hash };
        prepared.Extract(hash)!.Save(request.Output);
        File.Delete(request.Output + StateSuffix);
        return report;
    }

    private static TuningReport TuneModel(TuningRequest request, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        using var folder = AtomicFolder.Create(request.Output, request.Replace, resume: true);
        var state = Path.Combine(folder.WorkFolder, StateFile);
        folder.KeepUnfinished = folder.Resumed;
        var hash = ModelHash.Of(request.Checkpoint, cancellation);
        var prepared = Prepare(request.Checkpoint, request.Settings, request.Data, cancellation);
        try
        {
            var report = Train(prepared, request.Settings, request.Data, hash, state, progress, cancellation) with { BaseHash = hash };
            var adapter = prepared.Extract(hash);
            TunedFolder.WriteModel(folder.WorkFolder, request.Checkpoint, prepared.ToCheckpoint(request.Checkpoint), adapter is null ? null : new FusedAdapters(hash, [adapter]), request.Tokenizer, progress, cancellation);
            adapter?.Save(Path.Combine(folder.WorkFolder, AdapterFile));
            TunedFolder.WriteReport(folder.WorkFolder, request.Checkpoint, report);
            File.Delete(state);
            folder.Commit();
            return report;
        }
        catch (OperationCanceledException)
        {
            folder.KeepUnfinished = File.Exists(state);
            throw;
        }
    }
}
