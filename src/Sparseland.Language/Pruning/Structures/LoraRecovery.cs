using Sparseland.Language.Checkpoints;
using Sparseland.Language.Models;
using Sparseland.Language.Training;
using Sparseland.Language.Tuning;
using Sparseland.Progress;
using Sparseland.Recipes;

namespace Sparseland.Language.Pruning.Structures;

/// <summary>
/// Recovery of a model that lost neurons or heads: low-rank products beside all projections, trained on a text and fused in (CFSP, Wang et al. 2025, section 3.3). Blocks that
/// the allocation found important, and so keep more, get higher ranks: r_i = mean rank · k_i / mean k, with k_i the share that block i was to keep. Under CFSP's allocation
/// k_i is proportional to its g_i, so this is the authors' rule; it holds for every other allocation too.
/// </summary>
public static class LoraRecovery
{
    /// <summary>The mean rank when nobody names one.</summary>
    public const int UsualRank = 8;

    // alpha is twice the rank, as in the tuning method.
    private const double Scale = 2;

    /// <summary>Trains the products and fuses them into the smaller model.</summary>
    /// <param name="dense">The model before pruning, which a share of the loss pulls towards.</param>
    /// <param name="compacted">The smaller model.</param>
    /// <param name="plan">What was removed.</param>
    /// <param name="recipe">The recipe, with a recovery.</param>
    /// <param name="text">What it learns from.</param>
    /// <param name="statePath">Where the run stands between steps; null for a run that is not resumed.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellation">Ends the run between two steps, after writing the state.</param>
    /// <returns>The recovered model and its curve.</returns>
    public static (ICheckpoint Model, IReadOnlyList<RecoveryPoint> Curve) Run(ICheckpoint dense, ICheckpoint compacted, StructurePlan plan, Recipe recipe, CalibrationSet text,
        string? statePath, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        var settings = recipe.Recovery!;
        var network = TransformerNetwork<float>.Load(compacted);
        var prepared = LoraTuning.Prepare(network, Ranks(plan, dense.Configuration, settings), Scale, "all", recipe.Seed);
        var task = new RecoveryTask(network, prepared.Parameters, settings.Distillation > 0 ? TransformerModel.Load(dense, progress, cancellation) : null, settings, text, recipe.Seed, recipe.ToJson());
        var curve = task.Train(statePath, progress, cancellation);
        return (AdaptedCheckpoint.Of(compacted, [prepared.Extract("")!]), curve);
    }

    /// <summary>The rank of every block: at least 1, their mean the one asked for up to rounding.</summary>
    /// <param name="plan">What was removed.</param>
    /// <param name="configuration">The model before.</param>
    /// <param name="settings">Mean rank, and whether importance counts.</param>
    public static int[] Ranks(StructurePlan plan, TransformerConfiguration configuration, RecoverySettings settings)
    {
        var kept = new double[configuration.BlockCount];
        var all = new double[configuration.BlockCount];
        foreach (var set in plan.Sets)
        {
            var size = (double)set.Kept.Set.Count * set.Kept.Set.ParametersEach(configuration);
            kept[set.Kept.Set.Block] += (1 - set.Requested) * size;
            all[set.Kept.Set.Block] += size;
        }
        var shares = kept.Select((part, block) => all[block] > 0 ? part / all[block] : 1).ToArray();
        var (mean, rank) = (shares.Average(), settings.Rank ?? UsualRank);
        return [.. shares.Select(share => settings.RanksByImportance == false ? rank : Math.Max(1, (int)Math.Round(rank * share / mean, MidpointRounding.AwayFromZero)))];
    }
}
