using Sparseland.Tensors;

namespace Sparseland.Recipes;

/// <summary>Scores of the form |w_ij| · c_j.</summary>
internal static class ColumnScaling
{
    public static void Compute(MatrixView<float> weights, ReadOnlySpan<double> columnWeights, MatrixView<float> destination)
    {
        var scale = new float[columnWeights.Length];
        TensorPrimitives.ConvertTruncating<double, float>(columnWeights, scale);
        for (var row = 0; row < weights.Rows; row++)
        {
            TensorPrimitives.Abs<float>(weights.Row(row), destination.Row(row));
            TensorPrimitives.Multiply<float>(destination.Row(row), scale, destination.Row(row));
        }
        weights.KeepAlive();
        destination.KeepAlive();
    }
}
