using Sparseland.Kernels;
using Sparseland.Tensors;

namespace Sparseland.Layouts;

/// <summary>Weights in GGUF's quantised blocks, row after row; the bytes are drawn at the format.</summary>
internal sealed unsafe class DenseBlocks<TFormat>(int rows, int columns, ElementType element, TensorStorage<byte> storage)
    : DenseMatrix(rows, columns, element, storage, columns / TFormat.BlockSize * (long)TFormat.BlockBytes, rows * (columns / TFormat.BlockSize * (long)TFormat.BlockBytes))
    where TFormat : struct, IBlockFormat
{
    internal override void WidenRow(int row, float* destination) => BlockProducts<TFormat>.WidenRow(RowPointer(row), Columns, destination);

    private protected override void MultiplyVector(ReadOnlySpan<float> x, Span<float> y) => BlockProducts<TFormat>.Multiply(RowPointer(0), Rows, Columns, x, y);
}
