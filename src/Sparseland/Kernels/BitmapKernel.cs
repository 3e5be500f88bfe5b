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
        var words = stackalloc ulong*[4];
        var values = stackalloc byte*[4];
        var sums = stackalloc float[4];
        // Four rows a quarter of the part apart: each stream runs on through its quarter.
        var quarter = (end - first) / 4;
        for (var row = first; row < first + quarter; row++)
        {
            for (var i = 0; i < 4; i++)
            {
                words[i] = bitmap.WordsOf(row + i * quarter);
                values[i] = bitmap.Values + (long)bitmap.Offsets[row + i * quarter] * TValue.Size;
            }
            BitmapVector.FourRows<TValue>(words, bitmap.WordsPerRow, values, x, sums);
            for (var i = 0; i < 4; i++)
                y[row + i * quarter] = sums[i];
        }
        for (var row = first + 4 * quarter; row < end; row++)
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
        var words = stackalloc ulong*[4];
        var values = stackalloc byte*[4];
        var sums = stackalloc float[4];
        // Four rows a quarter of the part apart: each stream runs on through its quarter.
        var quarter = (end - first) / 4;
        for (var row = first; row < first + quarter; row++)
        {
            for (var i = 0; i < 4; i++)
            {
                words[i] = bitmap.WordsOf(row + i * quarter);
                values[i] = bitmap.Values + (long)bitmap.Offsets[row + i * quarter] * TValue.Size;
            }
            BitmapVector512.FourRows<TValue>(words, bitmap.WordsPerRow, values, x, sums);
            for (var i = 0; i < 4; i++)
                y[row + i * quarter] = sums[i];
        }
        for (var row = first + 4 * quarter; row < end; row++)
            y[row] = BitmapVector512.OneRow<TValue>(bitmap.WordsOf(row), bitmap.WordsPerRow, bitmap.Values + (long)bitmap.Offsets[row] * TValue.Size, x);
        bitmap.Scale(first, end, y);
    }
}
