using Sparseland.Language.Checkpoints;
using Sparseland.Language.Pruning.Structures;
using Sparseland.Layouts;
using Sparseland.Masks;
using Sparseland.Progress;
using Sparseland.Recipes;
using Sparseland.Tensors;

namespace Sparseland.Language.Pruning.Comparing;

/// <summary>
/// The exact bytes of what a recipe makes of a model at any sparsity, without pruning it: how many weights stay in a matrix does not depend on which ones, so a mask of as many
/// is laid out for every shape and share. Masks whose counts depend on the scores (selection "cumulative") are priced by chance, and their results are checked like all others.
/// </summary>
public sealed class RecipePrice
{
    private readonly ICheckpoint _checkpoint;
    private readonly Recipe _recipe;
    private readonly IAllocation _allocation;
    private readonly ObservedStructures? _structures;
    private readonly Dictionary<(int Rows, int Columns, int Matrices, Pattern? Pattern, double Sparsity), long> _matrices = [];

    private RecipePrice(ICheckpoint checkpoint, Recipe recipe, IAllocation allocation, ObservedStructures? structures) =>
        (_checkpoint, _recipe, _allocation, _structures) = (checkpoint, recipe, allocation, structures);

    /// <summary>Prepares the price of a recipe: an allocation that looks at the model, or scores of structures, are computed once, on the dense model.</summary>
    /// <param name="checkpoint">The dense model.</param>
    /// <param name="recipe">The recipe; its sparsity is not asked.</param>
    /// <param name="calibration">Calibration sequences; null only when nothing needs any.</param>
    /// <param name="progress">Told block by block.</param>
    /// <param name="cancellation">Heeded between sequences.</param>
    /// <exception cref="Errors.InvalidSettingException">The recipe does not fit the model.</exception>
    public static RecipePrice Prepare(ICheckpoint checkpoint, Recipe recipe, CalibrationSet? calibration, IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        ModelPruner.Plan(checkpoint, recipe);
        if (recipe.IsStructured)
        {
            var structures = StructurePruner.Observe(checkpoint, recipe, calibration, null, progress, cancellation);
            return new RecipePrice(checkpoint, recipe, structures.Allocation, structures);
        }
        var allocation = Methods.Allocations.Create(recipe.Allocation);
        if (allocation.NeedsWalk)
            ModelPruner.ObserveDense(checkpoint, calibration!, allocation, null, progress, cancellation);
        return new RecipePrice(checkpoint, recipe, allocation, null);
    }

    /// <summary>Bytes of all tensors at a sparsity, index included.</summary>
    /// <param name="sparsity">0 to below 1; without meaning for a pattern that has its own.</param>
    /// <exception cref="Errors.InvalidSettingException">The allocation cannot share out that sparsity.</exception>
    public long Bytes(double sparsity)
    {
        var recipe = _recipe with { Sparsity = sparsity };
        return _structures is null ? MaskedBytes(recipe) : StructuredBytes(recipe, _structures);
    }

    private long MaskedBytes(Recipe recipe)
    {
        var sources = _checkpoint.Tensors.ToDictionary(tensor => tensor.Name, tensor => tensor.Element, StringComparer.Ordinal);
        var update = Methods.Updates.Create(recipe.Update);
        var score = Methods.Scores.Create(recipe.Score);
        var plan = PruningPlan.Make(_checkpoint, recipe, _allocation);
        var groups = plan.Groups(_checkpoint.Configuration, update).ToList();
        var prunable = groups.SelectMany(group => group).Select(tensor => tensor.Name).ToHashSet(StringComparer.Ordinal);
        var sum = 0L;
        foreach (var tensor in plan.Tensors.Where(tensor => !prunable.Contains(tensor.Name)))
        {
            var rank = tensor.Shape.Rank;
            sum += DenseBytes(recipe.Recovery is { Steps: > 0 } ? OutsideElement.Recovered(recipe, sources[tensor.Name], rank) : OutsideElement.Masked(recipe, sources[tensor.Name], rank), tensor.Shape);
        }
        foreach (var group in groups)
        {
            var (rows, columns) = (group.Sum(tensor => tensor.Shape[0]), group[0].Shape[1]);
            var key = (rows, columns, group.Count, group[0].Pattern, group[0].Prunes ? group[0].Sparsity : 0);
            if (!_matrices.TryGetValue(key, out var bytes))
                _matrices[key] = bytes = (group[0].Prunes ? update.StoredBytes(recipe.Values, rows, columns, group[0].Sparsity, group.Count) : null) ?? group.Sum(tensor => LaidOut(recipe, score, tensor));
            sum += bytes;
        }
        return sum;
    }

    private static long LaidOut(Recipe recipe, IScore score, PlannedTensor tensor)
    {
        var chance = new Chance.RandomStream(0, "price");
        var scores = Tensor<float>.Uninitialized(tensor.Shape);
        foreach (ref var one in scores.Span)
            one = (float)chance.NextDouble();
        var mask = tensor.Prunes
            ? MaskSelection.Select(scores.Matrix, tensor.Pattern!, tensor.Sparsity, recipe.Group ?? score.Group, recipe.Mode ?? score.Mode)
            : Mask.Full(tensor.Shape[0], tensor.Shape[1]);
        mask.Apply(scores.Matrix);
        return StoredLayout.Store(recipe.Layout, recipe.Values, scores, mask, tensor.Pattern).ByteCount;
    }

    // Which structures stay does not matter, only how many; a bias is as long as its layer has outputs.
    private long StructuredBytes(Recipe recipe, ObservedStructures structures)
    {
        var (_, counts) = StructurePruner.Count(structures, recipe);
        List<KeptStructures> kept = [.. structures.Sets.Select((set, i) => new KeptStructures(set, [.. Enumerable.Range(0, counts[i])]))];
        var adds = Methods.StructureUpdates.Create(recipe.Update).AddsBias;
        var biases = kept.Where(one => adds && !one.IsWhole).ToDictionary(one => one.Set.ConsumerBias, one => new float[_checkpoint.Configuration.Width], StringComparer.Ordinal);
        using var compacted = new CompactedCheckpoint(_checkpoint, kept, biases);
        return compacted.Tensors.Sum(tensor => DenseBytes(OutsideElement.Structured(recipe, tensor.Element, tensor.Shape.Rank), tensor.Shape));
    }

    private static long DenseBytes(ElementType element, Shape shape) => shape.Length * LayoutPart.SizeOf(element switch
    {
        ElementType.Float32 => PartType.Float32,
        ElementType.Float16 => PartType.Float16,
        _ => PartType.BFloat16,
    });
}
