using System.Numerics;
using Sparseland.Autograd.Kernels;
using Sparseland.Tensors;

namespace Sparseland.Autograd.Operations;

/// <summary>A fully connected layer with a low-rank addition beside its weight (LoRA, Hu et al. 2021).</summary>
public static class LowRankLinearOperation
{
    /// <summary>x Wᵀ + b + scale · (x Aᵀ) Bᵀ along the last dimension, without W + scale · B A ever being formed.</summary>
    /// <param name="x">[..., in].</param>
    /// <param name="weight">[out, in].</param>
    /// <param name="bias">[out], or none.</param>
    /// <param name="down">A, [rank, in].</param>
    /// <param name="up">B, [out, rank].</param>
    /// <param name="scale">The factor of the addition; alpha / rank in the paper.</param>
    /// <returns>[..., out].</returns>
    /// <exception cref="ArgumentException">The extents do not fit.</exception>
    public static Variable<T> LowRankLinear<T>(this Variable<T> x, Variable<T> weight, Variable<T>? bias, Variable<T> down, Variable<T> up, double scale)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        LinearOperation.CheckShapes(x, weight, bias);
        ArgumentNullException.ThrowIfNull(down);
        ArgumentNullException.ThrowIfNull(up);
        if (down.Shape.Rank != 2 || up.Shape.Rank != 2 || down.Shape[1] != weight.Shape[1] || up.Shape[0] != weight.Shape[0] || down.Shape[0] != up.Shape[1])
            throw new ArgumentException($"low-rank factors of the shapes {down.Shape} and {up.Shape} beside a weight of the shape {weight.Shape}", nameof(up));
        var tape = x.Tape;
        var output = LinearOperation.Forward(x, weight.Value, bias);
        var inner = tape.Rent(new Shape(x.Shape.Rows, down.Shape[0]));
        Gemm.Multiply(x.Value.Matrix, false, down.Value.Matrix, true, inner.Matrix);
        var factor = T.CreateChecked(scale);
        TensorPrimitives.Multiply(inner.Span, factor, inner.Span);
        Gemm.Multiply(inner.Matrix, false, up.Value.Matrix, true, output.Matrix, accumulate: true);
        var operation = new Gradient<T>(x, weight, bias, down, up, inner, factor);
        return bias is null ? tape.Record(output, operation, x, weight, down, up) : tape.Record(output, operation, x, weight, down, up, bias);
    }

    private sealed class Gradient<T>(Variable<T> x, Variable<T> weight, Variable<T>? bias, Variable<T> down, Variable<T> up, Tensor<T> inner, T factor) : Operation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public override void Declare(SavedValues<T> saved)
        {
            saved.Buffer(inner);
            if (weight.NeedsGradient || down.NeedsGradient)
                saved.Value(x);
            if (x.NeedsGradient)
                saved.Value(weight);
            if (x.NeedsGradient || up.NeedsGradient)
                saved.Value(down);
            if (x.NeedsGradient || down.NeedsGradient)
                saved.Value(up);
        }

        public override void Backward(Tensor<T> gradient)
        {
            if (up.NeedsGradient)
                Gemm.Multiply(gradient.Matrix, true, inner.Matrix, false, up.GradientBuffer(out var add).Matrix, add);
            if (x.NeedsGradient)
                LinearOperation.BackwardToInput(x, weight.Value, gradient);
            if (x.NeedsGradient || down.NeedsGradient)
            {
                // The inner product has served; its buffer takes its own gradient.
                Gemm.Multiply(gradient.Matrix, false, up.Value.Matrix, false, inner.Matrix);
                TensorPrimitives.Multiply(inner.Span, factor, inner.Span);
                if (down.NeedsGradient)
                    Gemm.Multiply(inner.Matrix, true, x.Value.Matrix, false, down.GradientBuffer(out var add).Matrix, add);
                if (x.NeedsGradient)
                    Gemm.Multiply(inner.Matrix, false, down.Value.Matrix, false, x.GradientBuffer(out _).Matrix, accumulate: true);
            }
            x.Tape.Release(inner);
            if (weight.NeedsGradient)
                Gemm.Multiply(gradient.Matrix, true, x.Value.Matrix, false, weight.GradientBuffer(out var accumulate).Matrix, accumulate);
            if (bias is { NeedsGradient: true })
                RowSums.AddTo(bias, gradient);
        }
    }
}
