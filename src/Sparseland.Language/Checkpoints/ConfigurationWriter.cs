using System.Text.Json;
using Sparseland.Files;
using Sparseland.Language.Models;

namespace Sparseland.Language.Checkpoints;

/// <summary>Writes config.json in the Hugging Face layout. What the original file says beyond our knowledge is kept; what we know is written from the configuration.</summary>
public static class ConfigurationWriter
{
    /// <summary>The file's content as UTF-8 JSON.</summary>
    /// <param name="configuration">The model.</param>
    /// <param name="original">The config.json the model came with, or empty. Its unknown fields are kept in their order.</param>
    /// <param name="storedType">The element type to name in torch_dtype ("bfloat16", "float32", "float16"), or null to leave it out.</param>
    /// <param name="packed">Whether weights are packed: the file then says so where other tools look for a quantisation method, so that they refuse it instead of missing weights.</param>
    public static byte[] Write(TransformerConfiguration configuration, ReadOnlyMemory<byte> original = default, string? storedType = null, bool packed = false)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            var known = configuration.Family == "gpt2" ? Gpt2Fields(configuration) : RotaryFields(configuration);
            CommonFields(known, configuration, storedType);
            if (packed)
                known.Add(("quantization_config", WritePackedMark));
            foreach (var (_, write) in known)
                write(json);
            if (!original.IsEmpty)
                CopyUnknown(json, original, known);
            json.WriteEndObject();
        }
        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }

    /// <summary>Whether config.json of a family can say that all projections have biases.</summary>
    internal static bool CanSayBiases(string family) => family is "llama" or "gpt2";

    private static void WritePackedMark(Utf8JsonWriter json)
    {
        json.WriteStartObject("quantization_config");
        json.WriteString("quant_method", ConfigurationReader.PackedMethod);
        json.WriteEndObject();
    }

    private static void CopyUnknown(Utf8JsonWriter json, ReadOnlyMemory<byte> original, List<(string Name, Action<Utf8JsonWriter> Write)> known)
    {
        // Fields that say in another way what was written above would contradict it.
        var skipped = new HashSet<string>(known.Select(field => field.Name), StringComparer.Ordinal)
        {
            ConfigurationReader.BlockShapesField, "rope_parameters", "rope_scaling", "layer_types", "torch_dtype", "dtype", "n_ctx", "quantization_config",
        };
        using var document = JsonFile.Parse(ConfigurationReader.FileName, original);
        foreach (var property in document.RootElement.EnumerateObject())
            if (skipped.Add(property.Name))
                property.WriteTo(json);
    }

    private static void CommonFields(List<(string, Action<Utf8JsonWriter>)> fields, TransformerConfiguration configuration, string? storedType)
    {
        fields.Add(("vocab_size", json => json.WriteNumber("vocab_size", configuration.VocabularySize)));
        if (configuration.BlockShapes is { } shapes)
            fields.Add((ConfigurationReader.BlockShapesField, json => WriteBlockShapes(json, shapes)));
        fields.Add(("tie_word_embeddings", json => json.WriteBoolean("tie_word_embeddings", configuration.TiedEmbeddings)));
        if (configuration.BeginToken is { } begin)
            fields.Add(("bos_token_id", json => json.WriteNumber("bos_token_id", begin)));
        if (configuration.EndTokens.Count > 0)
            fields.Add(("eos_token_id", json => WriteTokens(json, "eos_token_id", configuration.EndTokens)));
        if (storedType is not null)
            fields.Add(("torch_dtype", json => json.WriteString("torch_dtype", storedType)));
    }

    private static void WriteBlockShapes(Utf8JsonWriter json, IReadOnlyList<BlockShape> shapes)
    {
        json.WriteStartArray(ConfigurationReader.BlockShapesField);
        foreach (var shape in shapes)
        {
            json.WriteStartArray();
            json.WriteNumberValue(shape.HeadCount);
            json.WriteNumberValue(shape.KeyValueHeadCount);
            json.WriteNumberValue(shape.FeedForwardWidth);
            json.WriteEndArray();
        }
        json.WriteEndArray();
    }

    /// <summary>A generation_config.json of the tokens that begin and end a text.</summary>
    public static byte[] WriteGeneration(TransformerConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            if (configuration.BeginToken is { } begin)
                json.WriteNumber("bos_token_id", begin);
            if (configuration.EndTokens.Count > 0)
                WriteTokens(json, "eos_token_id", configuration.EndTokens);
            json.WriteEndObject();
        }
        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }

    /// <summary>Writes one token id, or a list when there are several.</summary>
    internal static void WriteTokens(Utf8JsonWriter json, string name, IReadOnlyList<int> tokens)
    {
        if (tokens.Count == 1)
        {
            json.WriteNumber(name, tokens[0]);
            return;
        }
        json.WriteStartArray(name);
        foreach (var token in tokens)
            json.WriteNumberValue(token);
        json.WriteEndArray();
    }

    private static List<(string Name, Action<Utf8JsonWriter> Write)> RotaryFields(TransformerConfiguration configuration)
    {
        var (architecture, qwen) = configuration.Family switch
        {
            "mistral" => ("MistralForCausalLM", false),
            "qwen2" => ("Qwen2ForCausalLM", true),
            "qwen3" => ("Qwen3ForCausalLM", true),
            _ => ("LlamaForCausalLM", false),
        };
        List<(string, Action<Utf8JsonWriter>)> fields = Architecture(architecture, configuration.Family);
        Number("hidden_size", configuration.Width);
        Number("intermediate_size", configuration.FeedForwardWidth);
        Number("num_hidden_layers", configuration.BlockCount);
        Number("num_attention_heads", configuration.HeadCount);
        Number("num_key_value_heads", configuration.KeyValueHeadCount);
        Number("head_dim", configuration.HeadWidth);
        Number("max_position_embeddings", configuration.ContextLength);
        Number("rms_norm_eps", configuration.NormEpsilon);
        Number("rope_theta", configuration.RopeTheta);
        fields.Add(("hidden_act", json => json.WriteString("hidden_act", ActivationName(configuration.Activation))));
        fields.Add(("rope_scaling", json => WriteScaling(json, configuration.RopeScaling)));
        if (configuration.Family != "qwen2")
            fields.Add(("attention_bias", json => json.WriteBoolean("attention_bias", configuration.QueryKeyValueBias)));
        if (configuration.Family == "llama")
            fields.Add(("mlp_bias", json => json.WriteBoolean("mlp_bias", configuration.FeedForwardBias)));
        else
            AddWindow(fields, configuration, qwen);
        return fields;

        void Number(string name, double value) => fields.Add((name, json => json.WriteNumber(name, value)));
    }

    private static void AddWindow(List<(string, Action<Utf8JsonWriter>)> fields, TransformerConfiguration configuration, bool qwen)
    {
        fields.Add(("sliding_window", json =>
        {
            if (configuration.SlidingWindow is { } window)
                json.WriteNumber("sliding_window", window);
            else
                json.WriteNull("sliding_window");
        }));
        if (!qwen)
            return;
        fields.Add(("use_sliding_window", json => json.WriteBoolean("use_sliding_window", configuration.SlidingWindow is not null)));
        fields.Add(("max_window_layers", json => json.WriteNumber("max_window_layers", configuration.SlidingWindow is null ? configuration.BlockCount : configuration.SlidingWindowFirstBlock)));
    }

    private static List<(string Name, Action<Utf8JsonWriter> Write)> Gpt2Fields(TransformerConfiguration configuration)
    {
        List<(string, Action<Utf8JsonWriter>)> fields = Architecture("GPT2LMHeadModel", "gpt2");
        Number("n_embd", configuration.Width);
        Number("n_inner", configuration.FeedForwardWidth);
        Number("n_layer", configuration.BlockCount);
        Number("n_head", configuration.HeadCount);
        Number("n_positions", configuration.ContextLength);
        Number("layer_norm_epsilon", configuration.NormEpsilon);
        if (configuration.HeadWidth * configuration.HeadCount != configuration.Width)
            Number("head_dim", configuration.HeadWidth);
        fields.Add(("activation_function", json => json.WriteString("activation_function", ActivationName(configuration.Activation))));
        return fields;

        void Number(string name, double value) => fields.Add((name, json => json.WriteNumber(name, value)));
    }

    private static List<(string Name, Action<Utf8JsonWriter> Write)> Architecture(string name, string family) =>
    [
        ("architectures", json =>
        {
            json.WriteStartArray("architectures");
            json.WriteStringValue(name);
            json.WriteEndArray();
        }),
        ("model_type", json => json.WriteString("model_type", family)),
    ];

    private static void WriteScaling(Utf8JsonWriter json, RopeScaling? scaling)
    {
        if (scaling is null || scaling.Kind == RopeScalingKind.None)
        {
            json.WriteNull("rope_scaling");
            return;
        }
        json.WriteStartObject("rope_scaling");
        json.WriteString("rope_type", scaling.Kind == RopeScalingKind.Linear ? "linear" : "llama3");
        json.WriteNumber("factor", scaling.Factor);
        if (scaling.Kind == RopeScalingKind.Llama3)
        {
            json.WriteNumber("low_freq_factor", scaling.LowFrequencyFactor);
            json.WriteNumber("high_freq_factor", scaling.HighFrequencyFactor);
            json.WriteNumber("original_max_position_embeddings", scaling.OriginalContext);
        }
        json.WriteEndObject();
    }

    private static string ActivationName(ActivationKind activation) => activation switch
    {
        ActivationKind.Silu => "silu",
        ActivationKind.GeluTanh => "gelu_new",
        _ => "gelu",
    };
}
