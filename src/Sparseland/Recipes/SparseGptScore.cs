using Sparseland.Masks;
using Sparseland.Tensors;

namespace Sparseland.Recipes;

/// <summary>
/// SparseGPT's score w_ij² / U_jj² (Frantar and Alistarh 2023), here as |w| / U_jj, which ranks alike; U_jj² is the inverse Hessian's entry for the columns
/// from j on, not that of the full matrix. With the update "obs" masks are chosen on the way, block by block; without an update, from the original weights.
/// Option "damping": added to the Hessian's diagonal as a fraction of its mean (0.01).
/// </summary>
public sealed class SparseGptScore : IScore
{
    private readonly double _damping;

    /// <summary>Reads its options.</summary>
    public SparseGptScore(MethodOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _damping = options.Number("damping", 0.01, 0, 10);
    }

    /// <inheritdoc/>
    public string Name => "sparsegpt";

    /// <inheritdoc/>
    public StatisticsKind Needs => StatisticsKind.Gram;

    /// <inheritdoc/>
    public ComparisonGroup Group => ComparisonGroup.Columns(128);

    /// <inheritdoc/>
    public bool ChosenDuringUpdate => true;

    /// <inheritdoc/>
    public void Compute(LayerProblem layer, MatrixView<float> destination)
    {
        ArgumentNullException.ThrowIfNull(layer);
        var weights = new double[layer.Weights.Columns];
        TryColumnWeights(layer, weights);
        ColumnScaling.Compute(layer.Weights, weights, destination);
    }

    /// <inheritdoc/>
    public bool TryColumnWeights(LayerProblem layer, Span<double> destination)
    {
        ArgumentNullException.ThrowIfNull(layer);
        var factor = layer.Factor(_damping);
        for (var j = 0; j < destination.Length; j++)
            destination[j] = 1 / factor.Upper.Matrix[j, j];
        // A channel that never fires costs nothing: its weights go first, as in the authors' code, which zeroes them beforehand.
        foreach (var column in factor.DeadColumns)
            destination[column] = 0;
        return true;
    }
}
