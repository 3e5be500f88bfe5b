using System.Numerics;
using Sparseland.Autograd.Kernels;
using Sparseland.Tensors;

namespace Sparseland.Autograd.Operations;

/// <summary>
/// The backward pass of a linear layer of which a slice is trained in place (S²FT, section 3.2: partial back-propagation). The forward pass is the plain product.
/// For columns a to b the gradient is the sum over the tokens of dyᵀ x[a..b]: only those columns of the input are kept. For rows it is dy[a..b]ᵀ x: all of the input is
/// kept, part of the outgoing gradient is read.
/// </summary>
internal static class SliceLinearOperation
{
    /// <summary>Keeps what the gradient needs and makes the operation that computes it.</summary>
    public static Operation<T> Record<T>(Variable<T> x, Variable<T> weight, Variable<T>? bias, ParameterSlice slice) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (slice.Kind == SliceKind.Rows)
            return new RowGradient<T>(x, weight, bias, slice);
        if (slice.Count == x.Shape.Columns || !x.Tape.Recording)
            return new ColumnGradient<T>(x, weight, bias, null);
        var (rows, columns) = (x.Shape.Rows, x.Shape.Columns);
        var kept = x.Tape.Rent(new Shape(rows, slice.Count));
        Strips.Copy(x.Value, columns, slice.Start, kept, slice.Count, 0, slice.Count, rows);
        return new ColumnGradient<T>(x, weight, bias, kept);
    }

    private static void BackwardAround<T>(Variable<T> x, Variable<T> weight, Variable<T>? bias, Tensor<T> gradient) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (x.NeedsGradient)
            LinearOperation.BackwardToInput(x, weight.Value, gradient);
        if (bias is { NeedsGradient: true })
            RowSums.AddTo(bias, gradient);
    }

    private sealed class ColumnGradient<T>(Variable<T> x, Variable<T> weight, Variable<T>? bias, Tensor<T>? kept) : Operation<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public override void Declare(SavedValues<T> saved)
        {
            if (kept is not null)
                saved.Buffer(kept);
            else
                saved.Value(x);
        }

        public override void Backward(Tensor<T> gradient)
        {
            var destination = weight.SliceGradientBuffer(out var accumulate);
            Gemm.Multiply(gradient.Matrix, true, (kept ?? x.Value).Matrix, false, destination.Matrix, accumulate);
            if (kept is not null)
                x.Tape.Release(kept);
            BackwardAround(x, weight, bias, gradient);
        }
    }

    private sealed class RowGradient<T>(Variable<T> x, Variable<T> weight, Variable<T>? bias, ParameterSlice slice) : Operation<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public override void Declare(SavedValues<T> saved) => saved.Value(x);

        public override void Backward(Tensor<T> gradient)
        {
            var destination = weight.SliceGradientBuffer(out var accumulate);
            var part = gradient.Matrix.Slice(0, gradient.Shape.Rows, slice.Start, slice.Count);
            Gemm.Multiply(part, true, x.Value.Matrix, false, destination.Matrix, accumulate);
            BackwardAround(x, weight, bias, gradient);
        }
    }
}
