using Sparseland.Language.Models;

namespace Sparseland.Language.Contextual;

/// <summary>
/// For each token the neurons whose gate is largest, |act(Wg x)|, by rank: FSparse of Zhou et al. 2024 (Sirius), which is CATS (Lee et al. 2024) with a count in place of a threshold. The gate is
/// computed in full; up and down weights are read for the chosen neurons only. Without a gate |act(W1 x)| ranks, and only the way back is sparse.
/// </summary>
public sealed class FineMode : IContextualMode
{
    /// <inheritdoc/>
    public string Name => "fine";

    /// <inheritdoc/>
    public string Summary => "for each token the neurons with the largest gate";

    /// <inheritdoc/>
    public bool ReadsPrompt => false;

    /// <inheritdoc/>
    public double FeedForwardShare(TransformerConfiguration configuration, int block, double keep)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var neurons = configuration.ShapeOf(block).FeedForwardWidth;
        var sparse = configuration.GatedFeedForward ? 2 : 1;
        return (neurons + sparse * (double)NeuronSelection.KeptCountAfterDropping(neurons, keep)) / ((1 + sparse) * (double)neurons);
    }

    /// <inheritdoc/>
    public IFeedForwardPath Prepare(ContextualRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new TokenFeedForward(request.Model, request.Keep);
    }
}
