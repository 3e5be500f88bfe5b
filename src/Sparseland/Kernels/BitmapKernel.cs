using Sparseland.Layouts;

namespace Sparseland.Kernels;

/// <summary>Bitmap rows with AVX2, eight columns per step.</summary>
internal sealed unsafe class BitmapKernel<TValue>(ElementType element) : RowKernel where TValue : IStoredValue
{
    public override string Name => $"{element} bitmap matrix-vector 4x8";

    public override string Hardware => "AVX2, FMA";

    public override bool IsSupported => BitmapVector.IsSupported;

    public override bool Fits(SparseMatrix matrix) => matrix is BitmapMatrix && matrix.Element == element;

    public override void Multiply(SparseMatrix matrix, int first, int end, float* x, float* y)
    {
        var bitmap = (BitmapMatrix)matrix;
        var row = first;
        for (; row + 4 <= end; row += 4)
            BitmapVector.FourRows<TValue>(bitmap.WordsOf(row), bitmap.WordsPerRow, bitmap.Values, bitmap.Offsets + row, x, y + row);
        for (; row < end; row++)
            y[row] = BitmapVector.OneRow<TValue>(bitmap.WordsOf(row), bitmap.WordsPerRow, bitmap.Values + (long)bitmap.Offsets[row] * TValue.Size, x);
        bitmap.Scale(first, end, y);
    }
}

/// <summary>Bitmap rows with AVX-512, sixteen columns per step.</summary>
internal sealed unsafe class BitmapKernel512<TValue>(ElementType element) : RowKernel where TValue : IStoredValue
{
    public override string Name => $"{element} bitmap matrix-vector 4x16";

    public override string Hardware => "AVX-512F";

    public override bool IsSupported => BitmapVector512.IsSupported;

    public override bool Fits(SparseMatrix matrix) => matrix is BitmapMatrix && matrix.Element == element;

    public override bool Arranges(SparseMatrix matrix) => matrix.Columns % 64 != 0;

    public override void Multiply(SparseMatrix matrix, int first, int end, float* x, float* y)
    {
        var bitmap = (BitmapMatrix)matrix;
        var row = first;
        for (; row + 4 <= end; row += 4)
            BitmapVector512.FourRows<TValue>(bitmap.WordsOf(row), bitmap.WordsPerRow, bitmap.Values, bitmap.Offsets + row, x, y + row);
        for (; row < end; row++)
            y[row] = BitmapVector512.OneRow<TValue>(bitmap.WordsOf(row), bitmap.WordsPerRow, bitmap.Values + (long)bitmap.Offsets[row] * TValue.Size, x);
        bitmap.Scale(first, end, y);
    }
}
