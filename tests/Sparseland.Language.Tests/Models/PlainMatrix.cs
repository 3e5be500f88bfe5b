using Sparseland.Layouts;
using Sparseland.Masks;
using Sparseland.Tensors;

namespace Sparseland.Language.Tests.Models;

/// <summary>A dense matrix whose products are loops over dot products.</summary>
internal sealed class PlainMatrix(Tensor<float> values) : MatrixLayout(values.Shape[0], values.Shape[1])
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

    public override void MultiplyBatch(MatrixView<float> x, MatrixView<float> y)
    {
        for (var row = 0; row < x.Rows; row++)
            Multiply(x.Row(row), y.Row(row));
    }

    public override void MultiplyTransposed(MatrixView<float> x, MatrixView<float> y) => Gemm.Multiply(x, false, values.Matrix, false, y);

    public override void ToDense(MatrixView<float> destination)
    {
        for (var row = 0; row < Rows; row++)
            CopyRow(row, destination.Row(row));
    }

    public override Mask ToMask() => Mask.Full(Rows, Columns);

    public override void CopyRow(int row, Span<float> destination) => values.Matrix.Row(row).CopyTo(destination);
}
