using Sparseland.Chance;
using Sparseland.Language.Models;

namespace Sparseland.Language.Contextual;

/// <summary>Neurons drawn by chance, for all continuations: the baseline that every other mode has to beat.</summary>
public sealed class RandomMode : IContextualMode
{
    /// <inheritdoc/>
    public string Name => "random";

    /// <inheritdoc/>
    public string Summary => "neurons by chance, for all continuations: the baseline";

    /// <inheritdoc/>
    public bool ReadsPrompt => false;

    /// <inheritdoc/>
    public double FeedForwardShare(TransformerConfiguration configuration, int block, double keep) => NeuronSelection.CompactShare(configuration, block, keep);

    /// <inheritdoc/>
    public IFeedForwardPath Prepare(ContextualRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return NeuronSelection.ByScore(request, block =>
        {
            var chance = new RandomStream(request.Seed, "random neurons", (ulong)block);
            var scores = new float[request.Model.Configuration.ShapeOf(block).FeedForwardWidth];
            for (var i = 0; i < scores.Length; i++)
                scores[i] = (float)chance.NextDouble();
            return scores;
        });
    }
}
