using Sparseland.Recipes;
using Sparseland.Tensors;

namespace Sparseland.Language.Pruning;

/// <summary>How much a layer's output changes, from XᵀX alone.</summary>
internal static class LayerError
{
    private const int RowsAtOnce = 128;

    /// <summary>‖X(W − Ŵ)ᵀ‖² / ‖XWᵀ‖², or null when XᵀX was not gathered.</summary>
    public static double? Relative(Tensor<float> dense, Tensor<float> pruned, LayerStatistics? statistics)
    {
        if (statistics is null || !statistics.Kinds.HasFlag(StatisticsKind.Gram))
            return null;
        var (rows, columns) = (dense.Shape[0], dense.Shape[1]);
        var difference = Tensor<float>.Uninitialized(new Shape(Math.Min(RowsAtOnce, rows), columns));
        var product = Tensor<float>.Uninitialized(difference.Shape);
        var (error, energy) = (0.0, 0.0);
        for (var first = 0; first < rows; first += RowsAtOnce)
        {
            var count = Math.Min(RowsAtOnce, rows - first);
            for (var row = 0; row < count; row++)
                TensorPrimitives.Subtract(dense.Matrix.Row(first + row), pruned.Matrix.Row(first + row), difference.Matrix.Row(row));
            error += OutputEnergy.Of(difference.Matrix.SliceRows(0, count), statistics.Gram, product.Matrix);
            energy += OutputEnergy.Of(dense.Matrix.SliceRows(first, count), statistics.Gram, product.Matrix);
        }
        return energy > 0 ? Math.Max(0, error) / energy : 0;
    }
}
