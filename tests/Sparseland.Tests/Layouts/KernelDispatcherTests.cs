using Sparseland.Chance;
using Sparseland.Kernels;
using Sparseland.Layouts;
using Sparseland.Masks;
using Sparseland.Tensors;

namespace Sparseland.Tests.Layouts;

public class KernelDispatcherTests
{
    [Theory]
    [InlineData("bitmap", 0.5, ElementType.Float32, "bitmap")]
    [InlineData("csr", 0.04, ElementType.Float32, "csr")]
    [InlineData("csr", 0.2, ElementType.BFloat16, "bitmap")]
    [InlineData("2:4", 0, ElementType.BFloat16, "2:4")]
    [InlineData("1:4", 0, ElementType.Int8, "1:4")]
    [InlineData("block 1x8", 0.3, ElementType.Float32, "block 1x8")]
    [InlineData("bitmap", 1.0, ElementType.BFloat16, "dense")]
    [InlineData("bitmap", 0.95, ElementType.Int8, "dense")]
    public void Storage_is_the_smallest_that_holds_the_mask(string madeFor, double density, ElementType element, string expected)
    {
        var mask = RandomMask.ForLayout(madeFor, 64, 512, density, new RandomStream(3, "mask"));
        var decision = KernelDispatcher.ChooseStorage(mask, element);
        Assert.Equal(expected, decision.LayoutName);
        Assert.Contains("sparsity", decision.Reason, StringComparison.Ordinal);
        var values = new Tensor<float>(new Shape(64, 512));
        new RandomStream(4, "values").FillNormal(values.Span);
        var made = MatrixLayoutFactory.Create("auto", element, values.Matrix, mask);
        Assert.Equal(expected, made.Name);
        // The estimate is close: offsets and slack aside.
        Assert.InRange(decision.ByteCount, made.ByteCount - 600, made.ByteCount + 600);
    }

    [Theory]
    [InlineData("2:4", ElementType.BFloat16, 0.5, 1, "2:4")]
    [InlineData("bitmap", ElementType.Float32, 0.5, 1, "bitmap")]
    [InlineData("bitmap", ElementType.Float32, 0.05, 1, "csr")]
    [InlineData("bitmap", ElementType.BFloat16, 0.5, 1, "dense")]
    [InlineData("bitmap", ElementType.Int8, 0.5, 1, "dense")]
    [InlineData("bitmap", ElementType.BFloat16, 0.9, 64, "dense")]
    [InlineData("block 1x8", ElementType.Float32, 0.2, 1, "block 1x8")]
    [InlineData("block 1x8", ElementType.Float32, 0.2, 64, "block 1x8")]
    public void Running_is_never_slower_than_dense_and_says_why(string layout, ElementType element, double density, int batch, string expected)
    {
        var stored = Make(layout, element, density);
        var decision = KernelDispatcher.ChooseRunning(stored, batch, 1L << 30);
        Assert.Equal(expected, decision.LayoutName);
        Assert.True(decision.Speedup >= 1, decision.Reason);
        if (expected == "dense")
            Assert.Contains("saves bytes but no time", decision.Reason, StringComparison.Ordinal);
        var running = KernelDispatcher.Apply(decision, stored);
        Assert.Equal(expected, running.Name);
        Assert.Equal(element, running.Element);
        Assert.InRange(decision.ByteCount, running.ByteCount - 900, running.ByteCount + 900);
    }

    [Fact]
    public void A_dense_matrix_stays_as_it_is()
    {
        var dense = MatrixLayoutFactory.Create("dense", ElementType.BFloat16, new Tensor<float>(new Shape(8, 64)).Matrix, Mask.Full(8, 64));
        var decision = KernelDispatcher.ChooseRunning(dense, 1);
        Assert.Same(dense, KernelDispatcher.Apply(decision, dense));
    }

    [Fact]
    public void Expanding_to_dense_keeps_the_values()
    {
        var stored = Make("bitmap", ElementType.BFloat16, 0.5);
        var dense = MatrixLayoutFactory.Convert(stored, "dense", ElementType.BFloat16);
        var (a, b) = (new Tensor<float>(new Shape(64, 512)), new Tensor<float>(new Shape(64, 512)));
        stored.ToDense(a.Matrix);
        dense.ToDense(b.Matrix);
        Assert.True(a.Span.SequenceEqual(b.Span));
        Assert.Equal(stored.KeptCount, MatrixLayoutFactory.Copy(stored).KeptCount);
        Assert.Equal(dense.ByteCount, MatrixLayoutFactory.Copy(dense).ByteCount);
    }

    [Fact]
    public void The_kernel_is_described()
    {
        var stored = Make("2:4", ElementType.Float32, 0.5);
        Assert.Contains("2:4", KernelDispatcher.DescribeKernel(stored, 1), StringComparison.Ordinal);
        Assert.Contains("panels of 64", KernelDispatcher.DescribeKernel(stored, 64), StringComparison.Ordinal);
        Assert.Contains("expanded", KernelDispatcher.DescribeKernel(stored, 512), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(131)]
    public void A_prompt_through_half_the_weights_equals_the_dense_product(int batch)
    {
        var stored = Make("2:4", ElementType.BFloat16, 0.5);
        var (x, expected, actual) = (new Tensor<float>(new Shape(batch, 512)), new Tensor<float>(new Shape(batch, 64)), new Tensor<float>(new Shape(batch, 64)));
        new RandomStream(5, "prompt").FillNormal(x.Span);
        MatrixLayoutFactory.Convert(stored, "dense", ElementType.Float32).MultiplyBatch(x.Matrix, expected.Matrix);
        stored.MultiplyBatch(x.Matrix, actual.Matrix);
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected.Span[i], actual.Span[i], 2e-4);
    }

    [Fact]
    public void Every_fixed_cost_falls_with_density_and_is_positive()
    {
        foreach (var (layout, element) in SparseCase.Storages)
            foreach (var cached in (bool[])[false, true])
                foreach (var operation in (KernelOperation[])[KernelOperation.Vector, KernelOperation.Batch])
                {
                    var cost = KernelCosts.Find(layout, element, operation, cached);
                    Assert.True(cost.Of(0.1) > 0 && cost.Of(0.1) <= cost.Of(0.9), $"{layout} {element}");
                }
    }

    private static MatrixLayout Make(string layout, ElementType element, double density)
    {
        var values = new Tensor<float>(new Shape(64, 512));
        new RandomStream(4, "values").FillNormal(values.Span);
        return MatrixLayoutFactory.Create(layout, element, values.Matrix, RandomMask.ForLayout(layout, 64, 512, density, new RandomStream(3, "mask")));
    }
}
