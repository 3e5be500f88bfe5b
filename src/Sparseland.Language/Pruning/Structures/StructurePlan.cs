using Sparseland.Language.Checkpoints;
using Sparseland.Recipes;
using Sparseland.Tensors;

namespace Sparseland.Language.Pruning.Structures;

/// <summary>What one set of structures becomes.</summary>
/// <param name="Kept">Which stay.</param>
/// <param name="Requested">The fraction that was to go, before rounding.</param>
/// <param name="Scores">The scores they were chosen by; empty where an allocation chose among levels pruned beforehand.</param>
public sealed record PlannedStructures(KeptStructures Kept, double Requested, IReadOnlyList<double> Scores);

/// <summary>The decision for every set of structures, made on the dense model before anything is cut.</summary>
/// <param name="Sets">One entry per set, in the order of the model.</param>
/// <param name="AddedBiases">What compensates for the removed structures, by the name of the bias.</param>
/// <param name="Figures">What the allocation saw per block.</param>
public sealed record StructurePlan(IReadOnlyList<PlannedStructures> Sets, IReadOnlyDictionary<string, float[]> AddedBiases, IReadOnlyList<AllocationFigure> Figures)
{
    /// <summary>What takes the place of the kept columns of output and down projections, by the name of the weight; solved for when it is called.</summary>
    public IReadOnlyDictionary<string, Func<Tensor<float>>> NewWeights { get; init; } = new Dictionary<string, Func<Tensor<float>>>();

    /// <summary>How the allocation came about, in sentences.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The smaller model, gathered from the dense one when its tensors are read.</summary>
    /// <param name="checkpoint">The model that the plan was made for.</param>
    public CompactedCheckpoint Apply(ICheckpoint checkpoint) => new(checkpoint, [.. Sets.Select(set => set.Kept)], AddedBiases, NewWeights);
}
