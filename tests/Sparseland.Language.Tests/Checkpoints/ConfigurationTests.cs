using System.Text;
using System.Text.Json;
using Sparseland.Errors;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Models;

namespace Sparseland.Language.Tests.Checkpoints;

public class ConfigurationTests
{
    private const string Llama = """
        {"model_type":"llama","hidden_size":2048,"intermediate_size":8192,"num_hidden_layers":16,"num_attention_heads":32,"num_key_value_heads":8,"vocab_size":128256,"max_position_embeddings":131072,
        "rms_norm_eps":1e-05,"rope_theta":500000.0,"head_dim":64,"tie_word_embeddings":true,"bos_token_id":128000,"eos_token_id":[128001,128008,128009],"hidden_act":"silu","attention_bias":false,
        "rope_scaling":{"factor":32.0,"high_freq_factor":4.0,"low_freq_factor":1.0,"original_max_position_embeddings":8192,"rope_type":"llama3"},"mlp_bias":false,"pretraining_tp":1,"torch_dtype":"bfloat16"}
        """;

    [Fact]
    public void A_published_llama_file_is_read_field_by_field()
    {
        var read = Read(Llama);
        Assert.Equal(("llama", 2048, 8192, 16, 32, 8, 64), (read.Family, read.Width, read.FeedForwardWidth, read.BlockCount, read.HeadCount, read.KeyValueHeadCount, read.HeadWidth));
        Assert.Equal(new RopeScaling(RopeScalingKind.Llama3, 32, 1, 4, 8192), read.RopeScaling);
        Assert.Equal((128000, 500000.0, 1e-5, true), (read.BeginToken!.Value, read.RopeTheta, read.NormEpsilon, read.TiedEmbeddings));
        Assert.Equal([128001, 128008, 128009], read.EndTokens);
        Assert.Null(read.SlidingWindow);
    }

    [Fact]
    public void The_newer_form_of_rotary_settings_reads_the_same()
    {
        var newer = Llama.Replace("\"rope_theta\":500000.0,", "", StringComparison.Ordinal).Replace("\"rope_scaling\":{", "\"rope_parameters\":{\"rope_theta\":500000.0,", StringComparison.Ordinal);
        Assert.Equal(Read(Llama) with { EndTokens = [] }, Read(newer) with { EndTokens = [] });
        Assert.Null(Read(Llama.Replace("\"llama3\"", "\"default\"", StringComparison.Ordinal)).RopeScaling);
    }

    [Theory]
    [InlineData("\"use_sliding_window\":false,\"sliding_window\":4096,\"max_window_layers\":2", null, 0)]
    [InlineData("\"use_sliding_window\":true,\"sliding_window\":4096,\"max_window_layers\":2", 4096, 2)]
    [InlineData("\"use_sliding_window\":true,\"sliding_window\":4096,\"max_window_layers\":4", null, 0)]
    [InlineData("\"use_sliding_window\":true,\"sliding_window\":64,\"layer_types\":[\"full_attention\",\"sliding_attention\",\"sliding_attention\",\"sliding_attention\"]", 64, 1)]
    public void Qwen_has_a_window_only_where_it_is_switched_on(string settings, int? window, int first)
    {
        var read = Read($$"""{"model_type":"qwen2","hidden_size":64,"intermediate_size":128,"num_hidden_layers":4,"num_attention_heads":4,"num_key_value_heads":2,"vocab_size":100,{{settings}}}""");
        Assert.Equal((window, first), (read.SlidingWindow, read.SlidingWindowFirstBlock));
        Assert.True(read.QueryKeyValueBias);
        Assert.False(read.AttentionOutputBias);
    }

    [Fact]
    public void Absent_fields_take_the_defaults_of_the_family()
    {
        const string rest = "\"hidden_size\":64,\"intermediate_size\":128,\"num_hidden_layers\":1,\"num_attention_heads\":16,\"vocab_size\":100}";
        Assert.Equal((8, 4096), (Read("{\"model_type\":\"mistral\"," + rest).KeyValueHeadCount, Read("{\"model_type\":\"mistral\"," + rest).SlidingWindow!.Value));
        Assert.Null(Read("{\"model_type\":\"mistral\",\"sliding_window\":null," + rest).SlidingWindow);
        Assert.Equal((128, true), (Read("{\"model_type\":\"qwen3\"," + rest).HeadWidth, Read("{\"model_type\":\"qwen3\"," + rest).QueryKeyNorm));
        var gpt2 = Read("{\"model_type\":\"gpt2\"}");
        Assert.Equal((768, 3072, 12, 12, 1024, 50257), (gpt2.Width, gpt2.FeedForwardWidth, gpt2.BlockCount, gpt2.HeadCount, gpt2.ContextLength, gpt2.VocabularySize));
        Assert.True(gpt2 is { TiedEmbeddings: true, Rotary: false, Norm: NormKind.Layer, Activation: ActivationKind.GeluTanh });
    }

