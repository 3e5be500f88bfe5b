using Sparseland.Language.Models;
using Sparseland.Layouts;

namespace Sparseland.Language.Tests.Models;

public sealed class KeyValueCacheTests
{
    private static readonly TransformerModel Model = InMemoryCheckpoint.Random(Architectures.Get("llama2") with { ContextLength = 2048, BlockCount = 2 }).ToModel();
    private static readonly int[] Tokens = TransformerModelTests.Tokens(400, 61);

    private static float[] Run(InferenceSession session, int first, int count)
    {
        for (var i = first; i < first + count; i++)
            session.Read([Tokens[i]]);
        return session.Logits.ToArray();
    }

    [Theory]
    [InlineData(ElementType.Float32)]
    [InlineData(ElementType.BFloat16)]
    public void Going_back_and_forth_again_gives_the_same_bits(ElementType element)
    {
        var session = Model.CreateSession(400, element);
        var expected = Run(session, 0, 300);
        session.Read(Tokens.AsSpan(300, 50), TestContext.Current.CancellationToken);
        session.Cache.Truncate(250);
        Assert.Equal(expected, Run(session, 250, 50));
    }

    [Theory]
    [InlineData(200)]
    [InlineData(256)]
    [InlineData(300)]
    public void Forks_do_not_disturb_each_other(int length)
    {
        var original = Model.CreateSession(400);
        Run(original, 0, length);
        var fork = original.Fork();
        // Both go back into a shared page and write there.
        original.Cache.Truncate(length - 60);
        fork.Cache.Truncate(length - 60);
        Run(original, 20, 60);
        var expected = Run(Fresh(length - 60), length - 60, 80);
        Assert.Equal(expected, Run(fork, length - 60, 80));
    }

    private static InferenceSession Fresh(int length)
    {
        var session = Model.CreateSession(400);
        Run(session, 0, length);
        return session;
    }

    [Fact]
    public void Bytes_are_those_announced()
    {
        var session = Model.CreateSession(400);
        session.Reserve(300);
        Assert.Equal(KeyValueCache.BytesFor(Model.Configuration, 300), session.Cache.ByteCount);
        // 2 blocks of keys and values, 2 heads of 8, two pages of 256 positions, 4 bytes.
        Assert.Equal(2 * 2 * 2 * 8 * 512 * 4, session.Cache.ByteCount);
    }
}
