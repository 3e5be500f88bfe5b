using Sparseland.Layouts;

namespace Sparseland.Kernels;

/// <summary>N:M rows of one of the shapes with permutations of their own, AVX2.</summary>
internal sealed unsafe class NmKernel<TShape, TValue>(int keep, int group, ElementType element) : RowKernel where TShape : INmShape where TValue : IStoredValue
{
    public override string Name => $"{element} {keep}:{group} matrix-vector 4x8";

    public override string Hardware => "AVX2, FMA";

    public override bool IsSupported => NmVector.IsSupported;

    public override bool Fits(SparseMatrix matrix) => matrix is NmMatrix nm && nm.Keep == keep && nm.Group == group && nm.Element == element;

    public override bool Arranges(SparseMatrix matrix) => TShape.Interleaves || matrix.Columns % 64 != 0;

    public override void Arrange(float* x, int columns, float* destination) => NmVector.Arrange<TShape>(x, columns, destination);

    public override void Multiply(SparseMatrix matrix, int first, int end, float* x, float* y)
    {
        var nm = (NmMatrix)matrix;
        var selectors = stackalloc byte*[4];
        var values = stackalloc byte*[4];
        var sums = stackalloc float[4];
        // Four rows a quarter of the part apart: each stream runs on through its quarter.
        var quarter = (end - first) / 4;
        for (var row = first; row < first + quarter; row++)
        {
            for (var i = 0; i < 4; i++)
            {
                selectors[i] = nm.SelectorsOf(row + i * quarter);
                values[i] = nm.ValuesOf(row + i * quarter);
            }
            NmVector.FourRows<TShape, TValue>(selectors, values, nm.Stride, x, sums);
            for (var i = 0; i < 4; i++)
                y[row + i * quarter] = sums[i];
        }
        for (var row = first + 4 * quarter; row < end; row++)
            y[row] = NmVector.OneRow<TShape, TValue>(nm.SelectorsOf(row), nm.ValuesOf(row), nm.Stride, x);
        nm.Scale(first, end, y);
    }
}

/// <summary>The same with AVX-512, where a row's values fill whole vectors.</summary>
internal sealed unsafe class NmKernel512<TShape, TValue>(int keep, int group, ElementType element) : RowKernel where TShape : INmShape where TValue : IStoredValue
{
    public override string Name => $"{element} {keep}:{group} matrix-vector 4x16";

    public override string Hardware => "AVX-512F, AVX-512 VBMI";

    public override bool IsSupported => NmVector512.IsSupported;

    public override bool Fits(SparseMatrix matrix) =>
        matrix is NmMatrix nm && nm.Keep == keep && nm.Group == group && nm.Element == element && nm.Stride % 16 == 0;

    public override bool Arranges(SparseMatrix matrix) => matrix.Columns % 64 != 0;

    public override void Multiply(SparseMatrix matrix, int first, int end, float* x, float* y)
    {
        var nm = (NmMatrix)matrix;
        var selectors = stackalloc byte*[4];
        var values = stackalloc byte*[4];
        var sums = stackalloc float[4];
        // Four rows a quarter of the part apart: each stream runs on through its quarter.
        var quarter = (end - first) / 4;
        for (var row = first; row < first + quarter; row++)
        {
            for (var i = 0; i < 4; i++)
            {
                selectors[i] = nm.SelectorsOf(row + i * quarter);
                values[i] = nm.ValuesOf(row + i * quarter);
            }
            NmVector512.FourRows<TShape, TValue>(selectors, values, nm.Stride, x, sums);
            for (var i = 0; i < 4; i++)
                y[row + i * quarter] = sums[i];
        }
        for (var row = first + 4 * quarter; row < end; row++)
            y[row] = NmVector512.OneRow<TShape, TValue>(nm.SelectorsOf(row), nm.ValuesOf(row), nm.Stride, x);
        nm.Scale(first, end, y);
    }
}
