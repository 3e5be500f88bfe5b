using Sparseland.Masks;
using Sparseland.Tensors;

namespace Sparseland.Recipes;

/// <summary>
/// Wanda (Sun et al. 2024): |w_ij| · a_j with a_j = sqrt(Σ x_j² / sequences), compared within each output row.
/// Option "variant": rows lose their smallest scores up to a common share of the row's sum (<see cref="SelectionMode.Cumulative"/>).
/// </summary>
public sealed class WandaScore : IScore
{
    private readonly bool _variant;

    /// <summary>Reads its options.</summary>
    public WandaScore(MethodOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _variant = options.Flag("variant", false);
    }

    /// <inheritdoc/>
    public string Name => "wanda";

    /// <inheritdoc/>
    public StatisticsKind Needs => StatisticsKind.SumOfSquares;

    /// <inheritdoc/>
    public ComparisonGroup Group => ComparisonGroup.Row;

    /// <inheritdoc/>
    public SelectionMode Mode => _variant ? SelectionMode.Cumulative : SelectionMode.Exact;

    /// <inheritdoc/>
    public void Compute(LayerProblem layer, MatrixView<float> destination)
    {
        ArgumentNullException.ThrowIfNull(layer);
        var norms = new double[layer.Weights.Columns];
        layer.Statistics.ChannelNorms(norms);
        ColumnScaling.Compute(layer.Weights, norms, destination);
    }

    /// <inheritdoc/>
    public bool TryColumnWeights(LayerProblem layer, Span<double> destination)
    {
        ArgumentNullException.ThrowIfNull(layer);
        layer.Statistics.ChannelNorms(destination);
        return true;
    }
}
