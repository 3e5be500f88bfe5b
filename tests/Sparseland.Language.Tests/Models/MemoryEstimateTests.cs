using Sparseland.Errors;
using Sparseland.Language.Models;
using Sparseland.Layouts;

namespace Sparseland.Language.Tests.Models;

public sealed class MemoryEstimateTests
{
    private static readonly InMemoryCheckpoint Checkpoint = InMemoryCheckpoint.Random(Architectures.Get("llama2") with { ContextLength = 4096 });

    [Fact]
    public void Parts_equal_what_a_session_really_takes()
    {
        var estimate = MemoryEstimate.For(Checkpoint, 1000);
        var model = Checkpoint.ToModel();
        Assert.Equal(model.ByteCount, estimate.WeightBytes);
        var session = model.CreateSession(1000);
        session.Reserve(1000);
        Assert.Equal(session.Cache.ByteCount, estimate.CacheBytes);
        Assert.Equal(estimate.CacheBytes, 2 * MemoryEstimate.For(Checkpoint, 1000, ElementType.BFloat16).CacheBytes);
    }

    [Fact]
    public void Work_buffers_are_within_a_tenth_of_what_is_allocated()
    {
        var session = Checkpoint.ToModel().CreateSession(1000);
        session.Reserve(1000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        session.Read(TransformerModelTests.Tokens(600, 61), TestContext.Current.CancellationToken);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        var announced = MemoryEstimate.For(Checkpoint, 1000).WorkBytes;
        Assert.InRange(allocated, 0.8 * announced, 1.1 * announced + 65536);
    }

    [Fact]
    public void A_context_that_does_not_fit_is_refused_with_the_largest_that_does()
    {
        var available = MemoryEstimate.For(Checkpoint, 1024).TotalBytes;
        Assert.Equal(1024, MemoryEstimate.LargestContext(Checkpoint, available));
        Assert.Equal(768, MemoryEstimate.LargestContext(Checkpoint, available - 1));
        Assert.Equal(4096, MemoryEstimate.LargestContext(Checkpoint, long.MaxValue));
        Assert.Contains("the largest context that fits is 1024 tokens", Assert.Throws<ResourceLimitException>(() => MemoryEstimate.Require(Checkpoint, 1025, available)).Message);
        Assert.Equal(1024, MemoryEstimate.Require(Checkpoint, 1024, available).ContextLength);
        Assert.Contains("not even the shortest context fits", Assert.Throws<ResourceLimitException>(() => MemoryEstimate.Require(Checkpoint, 16, 1000)).Message);
    }
}
