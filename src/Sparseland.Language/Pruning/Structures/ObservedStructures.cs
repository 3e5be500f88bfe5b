using Sparseland.Language.Models;
using Sparseland.Recipes;

namespace Sparseland.Language.Pruning.Structures;

/// <summary>What was seen of a dense model for a structured recipe: plans for any sparsity follow from it.</summary>
/// <param name="Configuration">The dense model.</param>
/// <param name="Allocation">The allocation, after it has seen what it needs.</param>
/// <param name="Statistics">What was gathered, or null.</param>
/// <param name="Sets">The sets of structures, in the order of the model.</param>
/// <param name="Scores">A score for each structure, set by set; null where scores depend on how many stay.</param>
internal sealed record ObservedStructures(TransformerConfiguration Configuration, IAllocation Allocation, DenseStatistics? Statistics,
    IReadOnlyList<StructureSet> Sets, IReadOnlyList<double[]>? Scores);
