using Sparseland.Masks;
using Sparseland.Tensors;

namespace Sparseland.Recipes;

/// <summary>|w| (Han et al. 2015), compared over the whole matrix, as in the Wanda authors' baseline. No calibration.</summary>
public sealed class MagnitudeScore : IScore
{
    /// <summary>Reads its options: it has none.</summary>
    public MagnitudeScore(MethodOptions options) => ArgumentNullException.ThrowIfNull(options);

    /// <inheritdoc/>
    public string Name => "magnitude";

    /// <inheritdoc/>
    public StatisticsKind Needs => StatisticsKind.None;

    /// <inheritdoc/>
    public ComparisonGroup Group => ComparisonGroup.Layer;

    /// <inheritdoc/>
    public void Compute(LayerProblem layer, MatrixView<float> destination)
    {
        ArgumentNullException.ThrowIfNull(layer);
        for (var row = 0; row < destination.Rows; row++)
            TensorPrimitives.Abs<float>(layer.Weights.Row(row), destination.Row(row));
    }

    /// <inheritdoc/>
    public bool TryColumnWeights(LayerProblem layer, Span<double> destination)
    {
        destination.Fill(1);
        return true;
    }
}
