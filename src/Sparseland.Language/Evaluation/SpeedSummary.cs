namespace Sparseland.Language.Evaluation;

/// <summary>A rate over several rounds.</summary>
/// <param name="Median">The middle round.</param>
/// <param name="Lowest">The slowest round.</param>
/// <param name="Highest">The fastest round.</param>
public sealed record SpeedSummary(double Median, double Lowest, double Highest)
{
    /// <summary>Summarises rounds.</summary>
    /// <param name="rates">At least one rate.</param>
    public static SpeedSummary Of(IReadOnlyList<double> rates)
    {
        ArgumentNullException.ThrowIfNull(rates);
        ArgumentOutOfRangeException.ThrowIfZero(rates.Count, nameof(rates));
        var sorted = rates.Order().ToArray();
        var middle = sorted.Length / 2;
        return new(sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2, sorted[0], sorted[^1]);
    }
}
