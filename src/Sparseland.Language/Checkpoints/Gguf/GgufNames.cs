using Sparseland.Language.Models;

namespace Sparseland.Language.Checkpoints.Gguf;

/// <summary>GGUF's tensor names and the canonical ones (names: llama.cpp, gguf-py/gguf/constants.py). GPT-2's fused attn_qkv is apart.</summary>
internal static class GgufNames
{
    /// <summary>Factors by which rotary frequencies are divided, [head width / 2]: how GGUF stores Llama 3's scaling.</summary>
    public const string RopeFactors = "rope_freqs.weight";

    /// <summary>GPT-2's queries, keys and values in one matrix, without prefix and suffix.</summary>
    public const string Fused = "attn_qkv";

    private static readonly (string Gguf, string Canonical)[] TopLevel =
    [
        ("token_embd.weight", TensorNames.Embedding),
        ("position_embd.weight", TensorNames.PositionEmbedding),
        ("output_norm.weight", TensorNames.FinalNorm),
        ("output_norm.bias", TensorNames.FinalNormBias),
        ("output.weight", TensorNames.Head),
    ];

    private static readonly (string Gguf, string Canonical)[] Parts =
    [
        ("attn_norm", TensorNames.AttentionNorm),
        ("attn_q", "self_attn.q_proj"),
        ("attn_k", "self_attn.k_proj"),
        ("attn_v", "self_attn.v_proj"),
        ("attn_q_norm", TensorNames.QueryNorm),
        ("attn_k_norm", TensorNames.KeyNorm),
        ("attn_output", "self_attn.o_proj"),
        ("ffn_norm", TensorNames.FeedForwardNorm),
        ("ffn_gate", "mlp.gate_proj"),
        ("ffn_up", "mlp.up_proj"),
        ("ffn_down", "mlp.down_proj"),
    ];

    /// <summary>The canonical name, or null when the tensor is none of a transformer's.</summary>
    public static string? ToCanonical(string name)
    {
        foreach (var (gguf, canonical) in TopLevel)
            if (gguf == name)
                return canonical;
        if (!TryBlock(name, out var block, out var part, out var suffix))
            return null;
        foreach (var (gguf, canonical) in Parts)
            if (gguf == part)
                return $"model.layers.{block}.{canonical}.{suffix}";
        return null;
    }

    /// <summary>GGUF's name of a canonical one.</summary>
    public static string FromCanonical(string name)
    {
        foreach (var (gguf, canonical) in TopLevel)
            if (canonical == name)
                return gguf;
        const string prefix = "model.layers.";
        var dot = name.IndexOf('.', prefix.Length);
        var last = name.LastIndexOf('.');
        var part = name[(dot + 1)..last];
        return $"blk.{name[prefix.Length..dot]}.{Parts.First(pair => pair.Canonical == part).Gguf}{name[last..]}";
    }

    /// <summary>Takes "blk.3.attn_q.weight" apart.</summary>
    public static bool TryBlock(string name, out int block, out string part, out string suffix)
    {
        var pieces = name.Split('.');
        (block, part, suffix) = (0, "", "");
        if (pieces.Length != 4 || pieces[0] != "blk" || pieces[3] is not ("weight" or "bias") || !int.TryParse(pieces[1], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out block))
            return false;
        (part, suffix) = (pieces[2], pieces[3]);
        return true;
    }
}
