using Sparseland.Errors;
using Sparseland.Language.Generation;

namespace Sparseland.Language.Tests.Generation;

public sealed class GenerationSettingsTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    private GenerationSettings Read(string json)
    {
        File.WriteAllText(_path, json);
        return GenerationSettings.Read(_path);
    }

    [Fact]
    public void Sampling_values_are_read_with_their_defaults()
    {
        var settings = Read("""{"do_sample": true, "temperature": 0.7, "top_p": 0.9, "eos_token_id": [2, 7], "transformers_version": "4.40"}""");
        Assert.Equal((0.7, 50, 0.9, 0.0), (settings.Temperature, settings.TopK, settings.TopP, settings.MinP));
        Assert.Equal([2, 7], settings.EndTokens);
    }

    [Fact]
    public void Without_do_sample_it_is_greedy()
    {
        var settings = Read("""{"temperature": 0.7, "eos_token_id": 2, "top_k": null}""");
        Assert.Equal(0, settings.Temperature);
        Assert.Equal([2], settings.EndTokens);
    }

    [Theory]
    [InlineData("""{"do_sample": true, "temperature": "warm"}""", "temperature")]
    [InlineData("""{"do_sample": true, "temperature": -1}""", "a temperature of -1")]
    [InlineData("""{"do_sample": true, "top_p": 1.2}""", "a top-p of 1.2")]
    [InlineData("""{"eos_token_id": [1, -2]}""", "token ids")]
    [InlineData("[1]", "an object belongs")]
    [InlineData("{", "not valid JSON")]
    [InlineData("""{"max_new_tokens": 1e30}""", "an integer")]
    public void A_wrong_value_is_named_with_its_file(string json, string part)
    {
        var fault = Assert.Throws<InvalidFileException>(() => Read(json));
        Assert.Contains(part, fault.Message);
        Assert.StartsWith(_path, fault.Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.8)]
    public void What_is_written_is_read_again(double temperature)
    {
        var settings = new GenerationSettings { Temperature = temperature, TopK = temperature > 0 ? 12 : 0, RepetitionPenalty = 1.1, MaximumTokens = 99, EndTokens = [3] };
        using (var stream = File.Create(_path))
            settings.Write(stream);
        var read = GenerationSettings.Read(_path);
        Assert.Equal(settings.EndTokens, read.EndTokens);
        Assert.Equal(settings, read with { EndTokens = settings.EndTokens, StopStrings = settings.StopStrings });
    }

    [Fact]
    public void An_empty_stop_string_is_refused() => Assert.Throws<InvalidSettingException>(() => new GenerationSettings { StopStrings = [""] }.Validate());
}
