using Sparseland.Errors;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Models;
using Sparseland.Language.Pruning.Structures;
using Sparseland.Progress;
using Sparseland.Recipes;

namespace Sparseland.Language.Pruning;

/// <summary>
/// Prunes a model on disk into a folder that every tool of this project takes as a model: weights, configuration, tokenizer, generation settings, card, recipe and report.
/// It works block by block, so memory does not grow with the model (<see cref="PruneMemory"/>); an interrupted run is continued by calling it again with the same
/// recipe, model and calibration, and ends in the same bytes.
/// </summary>
public static class ModelPruner
{
    /// <summary>What would happen to every tensor, and why, without touching anything.</summary>
    /// <param name="checkpoint">The model.</param>
    /// <param name="recipe">The recipe.</param>
    /// <exception cref="InvalidSettingException">The recipe does not fit the model.</exception>
    public static PruningPlan Plan(ICheckpoint checkpoint, Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        ArgumentNullException.ThrowIfNull(recipe);
        recipe.Validate();
        StoredLayout.Check(recipe);
        if (recipe.IsStructured)
            StructurePruner.Check(checkpoint.Configuration, recipe);
        var allocation = Methods.Allocations.Create(recipe.Allocation);
        return PruningPlan.Make(checkpoint, recipe, allocation.NeedsWalk ? null : allocation);
    }

    /// <summary>Whether a recipe needs calibration text.</summary>
    public static bool NeedsCalibration(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        var allocation = Methods.Allocations.Create(recipe.Allocation);
        return recipe.Needs != StatisticsKind.None || allocation.NeedsWalk || allocation.JudgesModels || recipe.Recovery is { Steps: > 0 };
    }

    /// <summary>Prunes.</summary>
    /// <param name="request">Model, recipe, calibration and output.</param>
    /// <param name="progress">Told after every block and while calibrating.</param>
    /// <param name="cancellation">Heeded between sequences and matrices; what is done so far stays in the work folder beside the output.</param>
    /// <exception cref="SparselandException">The recipe does not fit, a file is damaged, numbers are not finite, or the disk is full. The output then is as it was.</exception>
    public static PruneResult Prune(PruneRequest request, IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        Plan(request.Checkpoint, request.Recipe);
        if (request.Calibration is null && NeedsCalibration(request.Recipe))
            throw new InvalidSettingException($"the recipe ({request.Recipe}) needs calibration text: give one, or let the model write its own");
        if (request.Recipe.IsStructured && request.MasksFrom is not null)
            throw new InvalidSettingException($"the pattern {request.Recipe.Pattern} removes whole structures and knows no masks to begin with; choose unstructured or N:M");
        return request.Recipe.IsStructured ? new StructureRun(request, progress, cancellation).Run() : new PruneRun(request, progress, cancellation).Run();
    }

    /// <summary>Prunes a small model in memory and leaves the result in the projections of a loaded model: for experiments and comparisons of many recipes.</summary>
    /// <param name="checkpoint">The dense model.</param>
    /// <param name="recipe">The recipe.</param>
    /// <param name="calibration">Calibration sequences; null when no method needs any.</param>
    /// <param name="model">A model of the same shape whose projections are replaced by the pruned ones, in the layouts they would be stored in.</param>
    /// <param name="dense">Statistics of the dense model, to share them between recipes; null gathers what is needed.</param>
    /// <param name="cancellation">Heeded between sequences and matrices.</param>
    /// <returns>What became of every matrix.</returns>
    /// <exception cref="InvalidSettingException">The recipe does not fit, or its pattern makes matrices smaller: <see cref="StructurePruner.Plan"/> is for those.</exception>
    public static IReadOnlyList<LayerReport> PruneInMemory(ICheckpoint checkpoint, Recipe recipe, CalibrationSet? calibration, TransformerModel model,
        DenseStatistics? dense = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        Plan(checkpoint, recipe);
        if (recipe.IsStructured)
            throw new InvalidSettingException($"the pattern {recipe.Pattern} makes matrices smaller: they have no place in a model of the old shape");
        if (calibration is null && NeedsCalibration(recipe))
            throw new InvalidSettingException($"the recipe ({recipe}) needs calibration text");
        var allocation = Methods.Allocations.Create(recipe.Allocation);
        if (allocation.NeedsWalk)
            ObserveDense(checkpoint, calibration!, allocation, allocation.ReadsHiddenStates ? null : dense, null, cancellation);
        var pruner = new BlockPruner(recipe, PruningPlan.Make(checkpoint, recipe, allocation), recipe.Values, recipe.Layout);
        var fromDense = recipe.Calibration.DenseInputs && pruner.Needs != StatisticsKind.None
            ? dense ?? DenseStatistics.Collect(checkpoint, calibration!, pruner.Needs, cancellation: cancellation)
            : null;
        using var walk = fromDense is null && pruner.Needs != StatisticsKind.None ? new CalibrationWalk(checkpoint, calibration!, CalibrationWalk.DefaultBudget, null) : null;
        walk?.Embed();
        var reports = new List<LayerReport>();
        foreach (var block in new PruningWalk(checkpoint, recipe, pruner, walk, fromDense).Run(0, null, cancellation))
            for (var i = 0; i < block.Matrices.Count; i++)
            {
                model.Blocks[block.Block].Projections[i].Matrix = block.Matrices[i].Stored;
                reports.Add(block.Matrices[i].Report);
            }
        return reports;
    }

    /// <summary>Shows an allocation every block of the dense model.</summary>
    internal static void ObserveDense(ICheckpoint checkpoint, CalibrationSet calibration, IAllocation allocation, DenseStatistics? dense,
        IProgress<ProgressReport>? progress, CancellationToken cancellation, string? folder = null)
    {
        if (dense is null || !dense.Kinds.HasFlag(allocation.Needs))
            dense = DenseStatistics.Collect(checkpoint, calibration, allocation.Needs, folder, allocation.ReadsHiddenStates ? allocation : null, progress, cancellation);
        if (allocation.ReadsHiddenStates)
            return;
        for (var block = 0; block < checkpoint.Configuration.BlockCount; block++)
            allocation.Observe(DenseStatistics.Observation(TransformerBlock.Load(checkpoint, block), dense.Load(block), []));
    }
}
