using Sparseland.Tensors;

namespace Sparseland.Layouts;

/// <summary>float32 weights, row after row.</summary>
internal sealed unsafe class DenseFloat32(int rows, int columns, TensorStorage<byte> storage)
    : DenseMatrix(rows, columns, ElementType.Float32, storage, columns * 4L, rows * (columns * 4L))
{
    private MatrixView<float> View => new((float*)RowPointer(0), Rows, Columns, Columns, Storage);

    public static bool TryQuantize(ReadOnlySpan<float> source, byte* destination)
    {
        source.CopyTo(new Span<float>(destination, source.Length));
        return TensorPrimitives.IsFiniteAll(source);
    }

    public override void MultiplyBatch(MatrixView<float> x, MatrixView<float> y)
    {
        CheckBatch(x, y, Columns, Rows);
        if (x.Rows == 1)
            Multiply(x.Row(0), y.Row(0));
        else
            Gemm.Multiply(x, false, View, true, y);
    }

    public override void MultiplyTransposed(MatrixView<float> x, MatrixView<float> y)
    {
        CheckBatch(x, y, Rows, Columns);
        if (x.Rows == 1)
            Gemv.MultiplyTransposed(View, x.Row(0), y.Row(0));
        else
            Gemm.Multiply(x, false, View, false, y);
    }

    internal override void WidenRow(int row, float* destination) => new ReadOnlySpan<float>(RowPointer(row), Columns).CopyTo(new Span<float>(destination, Columns));

    private protected override void MultiplyVector(ReadOnlySpan<float> x, Span<float> y) => Gemv.Multiply(View, x, y);
}
