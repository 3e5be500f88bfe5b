using Sparseland.Language.Checkpoints;
using Sparseland.Language.Models;
using Sparseland.Progress;
using Sparseland.Recipes;

namespace Sparseland.Language.Pruning;

/// <summary>A finished block.</summary>
/// <param name="Block">Its number.</param>
/// <param name="Matrices">Its matrices in the order of computation.</param>
internal sealed record PrunedBlock(int Block, IReadOnlyList<PrunedMatrix> Matrices);

/// <summary>
/// The walk that prunes (SparseGPT's and Wanda's order): run a block to record its inputs, prune it, run the pruned block on the same inputs, and go on with its outputs,
/// so that later blocks adapt to what earlier ones lost. With statistics of the dense model nothing is run at all.
/// </summary>
/// <param name="checkpoint">The dense model.</param>
/// <param name="recipe">The recipe.</param>
/// <param name="pruner">What is done to a block.</param>
/// <param name="calibration">The hidden states of the calibration sequences; null when the methods need none.</param>
/// <param name="dense">Statistics of the dense model, when the recipe prunes from those; then no hidden states are needed.</param>
internal sealed class PruningWalk(ICheckpoint checkpoint, Recipe recipe, BlockPruner pruner, CalibrationWalk? calibration, DenseStatistics? dense)
{
    /// <summary>Prunes block after block; when one is returned, the hidden states are what enters the next.</summary>
    /// <param name="first">The first block to prune.</param>
    /// <param name="progress">Told before every block.</param>
    /// <param name="cancellation">Heeded between sequences and matrices.</param>
    public IEnumerable<PrunedBlock> Run(int first, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        var count = checkpoint.Configuration.BlockCount;
        var rotary = checkpoint.Configuration.Rotary ? new RotaryTable(checkpoint.Configuration) : null;
        for (var index = first; index < count; index++)
        {
            cancellation.ThrowIfCancellationRequested();
            progress?.Report(new ProgressReport($"pruning block {index + 1} of {count}", index, count));
            var block = TransformerBlock.Load(checkpoint, index, rotary);
            var matrices = pruner.Prunes(block) && pruner.Needs != StatisticsKind.None && dense is null && recipe.Calibration.TrueSequential
                ? PruneInSteps(block, cancellation)
                : PruneAtOnce(block, cancellation);
            if (calibration is not null && index + 1 < count)
                calibration.Advance(block, null, cancellation);
            yield return new PrunedBlock(index, matrices);
        }
        progress?.Report(new ProgressReport("pruning", count, count));
    }

    private List<PrunedMatrix> PruneAtOnce(TransformerBlock block, CancellationToken cancellation)
    {
        IReadOnlyDictionary<string, LayerStatistics>? statistics = null;
        if (pruner.Needs != StatisticsKind.None && pruner.Prunes(block))
            statistics = dense?.Load(block.Index) ?? Record(block, null, cancellation);
        var matrices = new List<PrunedMatrix>();
        foreach (var readers in DenseStatistics.Readers(checkpoint.Configuration))
            matrices.AddRange(pruner.Prune(block, [.. readers.Select(name => block[name])], statistics?[readers[0]], cancellation));
        return matrices;
    }

    // Query, key and value; then the output, whose inputs come from the pruned three; then gate and up; then down.
    private List<PrunedMatrix> PruneInSteps(TransformerBlock block, CancellationToken cancellation)
    {
        var matrices = new List<PrunedMatrix>();
        foreach (var readers in DenseStatistics.Readers(checkpoint.Configuration))
        {
            var statistics = Record(block, readers.ToHashSet(), cancellation);
            matrices.AddRange(pruner.Prune(block, [.. readers.Select(name => block[name])], statistics[readers[0]], cancellation));
        }
        return matrices;
    }

    private IReadOnlyDictionary<string, LayerStatistics> Record(TransformerBlock block, HashSet<string>? only, CancellationToken cancellation)
    {
        var recorder = new CalibrationRecorder(pruner.Needs, only);
        calibration!.Record(block, recorder, cancellation);
        return recorder.Statistics;
    }
}
