using Sparseland.Language.Checkpoints;
using Sparseland.Language.Models;
using Sparseland.Layouts;
using Sparseland.Masks;

namespace Sparseland.Language.Tests.Models;

public sealed class RunningModelTests
{
    private static readonly TransformerModel Dense =
        TransformerModel.Load(new RandomCheckpoint(Architectures.Get("llama2") with { Width = 64, HeadWidth = 16, FeedForwardWidth = 256 }));

    [Theory]
    [InlineData("2:4", ElementType.BFloat16)]
    [InlineData("unstructured", ElementType.Float32)]
    [InlineData("block:1x8", ElementType.BFloat16)]
    public void A_packed_model_computes_the_same_in_the_layouts_it_runs_in(string pattern, ElementType element)
    {
        var stored = ModelLayouts.ToSparse(Dense, Pattern.Parse(pattern), 0.5, element);
        var running = RunningModel.Choose(stored, TimeProvider.System, cancellation: TestContext.Current.CancellationToken);
        var projections = Dense.Blocks.Sum(block => block.Projections.Count);
        Assert.Equal(projections, running.Choices.Sum(choice => choice.Names.Count));
        Assert.Equal(stored.ByteCount, running.StoredBytes);
        foreach (var choice in running.Choices)
        {
            Assert.Contains("timed here", choice.ToString(), StringComparison.Ordinal);
            Assert.All(LayerLayout.Of(running.Transformer).Where(layer => choice.Names.Contains(layer.Name)), layer => Assert.Equal((choice.Decision.LayoutName, element), (layer.Layout, layer.Element)));
        }
        Assert.Equal(running.Choices.Any(choice => choice.Changes), !ReferenceEquals(stored, running.Transformer));
        var (expected, actual) = (Logits(stored), Logits(running.Transformer));
        for (var id = 0; id < expected.Length; id++)
            Assert.Equal(expected[id], actual[id], 1e-4);
    }

    [Fact]
    public void A_dense_model_is_left_alone()
    {
        var running = RunningModel.Choose(Dense, TimeProvider.System, cancellation: TestContext.Current.CancellationToken);
        Assert.Same(Dense, running.Transformer);
        Assert.Equal(("as stored", false), (running.RunsAs, running.RunsDense));
        Assert.Empty(running.Choices);
    }

    [Fact]
    public void What_does_not_fit_the_memory_stays_packed_and_says_so()
    {
        // Without a kernel the walk entry by entry is many times slower than dense, so that expanding is wanted on every machine.
        var stored = ModelLayouts.ToSparse(Dense, Pattern.Parse("3:16"), 0, ElementType.Float32);
        Assert.True(RunningModel.Choose(stored, TimeProvider.System, cancellation: TestContext.Current.CancellationToken).RunsDense);
        var tight = RunningModel.Choose(stored, TimeProvider.System, 1000, cancellation: TestContext.Current.CancellationToken);
        Assert.Same(stored, tight.Transformer);
        Assert.All(tight.Choices, choice => Assert.Contains("do not fit the memory", choice.ToString(), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("2:4", ElementType.BFloat16, "")]
    [InlineData("unstructured", ElementType.BFloat16, "bitmap")]
    [InlineData("unstructured", ElementType.Float32, "csr")]
    [InlineData("block:1x8", ElementType.Float32, "")]
    [InlineData("2:4", ElementType.Int8, "")]
    public void A_token_decoded_from_packed_weights_allocates_nothing(string pattern, ElementType element, string layout)
    {
        var session = ModelLayouts.ToSparse(Dense, Pattern.Parse(pattern), 0.5, element, layout.Length == 0 ? null : layout).CreateSession(64);
        session.Reserve(64);
        int[] tokens = [1, 2, 3];
        session.Read(tokens, TestContext.Current.CancellationToken);
        session.Read(tokens.AsSpan(0, 1), TestContext.Current.CancellationToken);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 40; i++)
            session.Read(tokens.AsSpan(i % 3, 1), TestContext.Current.CancellationToken);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static float[] Logits(TransformerModel model) => model.CreateSession(32).Read([1, 2, 3]).ToArray();
}
