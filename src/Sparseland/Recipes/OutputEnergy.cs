using Sparseland.Tensors;

namespace Sparseland.Recipes;

/// <summary>‖X Wᵀ‖² from XᵀX alone: Σ w (XᵀX) wᵀ over the rows w.</summary>
public static class OutputEnergy
{
    private const int RowsAtOnce = 128;

    /// <summary>The squared outputs of some weights, summed over all tokens.</summary>
    /// <param name="weights">[outputs, inputs].</param>
    /// <param name="gram">XᵀX [inputs, inputs].</param>
    /// <param name="scratch">At least [outputs, inputs].</param>
    public static double Of(MatrixView<float> weights, MatrixView<float> gram, MatrixView<float> scratch)
    {
        var product = scratch.SliceRows(0, weights.Rows);
        Gemm.Multiply(weights, false, gram, false, product);
        var sum = 0.0;
        for (var row = 0; row < weights.Rows; row++)
            sum += TensorPrimitives.Dot<float>(weights.Row(row), product.Row(row));
        return sum;
    }

    /// <summary>The squared output error of leaving out what a mask removes, summed over all tokens; never negative.</summary>
    /// <param name="weights">[outputs, inputs], dense.</param>
    /// <param name="mask">What stays.</param>
    /// <param name="gram">XᵀX [inputs, inputs].</param>
    public static double Removed(MatrixView<float> weights, Masks.Mask mask, MatrixView<float> gram)
    {
        ArgumentNullException.ThrowIfNull(mask);
        var removed = Tensor<float>.Uninitialized(new Shape(Math.Min(RowsAtOnce, weights.Rows), weights.Columns));
        var scratch = Tensor<float>.Uninitialized(removed.Shape);
        var sum = 0.0;
        for (var first = 0; first < weights.Rows; first += RowsAtOnce)
        {
            var count = Math.Min(RowsAtOnce, weights.Rows - first);
            for (var row = 0; row < count; row++)
            {
                var source = weights.Row(first + row);
                var target = removed.Matrix.Row(row);
                for (var j = 0; j < target.Length; j++)
                    target[j] = mask[first + row, j] ? 0 : source[j];
            }
            sum += Of(removed.Matrix.SliceRows(0, count), gram, scratch.Matrix);
        }
        weights.KeepAlive();
        return Math.Max(0, sum);
    }
}
