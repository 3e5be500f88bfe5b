using Sparseland.Language.Models;

namespace Sparseland.Language.Pruning.Structures;

/// <summary>The numbers that a model is made of, counted tensor by tensor from its configuration. A tied head is counted once, as the embedding.</summary>
/// <param name="Attention">Projections of the attention with their biases and head norms.</param>
/// <param name="FeedForward">Projections of the feed-forward layers with their biases.</param>
/// <param name="Other">Embeddings, norms and head.</param>
public sealed record ParameterCount(long Attention, long FeedForward, long Other)
{
    /// <summary>All of them.</summary>
    public long Total => Attention + FeedForward + Other;

    /// <summary>Counts a model.</summary>
    public static ParameterCount Of(TransformerConfiguration configuration)
    {
        var (attention, feedForward, other) = (0L, 0L, 0L);
        foreach (var tensor in TensorCatalog.For(configuration))
        {
            if (tensor.Name.Contains(".self_attn.", StringComparison.Ordinal))
                attention += tensor.Shape.Length;
            else if (tensor.Name.Contains(".mlp.", StringComparison.Ordinal))
                feedForward += tensor.Shape.Length;
            else
                other += tensor.Shape.Length;
        }
        return new ParameterCount(attention, feedForward, other);
    }
}
