using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

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

    /// <summary>The density at each x, in float.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Density(Vector256<float> x) => VectorMath.Exp(x * x * -0.5f) * (float)InverseRootTwoPi;

    /// <summary>
    /// The probability of a value below each x, in float: half of erfc(|x| / √2) by the Chebyshev fit of Press et al. (Numerical Recipes, section 6.2), which errs by
    /// 1.2e-7 of the value; far out in the lower tail rounding of the exponent adds up to 1e-5 of it. NaN stays NaN.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Cumulative(Vector256<float> x)
    {
        var z = Vector256.Abs(x) * 0.70710678f;
        var t = Vector256<float>.One / (Vector256<float>.One + (z * 0.5f));
        var sum = VectorMath.MultiplyAdd(t, Vector256.Create(0.17087277f), Vector256.Create(-0.82215223f));
        sum = VectorMath.MultiplyAdd(sum, t, Vector256.Create(1.48851587f));
        sum = VectorMath.MultiplyAdd(sum, t, Vector256.Create(-1.13520398f));
        sum = VectorMath.MultiplyAdd(sum, t, Vector256.Create(0.27886807f));
        sum = VectorMath.MultiplyAdd(sum, t, Vector256.Create(-0.18628806f));
        sum = VectorMath.MultiplyAdd(sum, t, Vector256.Create(0.09678418f));
        sum = VectorMath.MultiplyAdd(sum, t, Vector256.Create(0.37409196f));
        sum = VectorMath.MultiplyAdd(sum, t, Vector256.Create(1.00002368f));
        sum = VectorMath.MultiplyAdd(sum, t, Vector256.Create(-1.26551223f));
        var tail = t * 0.5f * VectorMath.Exp(sum - (z * z));
        return Vector256.ConditionalSelect(Vector256.LessThan(x, Vector256<float>.Zero), tail, Vector256<float>.One - tail);
    }
}
