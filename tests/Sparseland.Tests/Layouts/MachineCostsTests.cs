using Sparseland.Kernels;
using Sparseland.Layouts;

namespace Sparseland.Tests.Layouts;

public class MachineCostsTests
{
    [Fact]
    public void Measuring_stops_when_it_is_cancelled()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => MachineCosts.Measure(TimeProvider.System, null, source.Token));
    }

    [Fact]
    public void An_unusual_layout_costs_as_much_as_a_walk()
    {
        var usual = MachineCosts.Fixed.Find("2:4", ElementType.Float32, KernelOperation.Vector, false);
        var unusual = MachineCosts.Fixed.Find("3:7", ElementType.Float32, KernelOperation.Vector, false);
        Assert.True(unusual.Of(0.5) > usual.Of(0.5));
    }
}
