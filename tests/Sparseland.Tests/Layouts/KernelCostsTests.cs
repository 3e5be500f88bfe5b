using Sparseland.Kernels;
using Sparseland.Layouts;

namespace Sparseland.Tests.Layouts;

public class KernelCostsTests
{
    [Fact]
    public void An_unusual_layout_costs_as_much_as_a_walk()
    {
        var usual = KernelCosts.Find("2:4", ElementType.Float32, KernelOperation.Vector, false);
        var unusual = KernelCosts.Find("3:7", ElementType.Float32, KernelOperation.Vector, false);
        Assert.True(unusual.Of(0.5) > usual.Of(0.5));
    }
}
