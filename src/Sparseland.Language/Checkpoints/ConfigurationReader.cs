using System.Text.Json;
using Sparseland.Errors;
using Sparseland.Files;
using Sparseland.Language.Models;

namespace Sparseland.Language.Checkpoints;

/// <summary>
/// Reads config.json of the Hugging Face layout (and generation_config.json beside it for the tokens that end a text) into a <see cref="TransformerConfiguration"/>.
/// Absent fields take the defaults of the family's configuration class in the transformers library; what would change the arithmetic and is not known is refused, not ignored.
/// </summary>
public static class ConfigurationReader
{
    /// <summary>The file's name.</summary>
    public const string FileName = "config.json";

    /// <summary>The name of the file with settings for generation.</summary>
    public const string GenerationFileName = "generation_config.json";

    /// <summary>The quant_method that a packed model's config.json names.</summary>
    internal const string PackedMethod = "sparseland";

    /// <summary>The field with the heads, key heads and feed-forward width of every block, where structured pruning made them differ: our own, since the layout has none for it.</summary>
    internal const string BlockShapesField = "block_shapes";

    private const int MaxWidth = 1 << 20;

    /// <summary>The families that are known, as model_type names them. SmolLM and TinyLlama are "llama".</summary>
    public static IReadOnlyList<string> Families { get; } = ["llama", "mistral", "qwen2", "qwen3", "gpt2"];

    /// <summary>Reads the configuration of a folder.</summary>
    /// <exception cref="InvalidFileException">A file is missing or damaged, or a field is out of range.</exception>
    /// <exception cref="UnsupportedException">The family, or something that would change the arithmetic, is not known.</exception>
    public static TransformerConfiguration ReadFolder(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            throw new InvalidFileException(folder, FileName, "there is no such file", "give a folder in the Hugging Face layout (config.json, model.safetensors, tokenizer.json)");
        var generation = Path.Combine(folder, GenerationFileName);
        return Read(path, JsonFile.ReadBytes(path), File.Exists(generation) ? JsonFile.ReadBytes(generation) : default);
    }

    /// <summary>Reads the content of the files.</summary>
    /// <param name="path">The configuration's name, for messages.</param>
    /// <param name="configuration">The content of config.json.</param>
    /// <param name="generation">The content of generation_config.json; empty when there is none.</param>
    public static TransformerConfiguration Read(string path, ReadOnlyMemory<byte> configuration, ReadOnlyMemory<byte> generation = default)
    {
        using var document = JsonFile.Parse(path, configuration);
        var fields = Root(path, document);
        var family = fields.Text("model_type") ?? throw fields.Fault("model_type", "the field is missing");
        if (!Families.Contains(family))
            throw fields.Unsupported("model_type", $"the architecture {PrintableName.Of(family)} is not known{Suggestion.For(family, Families)}; known are {string.Join(", ", Families)}");
        if (fields.Object("quantization_config") is { } quantization && quantization.Text("quant_method") != PackedMethod)
            throw fields.Unsupported("quantization_config", $"weights quantised by {PrintableName.Of(quantization.Text("quant_method") ?? "an unnamed method")} are not read from this layout; use the unquantised model, or a GGUF file");
        var result = family == "gpt2" ? ReadGpt2(fields) : ReadRotary(fields, family);
        result = result with { BeginToken = Begin(fields), EndTokens = fields.Tokens("eos_token_id") ?? [] };
        if (fields.Has(BlockShapesField))
            result = ReadBlockShapes(fields, result);
        if (!generation.IsEmpty)
            result = ReadGeneration(Path.Combine(Path.GetDirectoryName(path) ?? "", GenerationFileName), generation, result);
        return result;
    }

    private static int? Begin(JsonFields fields) => fields.Tokens("bos_token_id") is { Count: > 0 } tokens ? tokens[0] : null;

    private static JsonFields Root(string path, JsonDocument document) => document.RootElement.ValueKind == JsonValueKind.Object
        ? new JsonFields(path, "", document.RootElement)
        : throw new InvalidFileException(path, "", "a JSON object is expected", "is it the right file?");

    private static TransformerConfiguration ReadGeneration(string path, ReadOnlyMemory<byte> content, TransformerConfiguration configuration)
    {
        using var document = JsonFile.Parse(path, content);
        var fields = Root(path, document);
        return configuration with
        {
            BeginToken = Begin(fields) ?? configuration.BeginToken,
            EndTokens = fields.Tokens("eos_token_id") ?? configuration.EndTokens,
        };
    }

    private static TransformerConfiguration ReadRotary(JsonFields fields, string family)
    {
        var width = fields.Int("hidden_size", null, 1, MaxWidth);
        var heads = fields.Int("num_attention_heads", null, 1, width);
        var blocks = fields.Int("num_hidden_layers", null, 1, 10_000);
        var qwen = family is "qwen2" or "qwen3";
        var keyValueHeads = fields.Int("num_key_value_heads", family == "mistral" && !fields.IsNull("num_key_value_heads") ? Math.Min(8, heads) : heads, 1, heads);
        var headWidth = fields.Int("head_dim", family == "qwen3" ? 128 : width / heads, 1, 1 << 14);
        RequireShape(fields, width, heads, keyValueHeads, headWidth);
        RequireAbsent(fields, "partial_rotary_factor", 1);
        RequireAbsent(fields, "pretraining_tp", 1);
        var attentionBias = family == "qwen2" || fields.Bool("attention_bias", false);
        var (theta, scaling) = RopeReader.Read(fields);
        var (window, firstBlock) = SlidingWindowReader.Read(fields, family, blocks);
        return new()
        {
            Family = family,
            VocabularySize = fields.Int("vocab_size", null, 1, 1 << 26),
            Width = width,
            FeedForwardWidth = fields.Int("intermediate_size", null, 1, MaxWidth * 8),
            BlockCount = blocks,
            HeadCount = heads,
            KeyValueHeadCount = keyValueHeads,
            HeadWidth = headWidth,
            ContextLength = fields.Int("max_position_embeddings", family == "llama" ? 2048 : qwen ? 32768 : 131072, 1, 1 << 28),
            NormEpsilon = fields.Double("rms_norm_eps", 1e-6, 0, 1),
            Activation = Activation(fields, "hidden_act", "silu"),
            RopeTheta = theta,
            RopeScaling = scaling,
            TiedEmbeddings = fields.Bool("tie_word_embeddings", false),
            QueryKeyValueBias = attentionBias,
            AttentionOutputBias = attentionBias && family != "qwen2",
            FeedForwardBias = family == "llama" && fields.Bool("mlp_bias", false),
            QueryKeyNorm = family == "qwen3",
            SlidingWindow = window,
            SlidingWindowFirstBlock = firstBlock,
        };
    }

