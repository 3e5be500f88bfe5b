using Sparseland.Language.Models;

namespace Sparseland.Language.Contextual;

/// <summary>The neurons that fired most on the prompt, for the whole continuation: CSparse of Zhou et al. 2024 (Sirius), which is GRIFFIN (Dong et al. 2024).</summary>
public sealed class CoarseMode : IContextualMode
{
    /// <inheritdoc/>
    public string Name => "coarse";

    /// <inheritdoc/>
    public string Summary => "the neurons that fired most on the prompt, for the whole continuation";

    /// <inheritdoc/>
    public bool ReadsPrompt => true;

    /// <inheritdoc/>
    public double FeedForwardShare(TransformerConfiguration configuration, int block, double keep) => NeuronSelection.CompactShare(configuration, block, keep);

    /// <inheritdoc/>
    public IFeedForwardPath Prepare(ContextualRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(request.Prompt);
        return NeuronSelection.ByScore(request, request.Prompt.Scores);
    }
}
