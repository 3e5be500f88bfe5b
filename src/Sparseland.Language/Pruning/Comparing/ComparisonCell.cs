using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sparseland.Language.Pruning.Comparing;

/// <summary>One measurement: a contestant at a budget under a seed, with everything that makes it comparable.</summary>
public sealed record ComparisonCell
{
    /// <summary>The contestant's name.</summary>
    public required string Name { get; init; }

    /// <summary>Why it takes part.</summary>
    public required ContestantKind Kind { get; init; }

    /// <summary>The budget; null for a reference, which has a size of its own.</summary>
    public double? Target { get; init; }

    /// <summary>The seed.</summary>
    public required ulong Seed { get; init; }

    /// <summary>The recipe as it was run, its sparsity solved; null for a reference.</summary>
    public JsonElement? Recipe { get; init; }

    /// <summary>Fraction of the prunable weights that is not stored; for a product of factors the fraction of the dense bytes that is saved.</summary>
    public double Sparsity { get; init; }

    /// <summary>Bytes of all tensors as stored, index included.</summary>
    public required long Bytes { get; init; }

    /// <summary>Mean of −ln p over the scored tokens.</summary>
    public required double NatsPerToken { get; init; }

    /// <summary>Scored tokens.</summary>
    public required long Tokens { get; init; }

    /// <summary>Digest of the evaluation texts and their protocol.</summary>
    public required string EvaluationHash { get; init; }

    /// <summary>Digest of the calibration tokens; null where no method looked at any.</summary>
    public string? CalibrationHash { get; init; }

    /// <summary>Calibration tokens that the methods looked at.</summary>
    public long CalibrationTokens { get; init; }

    /// <summary>Tokens that fine-tuning afterwards saw.</summary>
    public long TrainingTokens { get; init; }

    /// <summary>Seconds that finding the size, pruning and fine-tuning took.</summary>
    public double SearchSeconds { get; init; }

    /// <summary>Decoded tokens per second; 0 when not timed.</summary>
    public double TokensPerSecond { get; init; }

    /// <summary>Decoding speed over the dense model's in bfloat16, in the same rounds; 0 when not timed.</summary>
    public double SpeedRatio { get; init; }

    /// <summary>The layouts that packed matrices ran in for the timing.</summary>
    public string RunsAs { get; init; } = "";

    /// <summary>Codes of the pruning report's warnings, each once.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>e to the mean loss.</summary>
    [JsonIgnore]
    public double Perplexity => Math.Exp(NatsPerToken);
}
