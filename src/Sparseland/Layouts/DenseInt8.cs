using Sparseland.Kernels;
using Sparseland.Tensors;

namespace Sparseland.Layouts;

/// <summary>Signed bytes with a float32 scale per row or per group of the row; the bytes are drawn at <see cref="Int8Rows"/>.</summary>
internal sealed unsafe class DenseInt8(int rows, Int8Rows format, TensorStorage<byte> storage)
    : DenseMatrix(rows, format.Columns, ElementType.Int8, storage, format.RowBytes, rows * format.RowBytes)
{
    private readonly Int8Rows _format = format;

    internal override void WidenRow(int row, float* destination) => _format.Widen(RowPointer(row), destination);

    private protected override void MultiplyVector(ReadOnlySpan<float> x, Span<float> y) => Int8Products.Multiply(RowPointer(0), Rows, _format, x, y);
}
