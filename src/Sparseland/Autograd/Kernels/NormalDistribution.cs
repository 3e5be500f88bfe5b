namespace Sparseland.Autograd.Kernels;

/// <summary>The standard normal distribution, which the base library lacks.</summary>
internal static class NormalDistribution
{
    private const double InverseRootTwoPi = 0.3989422804014327;

    /// <summary>The density at x.</summary>
    public static double Density(double x) => InverseRootTwoPi * Math.Exp(-0.5 * x * x);

    /// <summary>
    /// The probability of a value below x, to about 1e-15. Near zero by the series 1/2 + φ(x) (x + x³/3 + x⁵/15 + ...), whose terms all have one sign;
    /// further out by the continued fraction of the tail, φ(x) / (x + 1/(x + 2/(x + 3/(x + ...)))), evaluated from a fixed depth upwards.
    /// </summary>
    public static double Cumulative(double x)
    {
        var distance = Math.Abs(x);
        if (double.IsNaN(x))
            return x;
        if (distance > 38)
            return x > 0 ? 1 : 0;
        if (distance < 3)
        {
            var (term, sum) = (x, x);
            for (var k = 3; Math.Abs(term) > 1e-17 * Math.Abs(sum); k += 2)
                sum += term *= x * x / k;
            return 0.5 + (Density(x) * sum);
        }
        var fraction = distance;
        for (var k = 100; k >= 1; k--)
            fraction = distance + (k / fraction);
        var tail = Density(x) / fraction;
        return x > 0 ? 1 - tail : tail;
    }
}
