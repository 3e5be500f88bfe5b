using Sparseland.Errors;
using Sparseland.Language.Generation;
using Sparseland.Language.Models;
using Sparseland.Language.Tests.Evaluation;
using Sparseland.Language.Tests.Models;
using Sparseland.Threads;

namespace Sparseland.Language.Tests.Generation;

public sealed class TextGeneratorTests
{
    private static readonly InMemoryCheckpoint Checkpoint = InMemoryCheckpoint.Random(Architectures.Get("llama2"));
    private static readonly TransformerModel Model = Checkpoint.ToModel();
    private static readonly TextGenerator Generator = new(Model, new NumberTokenizer(61));
    private static readonly int[] Prompt = [0, 12, 7, 33];

    // Without end tokens, so that lengths are known.
    private static readonly GenerationSettings Greedy = new() { MaximumTokens = 12, IgnoresEndTokens = true };

    private static GenerationResult Generate(GenerationSettings settings, Action<string>? onText = null) =>
        Generator.Generate(Model.CreateSession(64), Prompt, settings, onText);

    private static int[] GreedyByReference(int count)
    {
        var tokens = new List<int>(Prompt);
        for (var i = 0; i < count; i++)
        {
            var logits = new ReferenceTransformer(Checkpoint).Logits([.. tokens])[^1];
            tokens.Add(Array.IndexOf(logits, logits.Max()));
        }
        return [.. tokens.Skip(Prompt.Length)];
    }

    [Fact]
    public void Greedy_text_is_the_references()
    {
        var pieces = "";
        var result = Generate(Greedy, text => pieces += text);
        Assert.Equal(GreedyByReference(12), result.Tokens);
        Assert.Equal(FinishReason.MaximumTokens, result.Reason);
        Assert.Equal(result.Text, pieces);
        Assert.Equal((4, 0, 12, 12), (result.Statistics.PromptTokens, result.Statistics.ReusedTokens, result.Statistics.GeneratedTokens, result.Statistics.DecodeSteps));
    }

    [Fact]
    public void A_stop_string_ends_the_text_before_it()
    {
        var all = Generate(Greedy);
        var stop = string.Concat(all.Tokens.Skip(4).Take(2).Select(token => $"{token} "))[1..];
        var pieces = "";
        var result = Generate(Greedy with { StopStrings = [stop] }, text => pieces += text);
        Assert.Equal(FinishReason.StopString, result.Reason);
        Assert.Equal(all.Text[..all.Text.IndexOf(stop, StringComparison.Ordinal)], result.Text);
        Assert.Equal(result.Text, pieces);
    }

    [Fact]
    public void An_end_token_ends_the_text_and_is_not_part_of_it()
    {
        var all = Generate(Greedy);
        var end = all.Tokens[5];
        var result = Generate(Greedy with { IgnoresEndTokens = false, EndTokens = [end] });
        Assert.Equal(FinishReason.EndToken, result.Reason);
        Assert.Equal(all.Tokens.TakeWhile(token => token != end), result.Tokens);
    }

    [Fact]
    public void A_full_context_ends_the_text()
    {
        var result = Generator.Generate(Model.CreateSession(10), Prompt, Greedy);
        Assert.Equal(FinishReason.ContextFull, result.Reason);
        Assert.Equal(GreedyByReference(7), result.Tokens);
    }

    [Fact]
    public void A_longer_prompt_continues_from_what_the_session_knows()
    {
        var session = Model.CreateSession(64);
        var first = Generator.Generate(session, Prompt, Greedy with { MaximumTokens = 5 });
        var second = Generator.Generate(session, [.. Prompt, .. first.Tokens, 9], Greedy);
        Assert.Equal(9, second.Statistics.ReusedTokens);
        Assert.Equal(Generator.Generate(Model.CreateSession(64), [.. Prompt, .. first.Tokens, 9], Greedy).Tokens, second.Tokens);
    }

    [Fact]
    public void Equal_seeds_give_equal_text_for_any_number_of_threads()
    {
        var settings = Greedy with { Temperature = 0.9, TopP = 0.95, RepetitionPenalty = 1.1, MaximumTokens = 40, Seed = 5 };
        var threads = WorkerPool.ThreadCount;
        try
        {
            WorkerPool.ThreadCount = 1;
            var single = Generate(settings).Tokens;
            WorkerPool.ThreadCount = 2;
            Assert.Equal(single, Generate(settings).Tokens);
            Assert.NotEqual(single, Generate(settings with { Seed = 6 }).Tokens);
        }
        finally
        {
            WorkerPool.ThreadCount = threads;
        }
    }

    [Fact]
    public void Cancelling_ends_it_within_one_token()
    {
        using var source = new CancellationTokenSource();
        var pieces = 0;
        Assert.Throws<OperationCanceledException>(() => Generator.Generate(Model.CreateSession(64), Prompt, Greedy, _ =>
        {
            if (++pieces == 3)
                source.Cancel();
        }, source.Token));
        Assert.Equal(3, pieces);
    }

    [Fact]
    public async Task A_stream_gives_the_pieces_and_then_the_result()
    {
        var text = "";
        GenerationResult? result = null;
        await foreach (var piece in Generator.StreamAsync(Model.CreateSession(64), Prompt, Greedy, TestContext.Current.CancellationToken))
        {
            Assert.Null(result);
            text += piece.Text;
            result = piece.Result;
        }
        Assert.Equal(Generate(Greedy).Tokens, result!.Tokens);
        Assert.Equal(result.Text, text);
    }

    [Fact]
    public async Task Leaving_a_stream_early_ends_the_generation()
    {
        var session = Model.CreateSession(64);
        await foreach (var _ in Generator.StreamAsync(session, Prompt, Greedy with { MaximumTokens = 50 }, TestContext.Current.CancellationToken))
            break;
        var length = session.Length;
        await Task.Yield();
        Assert.Equal(length, session.Length);
    }

    [Fact]
    public async Task A_fault_reaches_the_reader_of_a_stream()
    {
        var stream = Generator.StreamAsync(Model.CreateSession(3), Prompt, Greedy, TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<ResourceLimitException>(async () =>
        {
            await foreach (var _ in stream)
            {
            }
        });
    }

    [Fact]
    public void An_empty_prompt_starts_with_the_begin_token() =>
        Assert.Equal(Generator.Generate(Model.CreateSession(64), [0], Greedy).Tokens, Generator.Generate(Model.CreateSession(64), [], Greedy).Tokens);
}
