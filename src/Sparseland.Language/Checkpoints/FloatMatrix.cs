using Sparseland.Layouts;
using Sparseland.Masks;
using Sparseland.Tensors;

namespace Sparseland.Language.Checkpoints;

/// <summary>A dense matrix of float32 in memory of its own.</summary>
internal sealed class FloatMatrix(Tensor<float> values) : MatrixLayout(values.Shape.Rows, values.Shape.Columns)
{
    public override string Name => "dense";

    public override ElementType Element => ElementType.Float32;

    public override long ByteCount => values.Length * sizeof(float);

    public override long KeptCount => values.Length;

    public override void Multiply(ReadOnlySpan<float> x, Span<float> y)
    {
        for (var row = 0; row < Rows; row++)
            y[row] = TensorPrimitives.Dot(values.Matrix.Row(row), x);
    }

    public override void MultiplyBatch(MatrixView<float> x, MatrixView<float> y) => Gemm.Multiply(x, false, values.Matrix, true, y);

    public override void MultiplyTransposed(MatrixView<float> x, MatrixView<float> y) => Gemm.Multiply(x, false, values.Matrix, false, y);

    public override void ToDense(MatrixView<float> destination)
    {
        for (var row = 0; row < Rows; row++)
            CopyRow(row, destination.Row(row));
        destination.KeepAlive();
    }

    public override Mask ToMask() => Mask.Full(Rows, Columns);

    public override void CopyRow(int row, Span<float> destination) => values.Matrix.Row(row).CopyTo(destination);
}
