using CsCheck;
using Sparseland.Kernels;
using Sparseland.Layouts;
using Sparseland.Tensors;
using Sparseland.Tests.Layouts;
using Sparseland.Threads;

namespace Sparseland.Tests.Kernels;

public class RowKernelTests
{
    public static TheoryData<int, string> Kernels
    {
        get
        {
            var data = new TheoryData<int, string>();
            for (var i = 0; i < RowKernels.Entries.Count; i++)
                data.Add(i, RowKernels.Entries[i].Name);
            return data;
        }
    }

    private static Gen<(int Rows, int Columns, double Density, ulong Seed)> Cases =>
        Gen.Select(Gen.OneOf(Gen.Const(1), Gen.Int[2, 40], Gen.Int[120, 140]), Gen.OneOf(Gen.Int[1, 20], Gen.Int[60, 70], Gen.Int[100, 300]), Gen.Double[0, 1], Gen.ULong);

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Every_kernel_equals_the_dense_product(int index, string name)
    {
        var kernel = RowKernels.Entries[index];
        Assert.SkipUnless(kernel.IsSupported, $"{name} needs {kernel.Hardware}");
        var met = 0;
        Cases.Sample(sample =>
        {
            foreach (var (layout, element) in SparseCase.Storages)
            {
                var made = SparseCase.Make(layout, element, sample.Rows, sample.Columns, sample.Density, sample.Seed);
                var matrix = (SparseMatrix)made.Layout;
                if (!kernel.Fits(matrix))
                    continue;
                Interlocked.Increment(ref met);
                var x = made.Input(sample.Seed);
                var y = new float[matrix.Rows];
                Array.Fill(y, float.NaN);
                matrix.MultiplyWith(kernel, x, y);
                for (var row = 0; row < y.Length; row++)
                    SparseCase.AssertClose(made.Dot(row, x), y[row], $"{name}: row {row} of {matrix}");
            }
        }, iter: 8, seed: "0000KDc4Hx31", threads: 1);
        // Matrices of more than 65,536 block columns have a test of their own.
        Assert.True(met > 0 || name.Contains("32-bit", StringComparison.Ordinal), "no case fits the kernel");
    }

    [Fact]
    public void Kernel_names_differ() => Assert.Equal(RowKernels.Entries.Count, RowKernels.Entries.Select(kernel => kernel.Name).Distinct().Count());

    [Theory]
    [InlineData("csr", ElementType.Float32)]
    [InlineData("csr", ElementType.BFloat16)]
    [InlineData("block 1x8", ElementType.Float32)]
    [InlineData("block 8x1", ElementType.BFloat16)]
    public void Wide_matrices_use_wide_columns(string layout, ElementType element)
    {
        var made = SparseCase.Make(layout, element, 8, layout == "block 1x8" ? 65537 * 8 : 65800, 0.001, 3);
        var x = made.Input(4);
        var y = new float[8];
        made.Layout.Multiply(x, y);
        for (var row = 0; row < y.Length; row++)
            SparseCase.AssertClose(made.Dot(row, x), y[row], $"row {row} of {made.Layout}");
        Assert.Equal(PartType.Int32, ((ILayoutParts)made.Layout).Parts[1].Type);
    }

    [Theory]
    [MemberData(nameof(SparseMatrixTests.Storages), MemberType = typeof(SparseMatrixTests))]
    public void Any_number_of_threads_gives_the_same_bytes(string layout, ElementType element)
    {
        var made = SparseCase.Make(layout, element, 520, 1280, 0.4, 5);
        var before = WorkerPool.ThreadCount;
        try
        {
            WorkerPool.ThreadCount = 1;
            var expected = Products(made.Layout);
            WorkerPool.ThreadCount = 3;
            Assert.Equal(expected, Products(made.Layout));
        }
        finally
        {
            WorkerPool.ThreadCount = before;
        }
    }

    [Theory]
    [MemberData(nameof(SparseMatrixTests.Storages), MemberType = typeof(SparseMatrixTests))]
    public void A_product_allocates_nothing(string layout, ElementType element)
    {
        var made = SparseCase.Make(layout, element, 64, 320, 0.4, 5);
        var x = SparseCase.Batch(20, made.Layout.Columns, 1);
        var y = new Tensor<float>(new Shape(20, 64));
        var few = (X: x.Matrix.SliceRows(0, 3), Y: y.Matrix.SliceRows(0, 3));
        for (var i = 0; i < 3; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            made.Layout.Multiply(x.Matrix.Row(0), y.Matrix.Row(0));
            made.Layout.MultiplyBatch(few.X, few.Y);
            made.Layout.MultiplyBatch(x.Matrix, y.Matrix);
            if (i > 0)
                Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }

    private static float[] Products(MatrixLayout layout)
    {
        var all = new List<float>();
        foreach (var batch in (int[])[1, 3, 20, 70])
        {
            var x = SparseCase.Batch(batch, layout.Columns, 6);
            var y = new Tensor<float>(new Shape(batch, layout.Rows));
            layout.MultiplyBatch(x.Matrix, y.Matrix);
            all.AddRange(y.Span);
            layout.MultiplyTransposed(y.Matrix, x.Matrix);
            all.AddRange(x.Span);
        }
        return [.. all];
    }
}
