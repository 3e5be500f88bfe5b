using System.Text.Json;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Evaluation;
using Sparseland.Language.Generation;
using Sparseland.Language.Models;
using Sparseland.Testing;

namespace Sparseland.Language.Tests.Models;

/// <summary>A trained model against figures that another implementation computed.</summary>
public sealed class Stories260KTests
{
    private const string Folder = "language/stories260K";

    private static JsonElement Reference() => JsonDocument.Parse(File.ReadAllBytes(TestData.Require($"{Folder}/reference.json"))).RootElement;

    private static int[] Ids(string name) => [.. Reference().GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];

    private static LanguageModel Load(string file) => LanguageModel.Load(TestData.Require($"{Folder}/{file}"));

    [Theory]
    [InlineData("stories260K.bin")]
    [InlineData("stories260K_v1.bin")]
    public void Prompt_ids_and_logits_equal_the_reference(string file)
    {
        using var model = Load(file);
        Assert.Equal(Ids("prompt_ids"), model.Tokenizer.Encode(Reference().GetProperty("prompt").GetString()!));
        var logits = model.CreateSession().Read(Ids("prompt_ids"), TestContext.Current.CancellationToken);
        var expected = Reference().GetProperty("prompt_last_logits").EnumerateArray().Select(value => value.GetDouble()).ToArray();
        for (var id = 0; id < expected.Length; id++)
            Assert.Equal(expected[id], logits[id], 1e-3);
    }

    [Fact]
    public void Greedy_text_equals_the_reference()
    {
        using var model = Load("stories260K.bin");
        var (prompt, ids) = (Ids("prompt_ids"), Ids("greedy_ids"));
        var pieces = "";
        var result = model.Generate(Reference().GetProperty("prompt").GetString()!, new GenerationSettings { MaximumTokens = ids.Length - prompt.Length }, text => pieces += text, TestContext.Current.CancellationToken);
        Assert.Equal(ids[prompt.Length..], result.Tokens);
        Assert.Equal(Reference().GetProperty("greedy_text").GetString()!["Once upon a time".Length..], result.Text);
        Assert.Equal(result.Text, pieces);
    }

    [Fact]
    public void Perplexity_equals_the_reference()
    {
        using var model = Load("stories260K.bin");
        var stories = JsonDocument.Parse(File.ReadAllBytes(TestData.Require("text/tinystories_1000/tinystories_1000.json"))).RootElement;
        var reference = Reference();
        var texts = stories.EnumerateArray().Take(reference.GetProperty("documents").GetInt32()).Select(story => new EvaluationText(story.GetString()!)).ToArray();
        var result = model.MeasurePerplexity(texts, PerplexityProtocol.Documents(model.Transformer.Configuration.ContextLength), null, TestContext.Current.CancellationToken);
        Assert.Equal(reference.GetProperty("tokens_scored").GetInt64(), result.Total.Tokens);
        Assert.Equal(reference.GetProperty("mean_nll_nats").GetDouble(), result.NatsPerToken, 1e-4);
        var first = reference.GetProperty("nll_first_10_documents").EnumerateArray().Select(value => value.GetDouble()).ToArray();
        for (var i = 0; i < first.Length; i++)
            Assert.Equal(first[i], result.Pieces[i].NatsPerToken, 1e-4);
    }
}
