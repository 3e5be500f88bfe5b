using Sparseland.Language.Checkpoints;
using Sparseland.Language.Models;
using Sparseland.Recipes;

namespace Sparseland.Language.Pruning;

/// <summary>What pruning will take in memory, from the headers alone. Of mapped files only the tensors in hand count; those left behind are unmapped.</summary>
/// <param name="BlockBytes">One block in float32, twice: before and after.</param>
/// <param name="StatisticsBytes">Statistics of the inputs of one block.</param>
/// <param name="SolverBytes">Copies of the largest matrix while it is pruned; Hessian, factor and work space of the widest.</param>
/// <param name="HiddenBytes">Hidden states of all calibration sequences, as far as they lie in memory.</param>
/// <param name="OtherBytes">Scratch, the embedding, the runtime, and the models that an allocation judges.</param>
/// <param name="RecoveryBytes">Weights, gradients and optimiser state of the whole model, when a recovery follows; it comes after the rest.</param>
public sealed record PruneMemory(long BlockBytes, long StatisticsBytes, long SolverBytes, long HiddenBytes, long OtherBytes, long RecoveryBytes)
{
    // The runtime, its compiled code and the youngest garbage.
    private const long Runtime = 160L << 20;

    // The dense matrix, its scores and the result.
    private const int MatrixCopies = 3;
    private const int RecoveryCopies = 7;

    /// <summary>The most at any time.</summary>
    public long TotalBytes => OtherBytes + Math.Max(BlockBytes + StatisticsBytes + SolverBytes + HiddenBytes, RecoveryBytes);

    /// <summary>Estimates.</summary>
    /// <param name="configuration">The model.</param>
    /// <param name="recipe">The recipe.</param>
    /// <param name="sequences">Calibration sequences; 0 for none.</param>
    /// <param name="length">Tokens of each.</param>
    /// <param name="hiddenBudget">Bytes of hidden states that may lie in memory.</param>
    public static PruneMemory Of(TransformerConfiguration configuration, Recipe recipe, int sequences, int length, long hiddenBudget = 1L << 30)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(recipe);
        var blocks = Enumerable.Range(0, configuration.BlockCount).Select(index => TensorNames.Projections(configuration.GatedFeedForward)
            .Select(projection => TensorCatalog.ProjectionShape(configuration, index, projection).Length * sizeof(float)).ToList()).ToList();
        var block = blocks.Max(matrices => matrices.Sum());
        var widest = Math.Max(configuration.FeedForwardWidth, Math.Max(configuration.Width, configuration.HeadCount * configuration.HeadWidth));
        var kinds = recipe.Needs;
        var statistics = DenseStatistics.Readers(configuration)
            .Sum(readers => LayerStatistics.ByteCount(Enumerable.Range(0, configuration.BlockCount).Max(index => TensorCatalog.ProjectionShape(configuration, index, readers[0])[1]), kinds));
        var solver = MatrixCopies * blocks.Max(matrices => matrices.Max()) + (kinds.HasFlag(StatisticsKind.Gram) ? (recipe.IsStructured ? 5L : 3L) * sizeof(double) * widest * widest : 0);
        var allocation = Methods.Allocations.Create(recipe.Allocation);
        var hidden = kinds == StatisticsKind.None && !allocation.NeedsWalk && !allocation.JudgesModels ? 0 : HiddenStates.BytesFor(sequences, length, configuration.Width);
        var embedding = (long)configuration.VocabularySize * configuration.Width * sizeof(float);
        var parameters = TensorCatalog.For(configuration).Sum(tensor => tensor.Shape.Length) * sizeof(float);
        var recovery = recipe.Recovery is null ? 0 : RecoveryCopies * parameters + 4L * recipe.Recovery.Batch * length * (configuration.VocabularySize * 4L + configuration.BlockCount * 16L * configuration.Width);
        // The dense model and the candidates, which share most of their matrices.
        var judged = allocation.JudgesModels ? 2 * parameters : 0;
        return new PruneMemory(2 * block, statistics, solver, hidden > hiddenBudget ? 0 : hidden,
            Runtime + embedding + judged + 2 * BlockScratch.BytesFor(configuration, Math.Max(256, length)), recovery);
    }
}
