using Sparseland.Recipes;

namespace Sparseland.Language.Pruning;

/// <summary>What one way of storing a model costs and is worth.</summary>
/// <param name="Name">The way, in words: "dense bf16", "2:4 int8".</param>
/// <param name="Recipe">The recipe, or null for a dense rival.</param>
/// <param name="Sparsity">Fraction of the prunable weights that is not stored.</param>
/// <param name="Bytes">All weights as stored, index included.</param>
/// <param name="Perplexity">On the evaluation text.</param>
/// <param name="TokensPerSecond">Decoding one sequence on this machine in the layouts that are fastest here, the median of the rounds; 0 when not timed.</param>
/// <param name="SpeedRatio">That speed over the dense model's in bfloat16 in the same round, the median of the rounds.</param>
public sealed record PriceRow(string Name, Recipe? Recipe, double Sparsity, long Bytes, double Perplexity = 0, double TokensPerSecond = 0, double SpeedRatio = 0)
{
    /// <summary>Whether no other way has fewer bytes and a lower perplexity.</summary>
    public bool IsOnFront { get; init; }

    /// <summary>The layouts that the packed matrices ran in for the timing; empty when none is packed.</summary>
    public string RunsAs { get; init; } = "";

    /// <summary>What must be known, or null.</summary>
    public string? Note { get; init; }
}

/// <summary>A choice from a price list.</summary>
/// <param name="Row">The recipe chosen.</param>
/// <param name="BetterRival">A dense model within the same limit that has a lower perplexity, or null: then sparsity loses, and the tool says so.</param>
public sealed record PriceChoice(PriceRow Row, PriceRow? BetterRival);
