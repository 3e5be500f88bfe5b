using Sparseland.Language.Checkpoints;
using Sparseland.Language.Evaluation;
using Sparseland.Language.Models;
using Sparseland.Progress;
using Sparseland.Tensors;

namespace Sparseland.Language.Pruning.Comparing;

/// <summary>Makes and measures one model after the other, each by the same calls as <c>prune</c>: the folder it would leave is written, read again, evaluated and timed, and deleted.</summary>
internal sealed class CellRunner
{
    /// <summary>The folder of the model that is being made, in the work folder.</summary>
    public const string ModelName = "model";

    private readonly ComparisonRequest _request;
    private readonly string _folder;
    private readonly TransformerModel _dense;
    private readonly TransformerModel _bfloat16;
    private readonly PriceSpeed _speed;

    /// <param name="request">The comparison.</param>
    /// <param name="work">Its work folder.</param>
    /// <param name="cancellation">Heeded while the dense model is read.</param>
    public CellRunner(ComparisonRequest request, string work, CancellationToken cancellation)
    {
        (_request, _folder) = (request, Path.Combine(work, ModelName));
        _dense = TransformerModel.Load(request.Checkpoint, null, cancellation);
        _bfloat16 = ModelLayouts.ToDense(_dense, Layouts.ElementType.BFloat16);
        _speed = new PriceSpeed(request.Timing, _bfloat16);
    }

    /// <summary>Runs a recipe at a sparsity.</summary>
    /// <param name="contestant">The contestant.</param>
    /// <param name="sparsity">The sparsity; without meaning for a pattern that has its own.</param>
    /// <param name="data">Calibration and evaluation.</param>
    /// <param name="progress">Told by the pruning.</param>
    /// <param name="cancellation">Heeded inside.</param>
    public ComparisonCell Prune(Contestant contestant, double sparsity, ComparisonData data, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        var recipe = contestant.Recipe! with { Sparsity = sparsity, Seed = data.Seed };
        var started = _request.Clock.GetTimestamp();
        var report = ModelPruner.Prune(new PruneRequest { Checkpoint = _request.Checkpoint, Recipe = recipe, Output = _folder, Calibration = data.Calibration, Replace = true }, progress, cancellation).Report;
        var seconds = _request.Clock.GetElapsedTime(started).TotalSeconds;
        var calibrates = ModelPruner.NeedsCalibration(recipe);
        try
        {
            using var pruned = Checkpoint.Open(_folder);
            var cell = Measure(contestant, data, TransformerModel.Load(pruned, null, cancellation), report.BytesAfter, cancellation);
            return cell with
            {
                Recipe = report.Recipe,
                Sparsity = report.Sparsity,
                CalibrationHash = calibrates ? report.CalibrationHash : null,
                CalibrationTokens = calibrates ? (long)data.Calibration.Count * data.Calibration.Length : 0,
                TrainingTokens = recipe.Recovery is { } recovery ? (long)recovery.Steps * recovery.Batch * data.Calibration.Length : 0,
                SearchSeconds = seconds,
                Warnings = [.. report.Warnings.Select(warning => warning.Code).Distinct().Order(StringComparer.Ordinal)],
            };
        }
        finally
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    /// <summary>Measures a dense model.</summary>
    /// <param name="contestant">The reference.</param>
    /// <param name="data">Evaluation.</param>
    /// <param name="cancellation">Heeded inside.</param>
    public ComparisonCell Reference(Contestant contestant, ComparisonData data, CancellationToken cancellation)
    {
        if (contestant.Element is { } element)
        {
            var model = element == Layouts.ElementType.BFloat16 ? _bfloat16 : ModelLayouts.ToDense(_dense, element);
            var bytes = _request.Checkpoint.Tensors.Sum(tensor => tensor.Shape.Rank == 2
                ? Layouts.DenseMatrix.BytesFor(ModelLayouts.Fitting(element, tensor.Shape.Columns), tensor.Shape.Rows, tensor.Shape.Columns)
                : tensor.ByteCount);
            return Measure(contestant, data, model, bytes, cancellation);
        }
        using var checkpoint = Checkpoint.Open(contestant.Path!);
        return Measure(contestant, data, TransformerModel.Load(checkpoint, null, cancellation), checkpoint.Tensors.Sum(tensor => tensor.ByteCount), cancellation);
    }

    private ComparisonCell Measure(Contestant contestant, ComparisonData data, TransformerModel model, long bytes, CancellationToken cancellation)
    {
        var evaluation = data.Evaluation;
        var loss = Perplexity.Measure(model, _request.Tokenizer, evaluation.Texts, evaluation.Protocol, null, cancellation).Total;
        var timed = _speed.Complete(new PriceRow(contestant.Name, contestant.Recipe, 0, bytes), model, cancellation);
        MemoryRelief.After(bytes);
        return new ComparisonCell
        {
            Name = contestant.Name,
            Kind = contestant.Kind,
            Seed = data.Seed,
            Bytes = bytes,
            NatsPerToken = loss.NatsPerToken,
            Tokens = loss.Tokens,
            EvaluationHash = data.EvaluationHash,
            TokensPerSecond = timed.TokensPerSecond,
            SpeedRatio = timed.SpeedRatio,
            RunsAs = timed.RunsAs,
        };
    }
}
