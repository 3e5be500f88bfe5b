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
        var row = first;
        for (; row + 4 <= end; row += 4)
            NmVector.FourRows<TShape, TValue>(nm.SelectorsOf(row), nm.ValuesOf(row), nm.Stride, x, y + row);
        for (; row < end; row++)
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
        var row = first;
        for (; row + 4 <= end; row += 4)
            NmVector512.FourRows<TShape, TValue>(nm.SelectorsOf(row), nm.ValuesOf(row), nm.Stride, x, y + row);
        for (; row < end; row++)
            y[row] = NmVector512.OneRow<TShape, TValue>(nm.SelectorsOf(row), nm.ValuesOf(row), nm.Stride, x);
        nm.Scale(first, end, y);
    }
}
