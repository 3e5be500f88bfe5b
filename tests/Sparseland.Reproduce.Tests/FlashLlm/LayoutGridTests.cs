using Sparseland.Layouts;
using Sparseland.Masks;
using Sparseland.Reproduce.FlashLlm;

namespace Sparseland.Reproduce.Tests.FlashLlm;

public class LayoutGridTests
{
    [Fact]
    public void A_tiny_grid_times_every_layout()
    {
        var grid = new LayoutGrid { Sparsities = [0.5, 0.9], Batches = [1, 2] };
        grid.Run(16, 128, LayoutGrid.Unstructured, [1, 2, 3], 0, 0, null, CancellationToken.None);
        foreach (var layout in LayoutGrid.Unstructured)
        {
            Assert.True(grid.SpeedUp(layout.Name, 0.9, 2).Mean > 0);
            Assert.Equal(3, grid.Seconds(layout.Name, 0.5).Values.Count);
            Assert.True(grid.BreakEven(layout.Name, 1) is double.NaN or (>= 0.5 and <= 0.9));
        }
    }

    [Theory]
    [InlineData("bitmap", ElementType.Float32)]
    [InlineData("csr", ElementType.BFloat16)]
    [InlineData("tiled-csl", ElementType.Float16)]
    public void Layouts_agree_with_the_dense_product_of_their_own_values(string layout, ElementType element)
    {
        var timing = new LayoutTiming(33, 130, Pattern.Unstructured, 0.7, 1, 0, 0);
        Assert.True(timing.Difference(layout, element, 1) < 1e-5);
        Assert.True(timing.Difference(layout, element, 9) < 1e-5);
    }
}
