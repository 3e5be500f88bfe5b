using Sparseland.Layouts;
using Sparseland.Recipes;

namespace Sparseland.Language.Pruning.Comparing;

/// <summary>Why a way of making a model smaller takes part in a comparison.</summary>
public enum ContestantKind
{
    /// <summary>A recipe that was asked for.</summary>
    Recipe,

    /// <summary>A naive recipe that every other has to beat: chance, magnitude, a smaller dense model.</summary>
    Baseline,

    /// <summary>A dense model as it is, at bytes of its own: quantised, or one that was trained smaller.</summary>
    Reference,
}

/// <summary>A way of making a model smaller.</summary>
/// <param name="Name">What tables call it; different from all others.</param>
/// <param name="Kind">Why it takes part.</param>
/// <param name="Recipe">What is done; its sparsity is solved for the budget where its pattern leaves it open. Null for a reference.</param>
public sealed record Contestant(string Name, ContestantKind Kind, Recipe? Recipe)
{
    /// <summary>For a reference: the type its matrices are stored in; null for one that is a model of its own.</summary>
    public ElementType? Element { get; init; }

    /// <summary>For a reference that is a model of its own: where it is.</summary>
    public string? Path { get; init; }

    /// <summary>Whether the recipe's sparsity can be chosen: a pattern such as 2:4 has one size.</summary>
    public bool HasFreeSize => Recipe is { Pattern.FixedSparsity: null };
}
