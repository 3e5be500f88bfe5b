using Sparseland.Errors;
using Sparseland.Language.Evaluation;
using Sparseland.Language.Models;
using Sparseland.Language.Tests.Models;
using Sparseland.Threads;

namespace Sparseland.Language.Tests.Evaluation;

public sealed class PerplexityTests
{
    private const int Vocabulary = 61;
    private static readonly InMemoryCheckpoint Checkpoint = InMemoryCheckpoint.Random(Architectures.Get("llama2"));
    private static readonly TransformerModel Model = Checkpoint.ToModel();

    private static EvaluationText Text(int count, ulong seed, string domain = "text") =>
        new(string.Join(' ', TransformerModelTests.Tokens(count, Vocabulary, seed)), domain);

    private static PerplexityResult Measure(IReadOnlyList<EvaluationText> texts, PerplexityProtocol protocol) =>
        Perplexity.Measure(Model, new NumberTokenizer(Vocabulary), texts, protocol);

    // −ln p of each token after the first, by the double-precision reference.
    private static double[] Losses(int[] tokens)
    {
        var logits = new ReferenceTransformer(Checkpoint).Logits(tokens);
        return [.. Enumerable.Range(1, tokens.Length - 1).Select(i =>
        {
            var largest = logits[i - 1].Max();
            return Math.Log(logits[i - 1].Sum(x => Math.Exp(x - largest))) + largest - logits[i - 1][tokens[i]];
        })];
    }

    private static int[] Ids(params EvaluationText[] texts) => [0, .. texts.SelectMany(text => text.Text.Split(' ').Select(int.Parse))];

    [Fact]
    public void Documents_are_scored_one_by_one_and_cut()
    {
        EvaluationText[] texts = [Text(20, 1), Text(20, 2), Text(45, 3), Text(9, 4)];
        var result = Measure(texts, PerplexityProtocol.Documents(31));
        var expected = texts.Select(text => Losses(Ids(text)[..Math.Min(31, Ids(text).Length)])).ToArray();
        Assert.Equal(20 + 20 + 30 + 9, result.Total.Tokens);
        Assert.Equal(expected.SelectMany(losses => losses).Average(), result.NatsPerToken, 1e-5);
        Assert.Equal(Math.Exp(result.NatsPerToken), result.Perplexity);
        for (var i = 0; i < texts.Length; i++)
            Assert.Equal(expected[i].Average(), result.Pieces[i].NatsPerToken, 1e-5);
    }

    [Fact]
    public void Papers_windows_score_all_but_their_first_token_and_drop_the_rest()
    {
        EvaluationText[] texts = [Text(30, 1), Text(47, 2)];
        var ids = Ids(texts);
        var result = Measure(texts, PerplexityProtocol.NonOverlapping(16));
        var expected = Enumerable.Range(0, ids.Length / 16).SelectMany(i => Losses(ids[(16 * i)..(16 * i + 16)])).ToArray();
        Assert.Equal(expected.Length, result.Total.Tokens);
        Assert.Equal(expected.Average(), result.NatsPerToken, 1e-5);
    }

    [Theory]
    [InlineData(16, 4)]
    [InlineData(16, 15)]
    [InlineData(100, 50)]
    public void Sliding_windows_score_every_token_once_with_enough_context(int window, int stride)
    {
        var text = Text(80, 5);
        var ids = Ids(text);
        var result = Measure([text], PerplexityProtocol.Sliding(window, stride));
        var expected = new List<double>();
        for (var first = 0; expected.Count < ids.Length - 1; first += stride)
            expected.AddRange(Losses(ids[first..Math.Min(ids.Length, first + window)])[Math.Max(0, expected.Count - first)..]);
        Assert.Equal(ids.Length - 1, result.Total.Tokens);
        Assert.Equal(expected.Average(), result.NatsPerToken, 1e-5);
    }

    [Fact]
    public void Domains_are_streams_of_their_own()
    {
        EvaluationText[] texts = [Text(20, 1, "a"), Text(40, 2, "b"), Text(20, 3, "a")];
        var result = Measure(texts, PerplexityProtocol.NonOverlapping(10));
        Assert.Equal(["a", "b"], result.Domains.Select(domain => domain.Name));
        Assert.Equal(Measure([texts[0], texts[2]], PerplexityProtocol.NonOverlapping(10)).NatsPerToken, result.Domains[0].NatsPerToken, 1e-9);
        Assert.Equal(result.Total.Tokens, result.Domains.Sum(domain => domain.Tokens));
    }

    [Fact]
    public void A_limit_stops_after_the_window_that_reaches_it()
    {
        var result = Measure([Text(100, 1)], PerplexityProtocol.NonOverlapping(11) with { Limit = 25 });
        Assert.Equal(30, result.Total.Tokens);
        Assert.Equal("windows of 11, non-overlapping, first 25 tokens", result.Protocol.Name);
    }

    [Fact]
    public void The_number_of_threads_changes_no_bit()
    {
        EvaluationText[] texts = [.. Enumerable.Range(0, 12).Select(i => Text(60, (ulong)i))];
        var threads = WorkerPool.ThreadCount;
        try
        {
            var results = new List<double>();
            foreach (var count in (int[])[1, 2, 3])
            {
                WorkerPool.ThreadCount = count;
                results.Add(Measure(texts, PerplexityProtocol.Documents(128)).NatsPerToken);
            }
            Assert.Single(results.Distinct());
        }
        finally
        {
            WorkerPool.ThreadCount = threads;
        }
    }

    [Fact]
    public void Wrong_protocols_and_empty_texts_are_refused()
    {
        Assert.Throws<InvalidSettingException>(() => Measure([Text(20, 1)], PerplexityProtocol.Documents(1)));
        Assert.Throws<InvalidSettingException>(() => Measure([Text(20, 1)], PerplexityProtocol.Sliding(16, 16)));
        Assert.Contains("no tokens to score", Assert.Throws<InvalidSettingException>(() => Measure([Text(20, 1)], PerplexityProtocol.NonOverlapping(64))).Message);
        Assert.Throws<InvalidSettingException>(() => Measure([new EvaluationText("")], PerplexityProtocol.Documents(64)));
    }

    [Fact]
    public void A_tokenizer_of_another_model_is_refused() =>
        Assert.Contains("the tokenizer is another model's", Assert.Throws<MismatchException>(() => Measure([new EvaluationText("5 61 3")], PerplexityProtocol.Documents(64))).Message);
}
