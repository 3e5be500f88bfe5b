using Sparseland.Layouts;

namespace Sparseland.Kernels;

/// <summary>The sparse matrix-vector kernels, each once, the preferred first. Tests, benchmarks and the machine report read this list.</summary>
internal static class RowKernels
{
    private static readonly RowKernel[] List =
    [
        .. Bitmap(), .. Nm<TwoOfFour>(2, 4), .. Nm<FourOfEight>(4, 8), .. Nm<OneOfFour>(1, 4), .. Nm<TwoOfEight>(2, 8),
        new BlockKernel<Float32Value, ushort>(ElementType.Float32), new BlockKernel<BFloat16Value, ushort>(ElementType.BFloat16),
        new BlockKernel<Float32Value, int>(ElementType.Float32), new BlockKernel<BFloat16Value, int>(ElementType.BFloat16),
        new CsrKernel<Float32Value>(ElementType.Float32), new CsrKernel<BFloat16Value>(ElementType.BFloat16),
        new TiledCslTileKernel(), new TiledCslKernel(),
    ];

    /// <summary>All kernels, whether they run here or not.</summary>
    public static IReadOnlyList<RowKernel> Entries => List;

    /// <summary>The first kernel that multiplies this matrix here, or null: then the plain walk does.</summary>
    public static RowKernel? Choose(SparseMatrix matrix)
    {
        foreach (var kernel in List)
            if (kernel.IsSupported && kernel.Fits(matrix))
                return kernel;
        return null;
    }

    // The look-up comes first: on a Zen 4, where both run, it took about half the time of the expanding instruction for float32, bfloat16 and int8 at 50 to 90 %.
    private static RowKernel[] Bitmap() =>
    [
        new BitmapKernel<Float32Value>(ElementType.Float32), new BitmapKernel<BFloat16Value>(ElementType.BFloat16),
        new BitmapKernel<Float16Value>(ElementType.Float16), new BitmapKernel<Int8Value>(ElementType.Int8),
        new BitmapKernel512<Float32Value>(ElementType.Float32), new BitmapKernel512<BFloat16Value>(ElementType.BFloat16),
        new BitmapKernel512<Float16Value>(ElementType.Float16), new BitmapKernel512<Int8Value>(ElementType.Int8),
    ];

    private static RowKernel[] Nm<TShape>(int keep, int group) where TShape : INmShape =>
    [
        new NmKernel512<TShape, Float32Value>(keep, group, ElementType.Float32), new NmKernel512<TShape, BFloat16Value>(keep, group, ElementType.BFloat16),
        new NmKernel512<TShape, Int8Value>(keep, group, ElementType.Int8),
        new NmKernel<TShape, Float32Value>(keep, group, ElementType.Float32), new NmKernel<TShape, BFloat16Value>(keep, group, ElementType.BFloat16),
        new NmKernel<TShape, Int8Value>(keep, group, ElementType.Int8),
    ];
}
