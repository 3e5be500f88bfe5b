namespace Sparseland.Recipes;

/// <summary>Mean and squared deviation of every input channel over some tokens.</summary>
/// <param name="TokenCount">The tokens.</param>
/// <param name="Mean">The mean of every channel.</param>
/// <param name="SquaredDeviation">Σ(x − mean)² of every channel; divided by the tokens it is the biased variance.</param>
public sealed record ChannelMoments(long TokenCount, IReadOnlyList<double> Mean, IReadOnlyList<double> SquaredDeviation)
{
    /// <summary>The moments of the tokens that remain when some are taken out: the merge of Chan, Golub and LeVeque (1979) solved for one of its parts.</summary>
    /// <param name="part">The moments of tokens that are among these, but not all of them.</param>
    /// <exception cref="ArgumentException">The part has other channels, or no token would remain.</exception>
    public ChannelMoments Without(ChannelMoments part)
    {
        ArgumentNullException.ThrowIfNull(part);
        if (part.Mean.Count != Mean.Count || part.TokenCount >= TokenCount)
            throw new ArgumentException($"{part.TokenCount} tokens of {part.Mean.Count} channels are no part of {TokenCount} tokens of {Mean.Count}", nameof(part));
        var (all, taken, left) = ((double)TokenCount, (double)part.TokenCount, (double)(TokenCount - part.TokenCount));
        var mean = new double[Mean.Count];
        var deviation = new double[Mean.Count];
        for (var j = 0; j < mean.Length; j++)
        {
            mean[j] = (all * Mean[j] - taken * part.Mean[j]) / left;
            var difference = mean[j] - part.Mean[j];
            // A constant channel must not get a negative deviation from rounding.
            deviation[j] = Math.Max(0, SquaredDeviation[j] - part.SquaredDeviation[j] - difference * difference * left * taken / all);
        }
        return new ChannelMoments(TokenCount - part.TokenCount, mean, deviation);
    }
}
