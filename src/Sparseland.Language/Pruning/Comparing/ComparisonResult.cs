using System.Text.Json;

namespace Sparseland.Language.Pruning.Comparing;

/// <summary>A value over seeds.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="Deviation">The standard deviation of the sample (n − 1); 0 for one seed.</param>
public sealed record Spread(double Mean, double Deviation)
{
    /// <summary>Of some values.</summary>
    public static Spread Of(IReadOnlyList<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var mean = values.Average();
        return new(mean, values.Count < 2 ? 0 : Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1)));
    }
}

/// <summary>A contestant at a budget, over all seeds.</summary>
public sealed record ComparisonRow
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Why it takes part.</summary>
    public required ContestantKind Kind { get; init; }

    /// <summary>The budget; null for a reference.</summary>
    public double? Target { get; init; }

    /// <summary>Whether it is at the budget; a reference: whether it is within it at the largest budget.</summary>
    public required bool MeetsBudget { get; init; }

    /// <summary>Achieved sparsity, mean over the seeds.</summary>
    public required double Sparsity { get; init; }

    /// <summary>Bytes as stored, mean over the seeds.</summary>
    public required double Bytes { get; init; }

    /// <summary>Perplexity.</summary>
    public required Spread Perplexity { get; init; }

    /// <summary>Nats per token, seed by seed.</summary>
    public required IReadOnlyList<double> NatsPerToken { get; init; }

    /// <summary>Decoded tokens per second, median of the seeds; 0 when not timed.</summary>
    public double TokensPerSecond { get; init; }

    /// <summary>Decoding speed over dense bf16.</summary>
    public required Spread SpeedRatio { get; init; }

    /// <summary>The layouts that packed matrices ran in for the timing.</summary>
    public string RunsAs { get; init; } = "";

    /// <summary>Calibration tokens that the methods looked at, for one seed.</summary>
    public long CalibrationTokens { get; init; }

    /// <summary>Tokens of fine-tuning, for one seed.</summary>
    public long TrainingTokens { get; init; }

    /// <summary>Seconds of finding the size, pruning and fine-tuning, mean over the seeds.</summary>
    public double SearchSeconds { get; init; }

    /// <summary>Whether nothing else here costs at most as much and has a lower mean perplexity.</summary>
    public bool IsOnFront { get; init; }

    /// <summary>Codes of what must be known, each once.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>Two contestants at one budget, side by side.</summary>
/// <param name="Target">The budget.</param>
/// <param name="First">The first, a recipe.</param>
/// <param name="Second">The other: a recipe, a baseline, or a reference of at most as many bytes.</param>
/// <param name="Difference">First minus second.</param>
public sealed record ComparisonPair(double Target, string First, string Second, PairedDifference Difference);

/// <summary>What a comparison found: comparison.json in its folder.</summary>
public sealed record ComparisonResult
{
    /// <summary>The file's name.</summary>
    public const string FileName = "comparison.json";

    /// <summary>The version of this form.</summary>
    public int Version { get; init; } = 1;

    /// <summary>The model, by name.</summary>
    public required string Model { get; init; }

    /// <summary>What is held equal.</summary>
    public required ComparisonBudget Budget { get; init; }

    /// <summary>The seeds.</summary>
    public required IReadOnlyList<ulong> Seeds { get; init; }

    /// <summary>Where calibration came from, with its extent.</summary>
    public required string Calibration { get; init; }

    /// <summary>Evaluation text and protocol.</summary>
    public required string Evaluation { get; init; }

    /// <summary>The table, by budget and perplexity; references last.</summary>
    public required IReadOnlyList<ComparisonRow> Rows { get; init; }

    /// <summary>Recipes beside what stands at the same budget.</summary>
    public required IReadOnlyList<ComparisonPair> Pairs { get; init; }

    /// <summary>Broken rules that were set aside, and what else weakens the comparison.</summary>
    public required IReadOnlyList<PruneWarning> Flags { get; init; }

    /// <summary>What may be said, in sentences; nothing is called better that is not separated.</summary>
    public required IReadOnlyList<string> Conclusions { get; init; }

    /// <summary>The result as indented JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ComparisonJson.Default.ComparisonResult);
}
