using Sparseland.Language.Generation;
using Sparseland.Language.Models;

namespace Sparseland.Language.Contextual;

/// <summary>What a continuation with contextual sparsity cost; the prompt is not counted.</summary>
/// <param name="SparsePasses">Passes with some of the neurons.</param>
/// <param name="Checks">Passes with all of them: one per stretch.</param>
/// <param name="Kept">Tokens that the passes made: those that checks kept, or all when nothing is checked.</param>
/// <param name="RollBacks">For each check, how many drafted tokens it took back.</param>
/// <param name="WeightBytes">Bytes of weights that the passes read.</param>
/// <param name="DenseBytesPerToken">Bytes that the dense model reads for a token.</param>
/// <param name="SparseShare">The share of parameters that a sparse pass touches, by the shapes.</param>
public sealed record ContextualStatistics(int SparsePasses, int Checks, int Kept, IReadOnlyList<int> RollBacks, long WeightBytes, long DenseBytesPerToken, double SparseShare)
{
    /// <summary>Tokens kept per check (average accepted length), at most the period; 0 without checks.</summary>
    public double AcceptedLength => Checks == 0 ? 0 : (double)Kept / Checks;

    /// <summary>Checks that replaced a drafted token.</summary>
    public int Corrections => RollBacks.Count(length => length > 0);

    /// <summary>Parameters touched per token, relative to the dense model's: ((period - 1) · share + 1) / accepted length where every stretch is whole. 0 when nothing was decoded.</summary>
    public double EffectiveDensity => Kept == 0 ? 0 : (SparsePasses * SparseShare + Checks) / Kept;

    /// <summary>Bytes of weights read per token; 0 when nothing was decoded.</summary>
    public double BytesPerToken => Kept == 0 ? 0 : (double)WeightBytes / Kept;

    /// <summary>The same relative to the dense model's: what <see cref="EffectiveDensity"/> says, but metered.</summary>
    public double MeteredDensity => DenseBytesPerToken == 0 ? 0 : BytesPerToken / DenseBytesPerToken;

    /// <summary>The figures of several continuations of one model together.</summary>
    /// <param name="parts">At least one.</param>
    public static ContextualStatistics Sum(IReadOnlyList<ContextualStatistics> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        return new(parts.Sum(part => part.SparsePasses), parts.Sum(part => part.Checks), parts.Sum(part => part.Kept), [.. parts.SelectMany(part => part.RollBacks)],
            parts.Sum(part => part.WeightBytes), parts[0].DenseBytesPerToken, parts[0].SparseShare);
    }

    /// <summary>The share of parameters, those of the embedding only where it serves as the head, that a token touches in a mode.</summary>
    /// <param name="model">The model.</param>
    /// <param name="mode">The mode.</param>
    /// <param name="keep">The kept share of neurons.</param>
    public static double ShareOf(TransformerModel model, IContextualMode mode, double keep)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(mode);
        var head = (double)model.Head.Rows * model.Head.Columns;
        var (touched, all) = (head, head);
        foreach (var block in model.Blocks)
        {
            var attention = block.Projections.Where(projection => projection.Name.StartsWith("self_attn", StringComparison.Ordinal)).Sum(ParametersOf);
            var feedForward = block.Projections.Sum(ParametersOf) - attention;
            touched += attention + feedForward * mode.FeedForwardShare(model.Configuration, block.Index, keep);
            all += attention + feedForward;
        }
        return touched / all;
    }

    private static double ParametersOf(Projection projection) => (double)projection.Matrix.Rows * projection.Matrix.Columns;
}

/// <summary>A finished continuation with contextual sparsity.</summary>
/// <param name="Generation">The text; its decode steps are the passes, checks included.</param>
/// <param name="Contextual">What it cost.</param>
public sealed record ContextualResult(GenerationResult Generation, ContextualStatistics Contextual);
