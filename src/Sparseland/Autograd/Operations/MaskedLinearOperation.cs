using System.Numerics;
using Sparseland.Autograd.Kernels;
using Sparseland.Masks;
using Sparseland.Tensors;

namespace Sparseland.Autograd.Operations;

/// <summary>A fully connected layer whose weight is pruned.</summary>
public static class MaskedLinearOperation
{
    /// <summary>x (W ∘ M)ᵀ + b along the last dimension. The weight's gradient is zero wherever the mask keeps nothing.</summary>
    /// <param name="x">[..., in].</param>
    /// <param name="weight">[out, in]; what it holds outside the mask does not matter.</param>
    /// <param name="mask">out rows, in columns. It is read again in the backward pass.</param>
    /// <param name="bias">[out], or none.</param>
    /// <returns>[..., out].</returns>
    /// <exception cref="ArgumentException">The extents do not fit.</exception>
    public static Variable<T> MaskedLinear<T>(this Variable<T> x, Variable<T> weight, Mask mask, Variable<T>? bias = null) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        LinearOperation.CheckShapes(x, weight, bias);
        ArgumentNullException.ThrowIfNull(mask);
        if (mask.Rows != weight.Shape[0] || mask.Columns != weight.Shape[1])
            throw new ArgumentException($"a {mask.Rows} x {mask.Columns} mask on a weight of the shape {weight.Shape}", nameof(mask));
        var kept = x.Tape.Rent(weight.Shape);
        weight.Value.Span.CopyTo(kept.Span);
        mask.Apply(kept.Matrix);
        var output = LinearOperation.Forward(x, kept, bias);
        var operation = new Gradient<T>(x, weight, kept, mask, bias);
        return bias is null ? x.Tape.Record(output, operation, x, weight) : x.Tape.Record(output, operation, x, weight, bias);
    }

    private sealed class Gradient<T>(Variable<T> x, Variable<T> weight, Tensor<T> kept, Mask mask, Variable<T>? bias) : Operation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public override void Declare(SavedValues<T> saved)
        {
            if (weight.NeedsGradient)
                saved.Value(x);
            saved.Buffer(kept);
        }

        public override void Backward(Tensor<T> gradient)
        {
            if (x.NeedsGradient)
                LinearOperation.BackwardToInput(x, kept, gradient);
            if (weight.NeedsGradient)
            {
                // The masked weight has served; its buffer takes the weight's gradient.
                Gemm.Multiply(gradient.Matrix, true, x.Value.Matrix, false, kept.Matrix);
                mask.Apply(kept.Matrix);
                weight.AddGradient(kept);
            }
            weight.Tape.Release(kept);
            if (bias is { NeedsGradient: true })
                RowSums.AddTo(bias, gradient);
        }
    }
}
