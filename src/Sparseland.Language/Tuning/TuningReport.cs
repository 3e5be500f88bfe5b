using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sparseland.Language.Tuning;

/// <summary>What fine-tuning did and what it took; tuning.json in the folder of a tuned model.</summary>
public sealed record TuningReport
{
    /// <summary>Its name in the folder.</summary>
    public const string FileName = "tuning.json";

    /// <summary>The method with its options.</summary>
    public required string Method { get; init; }

    /// <summary>The hash of the model that was tuned.</summary>
    public string BaseHash { get; init; } = "";

    /// <summary>Where the data came from.</summary>
    public required string Source { get; init; }

    /// <summary>A digest of the data.</summary>
    public required string DataHash { get; init; }

    /// <summary>Sequences that were learned.</summary>
    public required int Sequences { get; init; }

    /// <summary>Optimiser steps.</summary>
    public required long Steps { get; init; }

    /// <summary>Weights of the model.</summary>
    public required long Parameters { get; init; }

    /// <summary>Numbers that were trained.</summary>
    public required long TrainedParameters { get; init; }

    /// <summary>What they were.</summary>
    public required IReadOnlyList<TrainedPart> Trained { get; init; }

    /// <summary>Bytes of the gradients.</summary>
    public required long GradientBytes { get; init; }

    /// <summary>Bytes of the optimiser's state.</summary>
    public required long OptimiserBytes { get; init; }

    /// <summary>Bytes that the first step kept for its backward pass, exactly.</summary>
    public required long SavedBytes { get; init; }

    /// <summary>Tokens of that step, padding included.</summary>
    public required long SavedTokens { get; init; }

    /// <summary>Nats per learned token on held-out data before; null without held-out data.</summary>
    public double? HeldOutBefore { get; init; }

    /// <summary>The same afterwards.</summary>
    public double? HeldOutAfter { get; init; }

    /// <summary>The loss over the steps.</summary>
    public required IReadOnlyList<TuningPoint> Curve { get; init; }

    /// <summary>The report as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, TuningReportJson.Default.TuningReport);

    /// <summary>Reads a report.</summary>
    public static TuningReport Parse(string json) => JsonSerializer.Deserialize(json, TuningReportJson.Default.TuningReport) ?? throw new JsonException("the report is null");
}

/// <summary>A parameter that was trained.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Slice">"Rows" or "Columns" of it; empty for all.</param>
/// <param name="Shape">The extents of what was trained.</param>
public sealed record TrainedPart(string Name, string Slice, IReadOnlyList<int> Shape);

/// <summary>A point of the curve.</summary>
/// <param name="Step">Steps made.</param>
/// <param name="Loss">Mean loss since the point before.</param>
/// <param name="HeldOut">Loss on held-out data, where it was measured.</param>
public sealed record TuningPoint(long Step, double Loss, double? HeldOut);

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TuningReport))]
internal sealed partial class TuningReportJson : JsonSerializerContext;
