using Sparseland.Errors;

namespace Sparseland.Recipes;

/// <summary>What DSnoT knows of a layer's inputs, per channel.</summary>
/// <param name="Sums">S_j, the expected sum of the channel over a sequence.</param>
/// <param name="Variances">v_j, the biased variance over tokens.</param>
/// <param name="Norms">a_j of Wanda's metric |w| · a_j; only their order of magnitude against each other matters.</param>
public sealed record DsnotInputs(double[] Sums, double[] Variances, double[] Norms)
{
    /// <summary>From the moments of the tokens that are not held out.</summary>
    /// <exception cref="NumericalException">No token was seen.</exception>
    public static DsnotInputs From(LayerStatistics statistics)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        if (statistics.TokenCount == 0)
            throw new NumericalException("calibration saw no token of this layer");
        var moments = statistics.RemainingMoments();
        var tokensPerSequence = (double)statistics.TokenCount / Math.Max(1, statistics.SequenceCount);
        var (sums, variances, norms) = (new double[statistics.Columns], new double[statistics.Columns], new double[statistics.Columns]);
        for (var j = 0; j < sums.Length; j++)
        {
            var (mean, variance) = (moments.Mean[j], moments.SquaredDeviation[j] / moments.TokenCount);
            (sums[j], variances[j], norms[j]) = (mean * tokensPerSequence, variance, Math.Sqrt((variance + mean * mean) * tokensPerSequence));
        }
        return new DsnotInputs(sums, variances, norms);
    }
}
