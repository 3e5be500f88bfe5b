using System.Globalization;

namespace Sparseland.Language.Pruning.Comparing;

/// <summary>What a comparison may say about two contestants.</summary>
public enum Standing
{
    /// <summary>The first has the lower perplexity: the whole interval is below zero.</summary>
    Better,

    /// <summary>The first has the higher perplexity: the whole interval is above zero.</summary>
    Worse,

    /// <summary>They differ by less than the margin: the whole interval is within it.</summary>
    Equivalent,

    /// <summary>Not separated: the interval holds zero and more than the margin, or there are too few seeds.</summary>
    Undecided,
}

/// <summary>
/// How two contestants differ over the seeds they share: the mean of the differences in nats per token, seed by seed, with its 95 % interval by Student's t.
/// Differences are paired because a seed's calibration and evaluation are the same for both, so that what the text does to both drops out.
/// </summary>
/// <param name="Mean">Mean difference in nats per token; negative when the first is better.</param>
/// <param name="Low">The interval's lower end.</param>
/// <param name="High">The interval's upper end.</param>
/// <param name="Seeds">How many seeds.</param>
public sealed record PairedDifference(double Mean, double Low, double High, int Seeds)
{
    /// <summary>Fewer seeds decide nothing.</summary>
    public const int FewestSeeds = 3;

    /// <summary>Differences within this many nats per token (about 0.5 % of the perplexity) are of no use to anybody.</summary>
    public const double Margin = 0.005;

    // Two-sided 95 % points of Student's t for 1 to 30 degrees of freedom.
    private static readonly double[] s_quantiles =
    [
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
        2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
    ];

    /// <summary>What may be said.</summary>
    public Standing Standing =>
        Seeds < FewestSeeds ? Standing.Undecided
        : Low >= -Margin && High <= Margin ? Standing.Equivalent
        : High < 0 ? Standing.Better
        : Low > 0 ? Standing.Worse
        : Standing.Undecided;

    /// <summary>Compares two contestants seed by seed.</summary>
    /// <param name="first">Nats per token, one for each seed.</param>
    /// <param name="second">The other's, in the same order of seeds.</param>
    /// <exception cref="ArgumentException">Their numbers differ, or there is none.</exception>
    public static PairedDifference Of(IReadOnlyList<double> first, IReadOnlyList<double> second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (first.Count != second.Count || first.Count == 0)
            throw new ArgumentException($"{first.Count} and {second.Count} seeds cannot be paired", nameof(second));
        var differences = first.Zip(second, (a, b) => a - b).ToArray();
        var mean = differences.Average();
        if (differences.Length == 1)
            return new(mean, double.NegativeInfinity, double.PositiveInfinity, 1);
        var deviation = Math.Sqrt(differences.Sum(one => (one - mean) * (one - mean)) / (differences.Length - 1));
        var freedom = differences.Length - 1;
        // The limit of the quantiles beyond the table, approached from above.
        var quantile = freedom <= s_quantiles.Length ? s_quantiles[freedom - 1] : 1.96 + 2.5 / freedom;
        var half = quantile * deviation / Math.Sqrt(differences.Length);
        return new(mean, mean - half, mean + half, differences.Length);
    }

    /// <summary>The difference as a change of the perplexity with its interval, such as "−3.1 % [−4.0, −2.2]".</summary>
    public override string ToString() => Seeds < 2
        ? string.Create(CultureInfo.InvariantCulture, $"{Percent(Mean):+0.0;-0.0;0.0} %")
        : string.Create(CultureInfo.InvariantCulture, $"{Percent(Mean):+0.0;-0.0;0.0} % [{Percent(Low):+0.0;-0.0;0.0}, {Percent(High):+0.0;-0.0;0.0}]");

    private static double Percent(double nats) => 100 * (Math.Exp(nats) - 1);
}
