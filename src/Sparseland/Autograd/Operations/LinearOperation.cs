using System.Numerics;
using Sparseland.Autograd.Kernels;
using Sparseland.Tensors;

namespace Sparseland.Autograd.Operations;

/// <summary>A fully connected layer.</summary>
public static class LinearOperation
{
    /// <summary>x Wᵀ + b along the last dimension. Where the weight is a parameter that trains a slice, only that slice's gradient is computed, and only what it needs is kept.</summary>
    /// <param name="x">[..., in].</param>
    /// <param name="weight">[out, in].</param>
    /// <param name="bias">[out], or none.</param>
    /// <returns>[..., out].</returns>
    /// <exception cref="ArgumentException">The extents do not fit.</exception>
    public static Variable<T> Linear<T>(this Variable<T> x, Variable<T> weight, Variable<T>? bias = null) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CheckShapes(x, weight, bias);
        var output = Forward(x, weight.Value, bias);
        Operation<T> operation = weight is { NeedsGradient: true, Parameter.Slice: { } slice }
            ? SliceLinearOperation.Record(x, weight, bias, slice)
            : new Gradient<T>(x, weight, bias);
        return bias is null ? x.Tape.Record(output, operation, x, weight) : x.Tape.Record(output, operation, x, weight, bias);
    }

    internal static void CheckShapes<T>(Variable<T> x, Variable<T> weight, Variable<T>? bias) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(weight);
        if (weight.Shape.Rank != 2 || x.Shape.Rank == 0 || x.Shape.Columns != weight.Shape[1])
            throw new ArgumentException($"a linear layer with a weight of the shape {weight.Shape} on an input of the shape {x.Shape}", nameof(weight));
        if (bias is not null && bias.Value.Length != weight.Shape[0])
            throw new ArgumentException($"a bias of the shape {bias.Shape} beside a weight of the shape {weight.Shape}", nameof(bias));
    }

    // The bias is laid down first and the product added to it: one pass over the output either way.
    internal static Tensor<T> Forward<T>(Variable<T> x, Tensor<T> weight, Variable<T>? bias) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var output = x.Tape.Rent(x.Shape.WithColumns(weight.Shape[0]));
        if (bias is not null)
            Ranges.Run(output.Shape.Rows, Ranges.RowsOf(output.Shape.Columns), new FillRows<T>(bias.Value, output));
        Gemm.Multiply(x.Value.Matrix, false, weight.Matrix, true, output.Matrix, accumulate: bias is not null);
        return output;
    }

    internal static void BackwardToInput<T>(Variable<T> x, Tensor<T> weight, Tensor<T> gradient) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var destination = x.GradientBuffer(out var accumulate);
        Gemm.Multiply(gradient.Matrix, false, weight.Matrix, false, destination.Matrix, accumulate);
    }

    private readonly struct FillRows<T>(Tensor<T> row, Tensor<T> destination) : IRangeWork where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int start, int count)
        {
            var rows = destination.Matrix;
            for (var i = start; i < start + count; i++)
                row.Span.CopyTo(rows.Row(i));
            rows.KeepAlive();
        }
    }

    private sealed class Gradient<T>(Variable<T> x, Variable<T> weight, Variable<T>? bias) : Operation<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public override void Declare(SavedValues<T> saved)
        {
            if (weight.NeedsGradient)
                saved.Value(x);
            if (x.NeedsGradient)
                saved.Value(weight);
        }

        public override void Backward(Tensor<T> gradient)
        {
            if (x.NeedsGradient)
                BackwardToInput(x, weight.Value, gradient);
            if (weight.NeedsGradient)
            {
                var destination = weight.GradientBuffer(out var accumulate);
                Gemm.Multiply(gradient.Matrix, true, x.Value.Matrix, false, destination.Matrix, accumulate);
            }
            if (bias is { NeedsGradient: true })
                RowSums.AddTo(bias, gradient);
        }
    }
}
