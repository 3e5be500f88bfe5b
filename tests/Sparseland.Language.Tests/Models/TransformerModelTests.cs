using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Language.Models;
using Sparseland.Layouts;
using Sparseland.Tensors;

namespace Sparseland.Language.Tests.Models;

public sealed class TransformerModelTests
{
    // Float32 sums of a few dozen terms through three blocks, logits of order one.
    private const double Tolerance = 2e-5;

    public static TheoryData<string> Names => Architectures.Names;

    internal static int[] Tokens(int count, int vocabulary, ulong seed = 3)
    {
        var random = new RandomStream(seed, "tokens");
        return [.. Enumerable.Range(0, count).Select(_ => random.NextInt(vocabulary))];
    }

    internal static void AssertClose(double[] expected, ReadOnlySpan<float> actual, double tolerance = Tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance * Math.Max(1, Math.Abs(expected[i])), $"value {i}: {actual[i]} for {expected[i]}");
    }

    [Theory, MemberData(nameof(Names))]
    public void Logits_of_a_prompt_equal_the_reference(string name)
    {
        var checkpoint = InMemoryCheckpoint.Random(Architectures.Get(name));
        var tokens = Tokens(23, 61);
        var expected = new ReferenceTransformer(checkpoint).Logits(tokens);
        var session = checkpoint.ToModel().CreateSession(64);
        var logits = new Tensor<float>(new Shape(23, 61));
        session.ReadAll(tokens, logits.Matrix, TestContext.Current.CancellationToken);
        for (var position = 0; position < tokens.Length; position++)
            AssertClose(expected[position], logits.Matrix.Row(position));
    }

    [Theory, MemberData(nameof(Names))]
    public void Token_by_token_equals_the_reference(string name)
    {
        var checkpoint = InMemoryCheckpoint.Random(Architectures.Get(name));
        var tokens = Tokens(23, 61);
        var expected = new ReferenceTransformer(checkpoint).Logits(tokens);
        var session = checkpoint.ToModel().CreateSession(64);
        for (var position = 0; position < tokens.Length; position++)
            AssertClose(expected[position], session.Read([tokens[position]], TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("llama3")]
    [InlineData("mistral")]
    [InlineData("smollm")]
    public void A_prompt_of_many_batches_and_pages_equals_token_by_token(string name)
    {
        var configuration = Architectures.Get(name) with { ContextLength = 1024, BlockCount = 2 };
        var model = InMemoryCheckpoint.Random(configuration).ToModel();
        var tokens = Tokens(600, 61);
        var batched = model.CreateSession(601).Read(tokens, TestContext.Current.CancellationToken).ToArray();
        var single = model.CreateSession(601);
        foreach (var token in tokens)
            single.Read([token], TestContext.Current.CancellationToken);
        AssertClose([.. single.Logits.ToArray().Select(x => (double)x)], batched);
    }

    [Fact]
    public void Any_way_to_cut_a_prompt_gives_the_same_logits()
    {
        var checkpoint = InMemoryCheckpoint.Random(Architectures.Get("mistral"));
        var tokens = Tokens(40, 61);
        var expected = new ReferenceTransformer(checkpoint).Logits(tokens)[^1];
        var model = checkpoint.ToModel();
        for (var cut = 1; cut < 40; cut += 3)
        {
            var session = model.CreateSession(40);
            session.Read(tokens.AsSpan(0, cut), TestContext.Current.CancellationToken);
            AssertClose(expected, session.Read(tokens.AsSpan(cut), TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public void A_bfloat16_cache_stays_near_the_float32_one()
    {
        var model = InMemoryCheckpoint.Random(Architectures.Get("llama2")).ToModel();
        var tokens = Tokens(100, 61);
        var exact = model.CreateSession(128).Read(tokens, TestContext.Current.CancellationToken).ToArray();
        var rounded = model.CreateSession(128, ElementType.BFloat16).Read(tokens, TestContext.Current.CancellationToken).ToArray();
        AssertClose([.. exact.Select(x => (double)x)], rounded, 0.02);
        Assert.NotEqual(exact, rounded);
    }

    [Fact]
    public void A_token_outside_the_vocabulary_is_refused_by_name()
    {
        var session = InMemoryCheckpoint.Random(Architectures.Get("llama1")).ToModel().CreateSession(8);
        Assert.Contains("token 61 in a vocabulary of 61", Assert.Throws<MismatchException>(() => { session.Read([61], TestContext.Current.CancellationToken); }).Message);
    }

    [Fact]
    public void More_tokens_than_the_context_are_refused()
    {
        var session = InMemoryCheckpoint.Random(Architectures.Get("llama1")).ToModel().CreateSession(8);
        session.Read([1, 2, 3, 4, 5], TestContext.Current.CancellationToken);
        Assert.Contains("4 tokens after 5 do not fit a context of 8", Assert.Throws<ResourceLimitException>(() => { session.Read([1, 2, 3, 4], TestContext.Current.CancellationToken); }).Message);
    }

    [Fact]
    public void A_tensor_of_another_shape_is_named()
    {
        var checkpoint = InMemoryCheckpoint.Random(Architectures.Get("llama1"));
        checkpoint.Values[TensorNames.Weight(1, "mlp.up_proj")] = new Tensor<float>(new Shape(43, 32));
        Assert.Contains("model.layers.1.mlp.up_proj.weight is 43 x 32, the configuration says 44 x 32", Assert.Throws<MismatchException>(() => checkpoint.ToModel()).Message);
    }
}
