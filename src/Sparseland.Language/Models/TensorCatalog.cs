using Sparseland.Tensors;

namespace Sparseland.Language.Models;

/// <summary>A tensor that a model of a configuration has.</summary>
/// <param name="Name">The canonical name.</param>
/// <param name="Shape">Its extents: [outputs, inputs] for a projection, [width] for a gain or bias.</param>
public readonly record struct CatalogTensor(string Name, Shape Shape);

/// <summary>Lists every tensor of a model from its configuration alone, in canonical order: what a checkpoint must hold, and what a writer announces.</summary>
public static class TensorCatalog
{
    /// <summary>All tensors: embeddings, then block after block in the order of computation, then the last norm and the head (unless tied).</summary>
    public static IReadOnlyList<CatalogTensor> For(TransformerConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var list = new List<CatalogTensor> { new(TensorNames.Embedding, new(configuration.VocabularySize, configuration.Width)) };
        if (!configuration.Rotary)
            list.Add(new(TensorNames.PositionEmbedding, new(configuration.ContextLength, configuration.Width)));
        for (var block = 0; block < configuration.BlockCount; block++)
            AddBlock(list, configuration, block);
        list.Add(new(TensorNames.FinalNorm, new(configuration.Width)));
        if (configuration.Norm == NormKind.Layer)
            list.Add(new(TensorNames.FinalNormBias, new(configuration.Width)));
        if (!configuration.TiedEmbeddings)
            list.Add(new(TensorNames.Head, new(configuration.VocabularySize, configuration.Width)));
        return list;
    }

    /// <summary>Whether a projection has a bias in this configuration.</summary>
    /// <param name="configuration">The model.</param>
    /// <param name="projection">The name without prefix and suffix, such as "self_attn.q_proj".</param>
    public static bool HasBias(TransformerConfiguration configuration, string projection)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(projection);
        if (projection.StartsWith("mlp.", StringComparison.Ordinal))
            return configuration.FeedForwardBias;
        return projection == "self_attn.o_proj" ? configuration.AttentionOutputBias : configuration.QueryKeyValueBias;
    }

    /// <summary>The extents of a projection, [outputs, inputs].</summary>
    /// <param name="configuration">The model.</param>
    /// <param name="block">Its block, from 0.</param>
    /// <param name="projection">The name without prefix and suffix.</param>
    /// <exception cref="ArgumentException">There is no such projection.</exception>
    public static Shape ProjectionShape(TransformerConfiguration configuration, int block, string projection)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var blockShape = configuration.ShapeOf(block);
        var queries = blockShape.HeadCount * configuration.HeadWidth;
        var keys = blockShape.KeyValueHeadCount * configuration.HeadWidth;
        return projection switch
        {
            "self_attn.q_proj" => new(queries, configuration.Width),
            "self_attn.k_proj" or "self_attn.v_proj" => new(keys, configuration.Width),
            "self_attn.o_proj" => new(configuration.Width, queries),
            "mlp.gate_proj" or "mlp.up_proj" => new(blockShape.FeedForwardWidth, configuration.Width),
            "mlp.down_proj" => new(configuration.Width, blockShape.FeedForwardWidth),
            _ => throw new ArgumentException($"there is no projection {projection}", nameof(projection)),
        };
    }

    private static void AddBlock(List<CatalogTensor> list, TransformerConfiguration configuration, int block)
    {
        AddNorm(TensorNames.AttentionNorm);
        foreach (var projection in TensorNames.Projections(configuration.GatedFeedForward))
        {
            if (projection == "mlp.gate_proj" || (projection == "mlp.up_proj" && !configuration.GatedFeedForward))
                AddNorm(TensorNames.FeedForwardNorm);
            var shape = ProjectionShape(configuration, block, projection);
            list.Add(new(TensorNames.Weight(block, projection), shape));
            if (HasBias(configuration, projection))
                list.Add(new(TensorNames.Bias(block, projection), new(shape[0])));
            if (configuration.QueryKeyNorm && projection == "self_attn.v_proj")
            {
                list.Add(new(TensorNames.Weight(block, TensorNames.QueryNorm), new(configuration.HeadWidth)));
                list.Add(new(TensorNames.Weight(block, TensorNames.KeyNorm), new(configuration.HeadWidth)));
            }
        }

        void AddNorm(string part)
        {
            list.Add(new(TensorNames.Weight(block, part), new(configuration.Width)));
            if (configuration.Norm == NormKind.Layer)
                list.Add(new(TensorNames.Bias(block, part), new(configuration.Width)));
        }
    }
}
