using Sparseland.Chance;
using Sparseland.Language.Models;

namespace Sparseland.Language.Contextual;

/// <summary>
/// Neurons drawn without replacement, the more likely the more they fired on the prompt, for the whole continuation: GRIFFIN's sampling. The largest of u^(1/score), as Efraimidis and Spirakis 2006 draw.
/// </summary>
public sealed class SampledMode : IContextualMode
{
    /// <inheritdoc/>
    public string Name => "sampled";

    /// <inheritdoc/>
    public string Summary => "neurons drawn with chances by how they fired on the prompt, for the whole continuation";

    /// <inheritdoc/>
    public bool ReadsPrompt => true;

    /// <inheritdoc/>
    public double FeedForwardShare(TransformerConfiguration configuration, int block, double keep) => NeuronSelection.CompactShare(configuration, block, keep);

    /// <inheritdoc/>
    public IFeedForwardPath Prepare(ContextualRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(request.Prompt);
        return NeuronSelection.ByScore(request, block =>
        {
            var chance = new RandomStream(request.Seed, "sampled neurons", (ulong)block);
            var scores = request.Prompt.Scores(block);
            for (var i = 0; i < scores.Length; i++)
            {
                // 1 / -ln(u) · score orders as u^(1/score) and keeps its digits; neurons that never fired come last.
                var draw = -Math.Log(1 - chance.NextDouble());
                scores[i] = (float)(scores[i] / Math.Max(draw, 1e-30));
            }
            return scores;
        });
    }
}
