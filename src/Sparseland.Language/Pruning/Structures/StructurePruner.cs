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
        IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default) =>
        MakePlan(checkpoint, recipe, calibration, new PlanSurroundings { StatisticsFolder = statisticsFolder, Progress = progress, Cancellation = cancellation });

    /// <summary>As above, and lets an allocation that judges models keep what it has done so far, and look at a clock.</summary>
    internal static StructurePlan MakePlan(ICheckpoint checkpoint, Recipe recipe, CalibrationSet? calibration, PlanSurroundings surroundings)
    {
        var pattern = Check(checkpoint, recipe, calibration);
        var allocation = Methods.Allocations.Create(recipe.Allocation);
        if (allocation.JudgesModels && recipe.Sparsity > 0)
            return Judge(checkpoint, recipe, calibration!, allocation, StructureSet.Of(checkpoint.Configuration, pattern.Structures), surroundings);
        var cancellation = surroundings.Cancellation;
        var seen = Observe(checkpoint, recipe, calibration, surroundings.StatisticsFolder, surroundings.Progress, cancellation);
        var (requested, counts) = Count(seen, recipe);
        var sets = seen.Sets;
        var scores = seen.Scores ?? Score(checkpoint, recipe, Methods.StructureScores.Create(recipe.Score), sets, counts, seen.Statistics, cancellation);
        List<KeptStructures> kept = [.. sets.Select((set, i) => KeptStructures.Best(set, scores[i], counts[i]))];
        var (weights, biases) = Compensate(checkpoint, recipe, kept, seen.Statistics, cancellation);
        return new StructurePlan([.. kept.Select((one, i) => new PlannedStructures(one, requested[i], scores[i]))], biases, seen.Allocation.Figures)
        {
            NewWeights = weights,
            Notes = seen.Allocation.Notes,
        };
    }

    /// <summary>What a plan is made from, whatever its sparsity: parameters and exceptions as <see cref="Plan"/>. Of an allocation that judges models only the number of structures is known.</summary>
    internal static ObservedStructures Observe(ICheckpoint checkpoint, Recipe recipe, CalibrationSet? calibration, string? statisticsFolder,
        IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        var pattern = Check(checkpoint, recipe, calibration);
        var allocation = Methods.Allocations.Create(recipe.Allocation);
        var sets = StructureSet.Of(checkpoint.Configuration, pattern.Structures);
        if (allocation.JudgesModels && recipe.Sparsity > 0)
            return new ObservedStructures(checkpoint.Configuration, allocation, null, sets, null);
        var statistics = Observe(checkpoint, recipe, calibration, allocation, statisticsFolder, progress, cancellation);
        var score = Methods.StructureScores.Create(recipe.Score);
        return new ObservedStructures(checkpoint.Configuration, allocation, statistics, sets, score.DependsOnCount ? null : Score(checkpoint, recipe, score, sets, null, statistics, cancellation));
    }

    /// <summary>How much of every set is to go, and how many structures stay. An allocation that judges models keeps the sum over each kind, so for counting the mean will do.</summary>
    internal static (double[] Requested, int[] Counts) Count(ObservedStructures seen, Recipe recipe)
    {
        var units = Units(seen.Configuration, seen.Sets);
        var shares = recipe.Sparsity == 0 || seen.Allocation.JudgesModels
            ? [.. seen.Sets.Select(_ => recipe.Sparsity)]
            : seen.Allocation.Allocate(new AllocationRequest(units, recipe.Sparsity) { Scores = seen.Scores, Seed = recipe.Seed });
        var requested = WithRules(recipe, seen.Sets, shares);
        return (requested, Count((StructuredPattern)recipe.Pattern, seen.Sets, requested));
    }

    private static StructuredPattern Check(ICheckpoint checkpoint, Recipe recipe, CalibrationSet? calibration)
    {
        ModelPruner.Plan(checkpoint, recipe);
        if (recipe.Pattern is not StructuredPattern pattern)
            throw new InvalidSettingException($"the pattern {recipe.Pattern} removes single weights; for structures choose neurons, heads or neurons+heads");
        if (calibration is null && ModelPruner.NeedsCalibration(recipe))
            throw new InvalidSettingException($"the recipe ({recipe}) needs calibration text: give one, or let the model write its own");
        return pattern;
    }

    // Layers under a rule are as the rule says; the allocation shares out what it was given among the others.
    private static StructurePlan Judge(ICheckpoint checkpoint, Recipe recipe, CalibrationSet calibration, IAllocation allocation, IReadOnlyList<StructureSet> sets, PlanSurroundings surroundings)
    {
        var ruled = WithRules(recipe, sets, [.. sets.Select(_ => double.NaN)]);
        var counts = Count((StructuredPattern)recipe.Pattern, sets, [.. ruled.Select(share => double.IsNaN(share) ? recipe.Sparsity : share)]);
        var models = new CandidateModels(checkpoint, recipe, calibration, sets, [.. ruled.Select((share, set) => double.IsNaN(share) ? (int?)null : counts[set])], surroundings);
        var units = Units(checkpoint.Configuration, [.. models.Free.Select(set => sets[set])]);
        var shares = allocation.Allocate(new AllocationRequest(units, recipe.Sparsity) { Candidates = models, Seed = recipe.Seed });
        for (var layer = 0; layer < shares.Length; layer++)
            ruled[models.Free[layer]] = shares[layer];
        return models.Plan(shares, ruled, allocation);
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

    private static List<double[]> Score(ICheckpoint checkpoint, Recipe recipe, IStructureScore score, IReadOnlyList<StructureSet> sets, int[]? counts, DenseStatistics? statistics,
        CancellationToken cancellation)
    {
        var scores = new List<double[]>();
        for (var i = 0; i < sets.Count; i++)
        {
            scores.Add(Score(score, Problem(checkpoint, recipe, sets[i], statistics?.Load(sets[i].Block), cancellation) with { Keep = counts?[i] ?? 0 }));
            MemoryRelief.After(sets[i].Count * sets[i].ParametersEach(checkpoint.Configuration));
        }
        return scores;
    }

    /// <summary>The scores of one layer, all finite.</summary>
    internal static double[] Score(IStructureScore score, StructureProblem problem)
    {
        problem.Consumer.Cancellation.ThrowIfCancellationRequested();
        var values = new double[problem.Count];
        score.Compute(problem, values);
        if (Array.FindIndex(values, value => !double.IsFinite(value)) is >= 0 and var index)
            throw new NumericalException($"{problem.Name}: the score {score.Name} of structure {index} is not finite");
        return values;
    }

    private static List<PrunableMatrix> Units(TransformerConfiguration configuration, IReadOnlyList<StructureSet> sets) =>
        [.. sets.Select(set => new PrunableMatrix(set.Name, set.Block, set.Count, (int)set.ParametersEach(configuration)) { Kind = set.Kind.ToString() })];

    private static double[] WithRules(Recipe recipe, IReadOnlyList<StructureSet> sets, double[] shares)
    {
        for (var i = 0; i < shares.Length; i++)
            if (PruningPlan.RuleFor(recipe, sets[i]) is { } rule)
                shares[i] = rule.Skip ? 0 : rule.Sparsity ?? shares[i];
        return shares;
    }

    /// <summary>How many structures every layer keeps. Kinds are rounded apart: each keeps its own total.</summary>
    internal static int[] Count(StructuredPattern pattern, IReadOnlyList<StructureSet> sets, double[] requested)
    {
        int[] counts = [.. sets.Select(set => set.Count)];
        foreach (var kind in sets.Select(set => set.Kind).Distinct())
        {
            // A layer that shall stay whole takes no part in the repair.
            var indices = Enumerable.Range(0, sets.Count).Where(i => sets[i].Kind == kind && requested[i] > 0).ToArray();
            var rounded = StructureCounts.Round([.. indices.Select(i => sets[i].Count * (1 - requested[i]))], [.. indices.Select(i => sets[i].Count)], pattern.UnitOf(kind));
            for (var i = 0; i < indices.Length; i++)
                counts[indices[i]] = rounded[i];
        }
        return counts;
    }

    // New weights are solved for when they are read: a model's worth of them need not fit in memory. Biases are small, and the file must know of them beforehand.
    private static (Dictionary<string, Func<Tensor<float>>> Weights, Dictionary<string, float[]> Biases) Compensate(ICheckpoint checkpoint, Recipe recipe, IReadOnlyList<KeptStructures> kept,
        DenseStatistics? statistics, CancellationToken cancellation)
    {
        var update = Methods.StructureUpdates.Create(recipe.Update);
        var weights = new Dictionary<string, Func<Tensor<float>>>(StringComparer.Ordinal);
        var biases = new Dictionary<string, float[]>(StringComparer.Ordinal);
        foreach (var one in kept.Where(one => !one.IsWhole))
        {
            StructureOutcome Apply() => update.Apply(Problem(checkpoint, recipe, one.Set, statistics?.Load(one.Set.Block), cancellation), one.Indices);
            if (update.ChangesWeights)
                weights[one.Set.ConsumerWeight] = () => Apply().Weights ?? throw new InvalidOperationException($"{one.Set.Name}: the update {update.Name} promised new weights and gave none");
            if (!update.AddsBias)
                continue;
            cancellation.ThrowIfCancellationRequested();
            if (Apply().AddedBias is { } bias)
                biases[one.Set.ConsumerBias] = bias;
            MemoryRelief.After(one.Set.Count * one.Set.ParametersEach(checkpoint.Configuration));
        }
        return (weights, biases);
    }

    /// <summary>What score and update see of one set: dense weights, and statistics of the block where any were gathered.</summary>
    internal static StructureProblem Problem(ICheckpoint checkpoint, Recipe recipe, StructureSet set, IReadOnlyDictionary<string, LayerStatistics>? statistics, CancellationToken cancellation)
    {
        return new StructureProblem(set.Name, set.Count, [.. set.Producers.Select(Layer)], Layer(set.Consumer));

        LayerProblem Layer(CoupledProjection part)
        {
            var name = TensorNames.Weight(set.Block, part.Projection);
            var matrix = checkpoint.LoadMatrix(name);
            var dense = Tensor<float>.Uninitialized(new Shape(matrix.Rows, matrix.Columns));
            matrix.ToDense(dense.Matrix);
            return new LayerProblem(name, dense.Matrix, statistics?.GetValueOrDefault(part.Projection), recipe.Seed) { Cancellation = cancellation };
        }
    }
}