    private static TransformerConfiguration ReadGpt2(JsonFields fields)
    {
        var width = fields.Int("n_embd", "hidden_size", 768, 1, MaxWidth);
        var heads = fields.Int("n_head", "num_attention_heads", 12, 1, width);
        // GPT-2 has no such field; ours says the width of heads where some of them were removed from every block.
        var headWidth = fields.Int("head_dim", width / heads, 1, 1 << 14);
        RequireShape(fields, width, heads, heads, headWidth);
        if (!fields.Bool("scale_attn_weights", true) || fields.Bool("scale_attn_by_inverse_layer_idx", false))
            throw fields.Unsupported("scale_attn_weights", "only attention scaled by the root of the head's width is known");
        if (fields.Bool("add_cross_attention", false))
            throw fields.Unsupported("add_cross_attention", "cross-attention is not known");
        return new()
        {
            Family = "gpt2",
            VocabularySize = fields.Int("vocab_size", 50257, 1, 1 << 26),
            Width = width,
            FeedForwardWidth = fields.Int("n_inner", 4 * width, 1, MaxWidth * 8),
            BlockCount = fields.Int("n_layer", "num_hidden_layers", 12, 1, 10_000),
            HeadCount = heads,
            KeyValueHeadCount = heads,
            HeadWidth = headWidth,
            ContextLength = fields.Int("n_positions", "n_ctx", 1024, 1, 1 << 28),
            Norm = NormKind.Layer,
            NormEpsilon = fields.Double("layer_norm_epsilon", 1e-5, 0, 1),
            Activation = Activation(fields, "activation_function", "gelu_new"),
            GatedFeedForward = false,
            Rotary = false,
            TiedEmbeddings = fields.Bool("tie_word_embeddings", true),
            QueryKeyValueBias = true,
            AttentionOutputBias = true,
            FeedForwardBias = true,
        };
    }

    private static TransformerConfiguration ReadBlockShapes(JsonFields fields, TransformerConfiguration configuration)
    {
        var rows = fields.Value.GetProperty(BlockShapesField);
        var shapes = new List<BlockShape>();
        if (rows.ValueKind == JsonValueKind.Array)
            foreach (var row in rows.EnumerateArray())
                if (row.ValueKind == JsonValueKind.Array && row.GetArrayLength() == 3 && row.EnumerateArray().All(number => number.ValueKind == JsonValueKind.Number && number.TryGetInt32(out var value) && value > 0)
                    && row[0].GetInt32() <= configuration.HeadCount && row[2].GetInt32() <= configuration.FeedForwardWidth && row[0].GetInt32() % row[1].GetInt32() == 0)
                    shapes.Add(new BlockShape(row[0].GetInt32(), row[1].GetInt32(), row[2].GetInt32()));
        return rows.ValueKind == JsonValueKind.Array && shapes.Count == rows.GetArrayLength() && shapes.Count == configuration.BlockCount
            ? configuration.WithBlockShapes(shapes)
            : throw fields.Fault(BlockShapesField, $"expected {configuration.BlockCount} lists of heads, key heads (which divide them) and feed-forward width, none larger than the model's own");
    }

    private static void RequireShape(JsonFields fields, int width, int heads, int keyValueHeads, int headWidth)
    {
        if (heads % keyValueHeads != 0)
            throw fields.Fault("num_key_value_heads", $"{keyValueHeads} key heads do not divide {heads} query heads");
        if (!fields.Has("head_dim") && width % heads != 0 && headWidth == width / heads)
            throw fields.Fault("num_attention_heads", $"{heads} heads do not divide the width {width}");
        if ((long)heads * headWidth > MaxWidth)
            throw fields.Fault("head_dim", $"{heads} heads of {headWidth} are wider than {MaxWidth}");
    }

    private static void RequireAbsent(JsonFields fields, string name, double neutral)
    {
        if (fields.Has(name) && fields.Double(name, neutral, 0, 1e6) is var value && value != neutral)
            throw fields.Unsupported(name, $"the value {value} is not known; only {neutral} is");
    }

    private static ActivationKind Activation(JsonFields fields, string name, string absent)
    {
        var text = fields.Text(name) ?? absent;
        return text switch
        {
            "silu" or "swish" => ActivationKind.Silu,
            "gelu_new" or "gelu_pytorch_tanh" or "gelu_fast" => ActivationKind.GeluTanh,
            "gelu" => ActivationKind.Gelu,
            _ => throw fields.Unsupported(name, $"the activation {PrintableName.Of(text)} is not known; known are silu, gelu, gelu_new, gelu_pytorch_tanh"),
        };
    }
}
