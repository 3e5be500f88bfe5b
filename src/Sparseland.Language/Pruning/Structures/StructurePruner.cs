using Sparseland.Errors;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Models;
using Sparseland.Masks;
using Sparseland.Progress;
using Sparseland.Recipes;
using Sparseland.Tensors;

namespace Sparseland.Language.Pruning.Structures;

/// <summary>Decides which neurons and heads of a model go: a score for each, an allocation over the layers, exact counts. Statistics come from the dense model in one walk.</summary>
public static class StructurePruner
{
    /// <summary>Makes the plan.</summary>
    /// <param name="checkpoint">The dense model.</param>
    /// <param name="recipe">A recipe with a structured pattern.</param>
    /// <param name="calibration">Calibration sequences; null when no method needs any.</param>
    /// <param name="statisticsFolder">Where statistics are kept between runs; null keeps none.</param>
    /// <param name="progress">Told block by block.</param>
    /// <param name="cancellation">Heeded between sequences and layers.</param>
    /// <exception cref="InvalidSettingException">The recipe does not fit the model, or calibration is missing.</exception>
    /// <exception cref="NumericalException">A score is NaN, or activations are not finite.</exception>
    public static StructurePlan Plan(ICheckpoint checkpoint, Recipe recipe, CalibrationSet? calibration, string? statisticsFolder = null,
        IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        ModelPruner.Plan(checkpoint, recipe);
        if (recipe.Pattern is not StructuredPattern pattern)
            throw new InvalidSettingException($"the pattern {recipe.Pattern} removes single weights; for structures choose neurons, heads or neurons+heads");
        if (calibration is null && ModelPruner.NeedsCalibration(recipe))
            throw new InvalidSettingException($"the recipe ({recipe}) needs calibration text: give one, or let the model write its own");
        var allocation = Methods.Allocations.Create(recipe.Allocation);
        var statistics = Observe(checkpoint, recipe, calibration, allocation, statisticsFolder, progress, cancellation);
        var sets = StructureSet.Of(checkpoint.Configuration, pattern.Structures);
        var scores = Score(checkpoint, recipe, sets, statistics, cancellation);
        var requested = Allocate(checkpoint.Configuration, recipe, allocation, sets, scores);
        var kept = Select(pattern, sets, scores, requested);
        return new StructurePlan([.. kept.Select((one, i) => new PlannedStructures(one, requested[i], scores[i]))],
            Compensate(checkpoint, recipe, kept, statistics, cancellation), allocation.Figures);
    }

    /// <summary>Refuses a recipe whose result the model's file could not hold.</summary>
    internal static void Check(TransformerConfiguration configuration, Recipe recipe)
    {
        var update = Methods.StructureUpdates.Create(recipe.Update);
        if (!update.AddsBias || ConfigurationWriter.CanSayBiases(configuration.Family))
            return;
        var neurons = recipe.Pattern.Structures.HasFlag(StructureKinds.Neurons) && !configuration.FeedForwardBias;
        var heads = recipe.Pattern.Structures.HasFlag(StructureKinds.Heads) && !configuration.AttentionOutputBias;
        if (neurons || heads)
            throw new InvalidSettingException($"the update {update.Name} adds biases, and a {configuration.Family} model has no place for them in its {(neurons ? "feed-forward layers" : "attention")}: choose the update none");
    }

    private static DenseStatistics? Observe(ICheckpoint checkpoint, Recipe recipe, CalibrationSet? calibration, IAllocation allocation, string? folder,
        IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        var kinds = recipe.Needs | allocation.Needs;
        if (kinds == StatisticsKind.None && !allocation.NeedsWalk)
            return null;
        var statistics = DenseStatistics.Collect(checkpoint, calibration!, kinds, folder, allocation.ReadsHiddenStates ? allocation : null, progress, cancellation);
        if (allocation.NeedsWalk && !allocation.ReadsHiddenStates)
            for (var block = 0; block < checkpoint.Configuration.BlockCount; block++)
                allocation.Observe(DenseStatistics.Observation(TransformerBlock.Load(checkpoint, block), statistics.Load(block), []));
        return statistics;
    }

