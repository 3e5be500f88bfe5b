using Sparseland.Language.Checkpoints;
using Sparseland.Language.Models;
using Sparseland.Language.Tokenizers;
using Sparseland.Recipes;

namespace Sparseland.Language.Pruning;

/// <summary>Measures a model; called for the dense model and for the result. The names must be the same both times.</summary>
/// <param name="model">The model.</param>
/// <param name="cancellation">To be heeded.</param>
public delegate IReadOnlyList<(string Name, double Value)> ModelMeasure(TransformerModel model, CancellationToken cancellation);

/// <summary>Everything that one pruning run needs.</summary>
public sealed record PruneRequest
{
    /// <summary>The dense model.</summary>
    public required ICheckpoint Checkpoint { get; init; }

    /// <summary>What is done to it.</summary>
    public required Recipe Recipe { get; init; }

    /// <summary>The folder to make.</summary>
    public required string Output { get; init; }

    /// <summary>The tokenizer that goes into the folder; null leaves it out.</summary>
    public ITokenizer? Tokenizer { get; init; }

    /// <summary>Calibration sequences; null only when no method of the recipe needs any.</summary>
    public CalibrationSet? Calibration { get; init; }

    /// <summary>The same model, pruned already: the update begins with its masks, and the recipe's score and sparsity decide none. Null where the score makes the masks.</summary>
    public ICheckpoint? MasksFrom { get; init; }

    /// <summary>Whether the kept weights of <see cref="MasksFrom"/> may differ from the dense ones; they then stay, and weights that come back have their dense values.</summary>
    public bool AllowsUpdated { get; init; }

    /// <summary>What a recovery learns from; the calibration sequences when null.</summary>
    public CalibrationSet? RecoveryText { get; init; }

    /// <summary>The model's name in report and card; the file's or folder's own name when null.</summary>
    public string? ModelName { get; init; }

    /// <summary>Whether an existing output folder may be replaced.</summary>
    public bool Replace { get; init; }

    /// <summary>Where statistics of dense models are kept between runs; null keeps none.</summary>
    public string? StatisticsFolder { get; init; }

    /// <summary>Hidden states beyond this many bytes lie in a mapped work file.</summary>
    public long HiddenStateBudget { get; init; } = 1L << 30;

    /// <summary>For allocations whose options limit their time; null where nothing may depend on time, and such an option is refused.</summary>
    public TimeProvider? Clock { get; init; }

    /// <summary>Measures model and result for the report; null measures nothing.</summary>
    public ModelMeasure? Measure { get; init; }
}

/// <summary>What a run ended with.</summary>
/// <param name="Report">What is in report.json.</param>
/// <param name="Folder">The finished folder.</param>
/// <param name="ResumedBlocks">Blocks that an earlier, interrupted run had done; 0 for structured patterns, which go on from layers and generations.</param>
/// <param name="EstimatedBytes">The memory that was announced beforehand.</param>
/// <param name="PeakBytes">The most memory the process has had; what else it did before counts too.</param>
public sealed record PruneResult(PruneReport Report, string Folder, int ResumedBlocks, long EstimatedBytes, long PeakBytes);
