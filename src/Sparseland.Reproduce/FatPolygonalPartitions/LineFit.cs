namespace Sparseland.Reproduce.FatPolygonalPartitions;

/// <summary>The line of least squares through points.</summary>
/// <param name="Slope">Growth per unit.</param>
/// <param name="Offset">The value at zero.</param>
/// <param name="RSquared">The share of the variance that it explains.</param>
internal readonly record struct LineFit(double Slope, double Offset, double RSquared)
{
    public static LineFit Of(double[] across, double[] up)
    {
        var (meanAcross, meanUp) = (across.Average(), up.Average());
        var (both, own, other) = (0.0, 0.0, 0.0);
        for (var i = 0; i < across.Length; i++)
        {
            both += (across[i] - meanAcross) * (up[i] - meanUp);
            own += (across[i] - meanAcross) * (across[i] - meanAcross);
            other += (up[i] - meanUp) * (up[i] - meanUp);
        }
        var slope = both / own;
        return new(slope, meanUp - slope * meanAcross, other == 0 ? 1 : both * both / (own * other));
    }
}
