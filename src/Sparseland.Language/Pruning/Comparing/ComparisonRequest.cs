using Sparseland.Language.Checkpoints;
using Sparseland.Language.Evaluation;
using Sparseland.Language.Tokenizers;

namespace Sparseland.Language.Pruning.Comparing;

/// <summary>A rule that is set aside on purpose.</summary>
/// <param name="Code">Its code, such as SPL018.</param>
/// <param name="Reason">Why; it stands in the report.</param>
public sealed record Allowance(string Code, string Reason);

/// <summary>Everything that a comparison needs.</summary>
public sealed record ComparisonRequest
{
    /// <summary>The dense model.</summary>
    public required ICheckpoint Checkpoint { get; init; }

    /// <summary>Its tokenizer.</summary>
    public required ITokenizer Tokenizer { get; init; }

    /// <summary>The recipes to compare, under names that differ; baselines and references are added.</summary>
    public required IReadOnlyList<Contestant> Recipes { get; init; }

    /// <summary>Seeds; each gives calibration and evaluation of its own, the same for all contestants. Below three nothing is called better.</summary>
    public required IReadOnlyList<ulong> Seeds { get; init; }

    /// <summary>Calibration and evaluation of a seed; called once for each.</summary>
    public required Func<ulong, ComparisonData> Data { get; init; }

    /// <summary>What is held equal.</summary>
    public required ComparisonBudget Budget { get; init; }

    /// <summary>The folder to make. An interrupted comparison goes on in it; a finished one that is replaced gives its cells on.</summary>
    public required string Output { get; init; }

    /// <summary>Whether an existing output folder may be replaced.</summary>
    public bool Replace { get; init; }

    /// <summary>Dense models that were trained smaller, as references: folders or files with the same tokenizer.</summary>
    public IReadOnlyList<string> Smaller { get; init; } = [];

    /// <summary>How decoding is timed, beside the dense model in bfloat16; null measures no speed, which equal time needs.</summary>
    public DecodeBenchmarkOptions? Timing { get; init; } = new(PromptTokens: 0, DecodeTokens: 32, Rounds: 5) { WarmUpSeconds = 0.25, TimesProducts = false };

    /// <summary>Rules that are set aside.</summary>
    public IReadOnlyList<Allowance> Allowances { get; init; } = [];

    /// <summary>The time source for the cost of the search.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Writes what else belongs into the folder, before it takes its name; null for nothing.</summary>
    public Action<string, ComparisonResult>? Finish { get; init; }
}
