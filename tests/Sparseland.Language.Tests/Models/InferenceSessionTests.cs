using Sparseland.Language.Models;
using Sparseland.Threads;

namespace Sparseland.Language.Tests.Models;

public sealed class InferenceSessionTests
{
    private static readonly TransformerModel Model = InMemoryCheckpoint.Random(Architectures.Get("llama3") with { ContextLength = 2048 }).ToModel();
    private static readonly int[] Tokens = TransformerModelTests.Tokens(300, 61);

    [Theory]
    [InlineData("llama3")]
    [InlineData("gpt2")]
    [InlineData("qwen3")]
    public void A_decoded_token_allocates_nothing(string name)
    {
        var session = InMemoryCheckpoint.Random(Architectures.Get(name)).ToModel().CreateSession(128);
        session.Reserve(128);
        session.Read(Tokens.AsSpan(0, 20), TestContext.Current.CancellationToken);
        session.Read(Tokens.AsSpan(20, 1), TestContext.Current.CancellationToken);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 21; i < 100; i++)
            session.Read(Tokens.AsSpan(i, 1), TestContext.Current.CancellationToken);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Another_text_reads_only_what_differs()
    {
        var session = Model.CreateSession(512);
        session.Read(Tokens, TestContext.Current.CancellationToken);
        int[] other = [.. Tokens[..100], 7, 8, 9];
        if (Tokens[100] == 7)
            other[100] = 8;
        Assert.Equal(100, session.Rewind(other));
        var continued = session.Read(other.AsSpan(100), TestContext.Current.CancellationToken).ToArray();
        Assert.Equal(other, session.Tokens.ToArray());
        var fresh = Model.CreateSession(512).Read(other, TestContext.Current.CancellationToken).ToArray();
        TransformerModelTests.AssertClose([.. fresh.Select(x => (double)x)], continued);
    }

    [Fact]
    public void The_same_text_again_reads_its_last_token()
    {
        var session = Model.CreateSession(512);
        session.Read(Tokens, TestContext.Current.CancellationToken);
        Assert.Equal(Tokens.Length - 1, session.Rewind(Tokens));
    }

    [Fact]
    public void The_number_of_threads_changes_no_bit()
    {
        var threads = WorkerPool.ThreadCount;
        try
        {
            var results = new List<float[]>();
            foreach (var count in (int[])[1, 2, 3])
            {
                WorkerPool.ThreadCount = count;
                results.Add(Model.CreateSession(512).Read(Tokens, TestContext.Current.CancellationToken).ToArray());
            }
            Assert.Equal(results[0], results[1]);
            Assert.Equal(results[0], results[2]);
        }
        finally
        {
            WorkerPool.ThreadCount = threads;
        }
    }

    [Fact]
    public void Cancelling_leaves_the_session_where_it_was()
    {
        var session = Model.CreateSession(512);
        session.Read(Tokens.AsSpan(0, 10), TestContext.Current.CancellationToken);
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => { session.Read(Tokens.AsSpan(10, 20), source.Token); });
        Assert.Equal(Tokens[..10], session.Tokens.ToArray());
        var fresh = Model.CreateSession(512);
        fresh.Read(Tokens.AsSpan(0, 10), TestContext.Current.CancellationToken);
        Assert.Equal(fresh.Read([5], TestContext.Current.CancellationToken).ToArray(), session.Read([5], TestContext.Current.CancellationToken).ToArray());
    }

    [Fact]
    public void A_converted_model_uses_the_new_matrices_and_shares_the_rest()
    {
        var names = new List<string>();
        var converted = Model.Convert((name, matrix) =>
        {
            names.Add(name);
            return matrix;
        });
        Assert.Equal(Model.ByteCount, converted.ByteCount);
        Assert.Equal(3 * 7 + 2, names.Count);
        Assert.Equal(Model.CreateSession(8).Read([1, 2], TestContext.Current.CancellationToken).ToArray(), converted.CreateSession(8).Read([1, 2], TestContext.Current.CancellationToken).ToArray());
    }
}
