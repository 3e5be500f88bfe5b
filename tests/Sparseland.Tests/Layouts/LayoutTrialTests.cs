using Sparseland.Chance;
using Sparseland.Layouts;
using Sparseland.Masks;
using Sparseland.Tensors;

namespace Sparseland.Tests.Layouts;

public class LayoutTrialTests
{
    [Theory]
    [InlineData("2:4", ElementType.BFloat16, 0.5)]
    [InlineData("bitmap", ElementType.Int8, 0.5)]
    [InlineData("csr", ElementType.Float32, 0.05)]
    [InlineData("block 1x8", ElementType.Float32, 0.2)]
    [InlineData("tiled-csl", ElementType.Float16, 0.3)]
    public void The_choice_is_what_is_stored_or_a_layout_of_the_same_values(string layout, ElementType element, double density)
    {
        var stored = Make(layout, element, density);
        var decision = LayoutTrial.Choose([stored], TimeProvider.System, cancellation: TestContext.Current.CancellationToken);
        Assert.Contains("timed here", decision.Reason, StringComparison.Ordinal);
        Assert.True(decision.Speedup > 0.9);
        var running = KernelDispatcher.Apply(decision, stored);
        Assert.Equal((decision.LayoutName, element, decision.ByteCount), (running.Name, running.Element, running.ByteCount));
        var (expected, actual) = (new Tensor<float>(new Shape(stored.Rows, stored.Columns)), new Tensor<float>(new Shape(stored.Rows, stored.Columns)));
        stored.ToDense(expected.Matrix);
        running.ToDense(actual.Matrix);
        Assert.Equal(expected.Span.ToArray(), actual.Span.ToArray());
    }

    [Theory]
    [InlineData(0, "dense")]
    [InlineData(1, "2:4")]
    public void The_candidate_with_the_shorter_readings_is_taken(int slowCandidate, string expected)
    {
        // At half the weights in int8 there are two candidates: what is stored, and dense.
        var decision = LayoutTrial.Choose([Make("2:4", ElementType.Int8, 0.5)], new TwoCandidateClock(slowCandidate), cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(expected, decision.LayoutName);
        Assert.Equal(expected == "dense" ? 1 : 9, decision.Speedup!.Value, 1e-9);
    }

    [Fact]
    public void A_dense_matrix_stays_and_other_shapes_are_refused()
    {
        var dense = Make("dense", ElementType.BFloat16, 1);
        Assert.Equal("dense", LayoutTrial.Choose([dense], TimeProvider.System, cancellation: TestContext.Current.CancellationToken).LayoutName);
        Assert.Throws<ArgumentException>(() => LayoutTrial.Choose([], TimeProvider.System, cancellation: TestContext.Current.CancellationToken));
        Assert.Throws<ArgumentException>(() => LayoutTrial.Choose([dense, Make("2:4", ElementType.BFloat16, 0.5)], TimeProvider.System, cancellation: TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_trial_can_be_cancelled()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => LayoutTrial.Choose([Make("2:4", ElementType.BFloat16, 0.5)], TimeProvider.System, cancellation: source.Token));
    }

    private static MatrixLayout Make(string layout, ElementType element, double density)
    {
        var values = new Tensor<float>(new Shape(64, 256));
        new RandomStream(4, "values").FillNormal(values.Span);
        return MatrixLayoutFactory.Create(layout, element, values.Matrix, layout == "dense" ? Mask.Full(64, 256) : RandomMask.ForLayout(layout, 64, 256, density, new RandomStream(3, "mask")));
    }

    // Intervals 0 and 1 are the warm-ups of what is stored and of dense; then a round times each once, beginning with the other candidate every time.
    private sealed class TwoCandidateClock(int slowCandidate) : TimeProvider
    {
        private int _readings;
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp()
        {
            var (interval, isEnd) = (_readings / 2, _readings % 2 == 1);
            _readings++;
            var candidate = interval < 2 ? interval : (interval - 2 + (interval - 2) / 2) % 2;
            if (isEnd)
                _now += candidate == slowCandidate ? 90_000 : 10_000;
            return _now;
        }
    }
}
