namespace Sparseland.Language.Models;

/// <summary>
/// The canonical tensor names, those of Hugging Face's Llama, whatever the file calls them. Projections are [outputs, inputs].
/// GPT-2's fused query-key-value matrix is split and its transposed matrices are turned by its reader.
/// </summary>
public static class TensorNames
{
    /// <summary>[vocabulary, width].</summary>
    public const string Embedding = "model.embed_tokens.weight";

    /// <summary>[context, width]; only without rotation.</summary>
    public const string PositionEmbedding = "model.embed_positions.weight";

    /// <summary>Gain of the last norm, [width].</summary>
    public const string FinalNorm = "model.norm.weight";

    /// <summary>Bias of the last norm, [width]; only of a layer norm.</summary>
    public const string FinalNormBias = "model.norm.bias";

    /// <summary>[vocabulary, width]; absent when tied.</summary>
    public const string Head = "lm_head.weight";

    /// <summary>The names of a block's prunable projections without prefix and suffix, in the order of computation; "mlp.gate_proj" only when gated.</summary>
    public static IReadOnlyList<string> Projections(bool gated) => gated
        ? ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"]
        : ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj", "mlp.up_proj", "mlp.down_proj"];

    /// <summary>Norm before the attention, without prefix and suffix.</summary>
    public const string AttentionNorm = "input_layernorm";

    /// <summary>Norm before the feed-forward layer, without prefix and suffix.</summary>
    public const string FeedForwardNorm = "post_attention_layernorm";

    /// <summary>Norm on every query head ([head width]), without prefix and suffix.</summary>
    public const string QueryNorm = "self_attn.q_norm";

    /// <summary>Norm on every key head, without prefix and suffix.</summary>
    public const string KeyNorm = "self_attn.k_norm";

    /// <summary>model.layers.{block}.{part}.weight.</summary>
    public static string Weight(int block, string part) => $"model.layers.{block}.{part}.weight";

    /// <summary>model.layers.{block}.{part}.bias.</summary>
    public static string Bias(int block, string part) => $"model.layers.{block}.{part}.bias";
}
