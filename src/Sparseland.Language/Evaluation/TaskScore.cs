namespace Sparseland.Language.Evaluation;

/// <summary>How many items of one kind a model solved.</summary>
/// <param name="Kind">The kind, or a group's name.</param>
/// <param name="Items">Items asked.</param>
/// <param name="Correct">Answers equal to the expected one, character by character.</param>
/// <param name="Concluded">Answers whose last sentence equals the expected one's: for worked answers, right in the end whatever the way.</param>
public sealed record TaskScore(string Kind, int Items, int Correct, int Concluded)
{
    private const double Quantile = 1.959963984540054;

    /// <summary>Share of exact answers, in [0, 1]; 0 without items.</summary>
    public double Accuracy => Items == 0 ? 0 : (double)Correct / Items;

    /// <summary>Share of right conclusions, in [0, 1]; 0 without items.</summary>
    public double ConclusionAccuracy => Items == 0 ? 0 : (double)Concluded / Items;

    /// <summary>The 95 % interval of the accuracy (Wilson 1927, the score interval).</summary>
    public (double Low, double High) Interval => Wilson(Correct, Items);

    /// <summary>The 95 % score interval of a share: right near 0 and 1 too, where the normal interval is not.</summary>
    /// <param name="correct">Successes.</param>
    /// <param name="items">Trials; without any the interval is all of [0, 1].</param>
    public static (double Low, double High) Wilson(int correct, int items)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(items);
        ArgumentOutOfRangeException.ThrowIfNegative(correct);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(correct, items);
        if (items == 0)
            return (0, 1);
        var share = (double)correct / items;
        var squared = Quantile * Quantile / items;
        var centre = (share + squared / 2) / (1 + squared);
        var half = Quantile * Math.Sqrt(share * (1 - share) / items + squared / (4 * items)) / (1 + squared);
        return (Math.Max(0, centre - half), Math.Min(1, centre + half));
    }
}