    [Fact]
    public void Generation_settings_decide_which_tokens_end_a_text()
    {
        var read = ConfigurationReader.Read("config.json", Encoding.UTF8.GetBytes(Llama), Encoding.UTF8.GetBytes("""{"eos_token_id":7}"""));
        Assert.Equal([7], read.EndTokens);
        Assert.Equal(128000, read.BeginToken);
    }

    [Theory]
    [InlineData("\"llama\"", "\"lama\"", "did you mean 'llama'")]
    [InlineData("\"llama3\"", "\"yarn\"", "known are default, linear, llama3")]
    [InlineData("\"silu\"", "\"relu\"", "the activation 'relu' is not known")]
    [InlineData("\"mlp_bias\":false", "\"quantization_config\":{\"quant_method\":\"gptq\"}", "'gptq'")]
    [InlineData("\"mlp_bias\":false", "\"partial_rotary_factor\":0.5", "partial_rotary_factor")]
    public void What_would_change_the_arithmetic_and_is_not_known_is_refused(string known, string unknown, string message) =>
        Assert.Contains(message, Assert.Throws<UnsupportedException>(() => Read(Llama.Replace(known, unknown, StringComparison.Ordinal))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("\"hidden_size\":2048", "\"hidden_size\":-1", "hidden_size")]
    [InlineData("\"hidden_size\":2048", "\"hidden_size\":\"2048\"", "hidden_size")]
    [InlineData("\"hidden_size\":2048,", "", "hidden_size): the field is missing")]
    [InlineData("\"num_key_value_heads\":8", "\"num_key_value_heads\":7", "do not divide")]
    [InlineData("\"high_freq_factor\":4.0", "\"high_freq_factor\":0.5", "rope_scaling.high_freq_factor")]
    [InlineData("\"rms_norm_eps\":1e-05", "\"rms_norm_eps\":1e999", "rms_norm_eps")]
    [InlineData("\"eos_token_id\":[", "\"eos_token_id\":[-1,", "eos_token_id")]
    [InlineData("{\"model_type\"", "{{\"model_type\"", "line 1")]
    public void A_damaged_field_is_named(string before, string after, string message) =>
        Assert.Contains(message, Assert.Throws<InvalidFileException>(() => Read(Llama.Replace(before, after, StringComparison.Ordinal))).Message, StringComparison.Ordinal);

    [Fact]
    public void Unknown_fields_survive_writing_and_contradictions_do_not()
    {
        var original = Encoding.UTF8.GetBytes(Llama.Replace("\"mlp_bias\":false", "\"my_field\":{\"a\":[1,2]},\"_name_or_path\":\"x\"", StringComparison.Ordinal));
        var written = ConfigurationWriter.Write(Read(Llama) with { BlockCount = 3 }, original, "float32");
        using var document = JsonDocument.Parse(written);
        var root = document.RootElement;
        Assert.Equal("[1,2]", root.GetProperty("my_field").GetProperty("a").GetRawText().Replace(" ", "", StringComparison.Ordinal).ReplaceLineEndings(""));
        Assert.Equal(3, root.GetProperty("num_hidden_layers").GetInt32());
        Assert.Equal("float32", root.GetProperty("torch_dtype").GetString());
        Assert.Equal(root.EnumerateObject().Count(), root.EnumerateObject().Select(property => property.Name).Distinct().Count());
        Assert.Equal(Read(Llama) with { BlockCount = 3, EndTokens = [] }, Read(Encoding.UTF8.GetString(written)) with { EndTokens = [] });
    }

    private static TransformerConfiguration Read(string json) => ConfigurationReader.Read("config.json", Encoding.UTF8.GetBytes(json));
}
