using System.Text.Json;
using System.Text.Json.Serialization;
using Sparseland.Language.Pruning.Structures;
using Sparseland.Recipes;

namespace Sparseland.Language.Pruning;

/// <summary>A warning with a stable code, for reports that tools read.</summary>
/// <param name="Code">SPL001 and so on.</param>
/// <param name="Subject">The tensor or the run it is about.</param>
/// <param name="Text">What was found, in a sentence.</param>
public sealed record PruneWarning(string Code, string Subject, string Text);

/// <summary>A named figure, such as a perplexity.</summary>
/// <param name="Name">What it is, with its unit or protocol.</param>
/// <param name="Before">Of the dense model; null when it was not measured.</param>
/// <param name="After">Of the result.</param>
public sealed record ReportFigure(string Name, double? Before, double After);

/// <summary>What became of one matrix.</summary>
public sealed record LayerReport
{
    /// <summary>The tensor.</summary>
    public required string Name { get; init; }

    /// <summary>The transformer block.</summary>
    public required int Block { get; init; }

    /// <summary>Outputs.</summary>
    public required int Rows { get; init; }

    /// <summary>Inputs.</summary>
    public required int Columns { get; init; }

    /// <summary>The pattern, or "dense".</summary>
    public required string Pattern { get; init; }

    /// <summary>The sparsity asked for.</summary>
    public required double Requested { get; init; }

    /// <summary>The fraction of entries that are not kept; for a product of factors the fraction of the dense bytes of the same value type that is saved.</summary>
    public required double Achieved { get; init; }

    /// <summary>The layout it is stored in.</summary>
    public required string Layout { get; init; }

    /// <summary>Bytes stored, index included.</summary>
    public required long Bytes { get; init; }

    /// <summary>The update's own estimate of the added squared output error per sequence, or null.</summary>
    public double? EstimatedLoss { get; init; }

    /// <summary>‖X(W − Ŵ)ᵀ‖² / ‖XWᵀ‖² on the calibration inputs, where XᵀX was gathered.</summary>
    public double? OutputError { get; init; }

    /// <summary>Rows of which nothing is kept.</summary>
    public int EmptyRows { get; init; }

    /// <summary>Columns of which nothing is kept.</summary>
    public int EmptyColumns { get; init; }

    /// <summary>What else must be known.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>A figure per block that the allocation wanted reported.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Values">One per block.</param>
public sealed record BlockFigure(string Name, IReadOnlyList<double> Values);

/// <summary>How many structures a layer kept.</summary>
/// <param name="Name">The layer, such as "model.layers.0.mlp".</param>
/// <param name="Block">The transformer block.</param>
/// <param name="Before">Structures before.</param>
/// <param name="Kept">Structures that stayed.</param>
/// <param name="Requested">The fraction that was to go, before widths were rounded.</param>
public sealed record StructureReport(string Name, int Block, int Before, int Kept, double Requested);

/// <summary>What structured pruning removed, counted over all parameters.</summary>
/// <param name="Before">Parameters of the model.</param>
/// <param name="After">Parameters of the result, biases that were added included.</param>
/// <param name="Layers">What every layer kept.</param>
public sealed record StructuresReport(ParameterCount Before, ParameterCount After, IReadOnlyList<StructureReport> Layers)
{
    /// <summary>Fraction of the feed-forward layers' parameters that is gone.</summary>
    public double FeedForwardRatio => 1 - (double)After.FeedForward / Before.FeedForward;

    /// <summary>Fraction of the attention's parameters that is gone.</summary>
    public double AttentionRatio => 1 - (double)After.Attention / Before.Attention;

    /// <summary>Fraction of all parameters that is gone: the ratio by which the whole model became smaller.</summary>
    public double ModelRatio => 1 - (double)After.Total / Before.Total;
}

/// <summary>Everything that is to be said about a pruned model: report.json in its folder. It holds nothing that differs between two runs of the same recipe.</summary>
public sealed record PruneReport
{
    /// <summary>The file's name.</summary>
    public const string FileName = "report.json";

    /// <summary>The version of this form.</summary>
    public int Version { get; init; } = 1;

    /// <summary>The model that was pruned, by name.</summary>
    public required string Model { get; init; }

    /// <summary>The recipe, as stored in recipe.json.</summary>
    public required JsonElement Recipe { get; init; }

    /// <summary>The pruned model whose masks were the first ones; null where the recipe's score made them.</summary>
    public string? MasksFrom { get; init; }

    /// <summary>Where calibration text came from; null when none was needed.</summary>
    public string? CalibrationSource { get; init; }

    /// <summary>Calibration sequences.</summary>
    public int CalibrationSequences { get; init; }

    /// <summary>Tokens of each.</summary>
    public int CalibrationLength { get; init; }

    /// <summary>Digest of the calibration tokens.</summary>
    public string? CalibrationHash { get; init; }

    /// <summary>All weights of the model.</summary>
    public required long Parameters { get; init; }

    /// <summary>Weights of the linear layers inside the blocks: the set over which sparsity is counted.</summary>
    public required long PrunableParameters { get; init; }

    /// <summary>Kept weights among them.</summary>
    public required long KeptParameters { get; init; }

    /// <summary>Bytes of all tensors before.</summary>
    public required long BytesBefore { get; init; }

    /// <summary>Bytes of all tensors after, index included.</summary>
    public required long BytesAfter { get; init; }

    /// <summary>Fraction of the prunable weights that is not kept.</summary>
    public double Sparsity => PrunableParameters == 0 ? 0 : 1 - (double)KeptParameters / PrunableParameters;

    /// <summary>Fraction of all weights that is not kept.</summary>
    public double SparsityOfAll => Parameters == 0 ? 0 : (double)(PrunableParameters - KeptParameters) / Parameters;

    /// <summary>Figures before and after, such as perplexity under a named protocol.</summary>
    public IReadOnlyList<ReportFigure> Figures { get; init; } = [];

    /// <summary>What the allocation saw per block.</summary>
    public IReadOnlyList<BlockFigure> Blocks { get; init; } = [];

    /// <summary>How the allocation came about, in sentences.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>What became of neurons and heads; null where the pattern removes single weights.</summary>
    public StructuresReport? Structures { get; init; }

    /// <summary>The curve of the recovery, if there was one.</summary>
    public IReadOnlyList<RecoveryPoint> Recovery { get; init; } = [];

    /// <summary>Warnings by code.</summary>
    public IReadOnlyList<PruneWarning> Warnings { get; init; } = [];

    /// <summary>Every prunable matrix.</summary>
    public required IReadOnlyList<LayerReport> Layers { get; init; }

    /// <summary>The report as indented JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, PruneReportJson.Default.PruneReport);

    /// <summary>Reads a report.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="Errors.InvalidFileException">It is missing or no report.</exception>
    public static PruneReport Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(path), PruneReportJson.Default.PruneReport)
                ?? throw new Errors.InvalidFileException(path, "", "it is null", "prune the model again");
        }
        catch (Exception fault) when (fault is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new Errors.InvalidFileException(path, "", $"no report of a pruned model ({fault.Message})", "prune the model again", fault);
        }
    }
}

/// <summary>A point of the recovery's curve.</summary>
/// <param name="Step">Steps made.</param>
/// <param name="Loss">Mean loss since the point before.</param>
public sealed record RecoveryPoint(long Step, double Loss);

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, NewLine = "\n", DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(PruneReport))]
[JsonSerializable(typeof(PruneProgress))]
internal sealed partial class PruneReportJson : JsonSerializerContext;