    private static List<double[]> Score(ICheckpoint checkpoint, Recipe recipe, IReadOnlyList<StructureSet> sets, DenseStatistics? statistics, CancellationToken cancellation)
    {
        var score = Methods.StructureScores.Create(recipe.Score);
        var scores = new List<double[]>();
        foreach (var set in sets)
        {
            cancellation.ThrowIfCancellationRequested();
            var values = new double[set.Count];
            score.Compute(Problem(checkpoint, recipe, set, statistics), values);
            if (values.Any(value => !double.IsFinite(value)))
                throw new NumericalException($"{set.Name}: the score {recipe.Score.Name} of structure {Array.FindIndex(values, value => !double.IsFinite(value))} is not finite");
            scores.Add(values);
            MemoryRelief.After(set.Count * set.ParametersEach(checkpoint.Configuration));
        }
        return scores;
    }

    private static double[] Allocate(TransformerConfiguration configuration, Recipe recipe, IAllocation allocation, IReadOnlyList<StructureSet> sets, IReadOnlyList<double[]> scores)
    {
        var units = sets.Select(set => new PrunableMatrix(set.Name, set.Block, set.Count, (int)set.ParametersEach(configuration))).ToList();
        var shares = recipe.Sparsity == 0 ? new double[sets.Count] : allocation.Allocate(new AllocationRequest(units, recipe.Sparsity) { Scores = scores });
        for (var i = 0; i < shares.Length; i++)
            if (PruningPlan.RuleFor(recipe, sets[i]) is { } rule)
                shares[i] = rule.Skip ? 0 : rule.Sparsity ?? shares[i];
        return shares;
    }

    // Kinds are rounded apart: each keeps its own total.
    private static List<KeptStructures> Select(StructuredPattern pattern, IReadOnlyList<StructureSet> sets, IReadOnlyList<double[]> scores, double[] requested)
    {
        var counts = new int[sets.Count];
        foreach (var kind in sets.Select(set => set.Kind).Distinct())
        {
            // A layer that shall stay whole takes no part in the repair.
            var indices = Enumerable.Range(0, sets.Count).Where(i => sets[i].Kind == kind && requested[i] > 0).ToArray();
            var rounded = StructureCounts.Round([.. indices.Select(i => sets[i].Count * (1 - requested[i]))], [.. indices.Select(i => sets[i].Count)], pattern.UnitOf(kind));
            for (var i = 0; i < indices.Length; i++)
                counts[indices[i]] = rounded[i];
        }
        return [.. sets.Select((set, i) => KeptStructures.Best(set, scores[i], requested[i] > 0 ? counts[i] : set.Count))];
    }

    private static Dictionary<string, float[]> Compensate(ICheckpoint checkpoint, Recipe recipe, IReadOnlyList<KeptStructures> kept, DenseStatistics? statistics, CancellationToken cancellation)
    {
        var update = Methods.StructureUpdates.Create(recipe.Update);
        var biases = new Dictionary<string, float[]>(StringComparer.Ordinal);
        foreach (var one in kept.Where(one => update.AddsBias && !one.IsWhole))
        {
            cancellation.ThrowIfCancellationRequested();
            if (update.AddedBias(Problem(checkpoint, recipe, one.Set, statistics), one.Indices) is { } bias)
                biases[TensorNames.Bias(one.Set.Block, one.Set.Consumer.Projection)] = bias;
            MemoryRelief.After(one.Set.Count * one.Set.ParametersEach(checkpoint.Configuration));
        }
        return biases;
    }

    private static StructureProblem Problem(ICheckpoint checkpoint, Recipe recipe, StructureSet set, DenseStatistics? statistics)
    {
        var gathered = statistics?.Load(set.Block);
        return new StructureProblem(set.Name, set.Count, [.. set.Producers.Select(Layer)], Layer(set.Consumer));

        LayerProblem Layer(CoupledProjection part)
        {
            var name = TensorNames.Weight(set.Block, part.Projection);
            var matrix = checkpoint.LoadMatrix(name);
            var dense = Tensor<float>.Uninitialized(new Shape(matrix.Rows, matrix.Columns));
            matrix.ToDense(dense.Matrix);
            return new LayerProblem(name, dense.Matrix, gathered?[part.Projection], recipe.Seed);
        }
    }
}
