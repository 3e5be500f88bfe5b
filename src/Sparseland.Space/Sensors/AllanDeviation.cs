using Sparseland.Errors;

namespace Sparseland.Space.Sensors;

/// <summary>
/// The overlapping Allan deviation (IEEE Std 952): how much means over neighbouring spans of a length differ. White noise of density N gives N / sqrt(span),
/// a bias walk of density K gives K sqrt(span / 3).
/// </summary>
public static class AllanDeviation
{
    /// <summary>The deviation at one span.</summary>
    /// <param name="readings">Readings at equal intervals.</param>
    /// <param name="interval">Seconds between readings.</param>
    /// <param name="cluster">Readings of a span; at most a third of all.</param>
    /// <exception cref="InvalidSettingException">The span is too long for the recording.</exception>
    public static double Of(ReadOnlySpan<double> readings, double interval, int cluster)
    {
        if (cluster < 1 || cluster > readings.Length / 3)
            throw new InvalidSettingException($"an Allan deviation over spans of {cluster} of {readings.Length} readings; a span holds at least one and at most a third");
        var sums = new double[readings.Length + 1];
        for (var i = 0; i < readings.Length; i++)
            sums[i + 1] = sums[i] + readings[i] * interval;
        var total = 0.0;
        var count = sums.Length - 2 * cluster;
        for (var i = 0; i < count; i++)
        {
            var difference = sums[i + 2 * cluster] - 2 * sums[i + cluster] + sums[i];
            total += difference * difference;
        }
        var span = cluster * interval;
        return Math.Sqrt(total / (2 * span * span * count));
    }
}
