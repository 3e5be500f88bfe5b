namespace Sparseland.Space.Motion;

/// <summary>The six uniform B-spline functions of degree five on one segment, and their sums from one on (the cumulative basis), with derivatives.</summary>
internal static class QuinticBasis
{
    public const int Order = 6;

    // Rows are functions, columns powers of u from 0; all over 120.
    private static readonly double[][] Coefficients =
    [
        [1, -5, 10, -10, 5, -1],
        [26, -50, 20, 20, -20, 5],
        [66, 0, -60, 0, 30, -10],
        [26, 50, 20, -20, -20, 10],
        [1, 5, 10, 10, 5, -5],
        [0, 0, 0, 0, 0, 1],
    ];

    /// <summary>Values or derivatives of the six functions.</summary>
    /// <param name="u">Place in the segment, in [0, 1].</param>
    /// <param name="derivative">0, 1 or 2.</param>
    /// <param name="destination">Gets six numbers.</param>
    public static void Evaluate(double u, int derivative, Span<double> destination)
    {
        for (var i = 0; i < Order; i++)
        {
            var sum = 0.0;
            for (var power = Order - 1; power >= derivative; power--)
            {
                var factor = derivative switch { 0 => 1, 1 => power, _ => power * (power - 1) };
                sum = sum * u + factor * Coefficients[i][power];
            }
            destination[i] = sum / 120;
        }
    }

    /// <summary>Turns the functions into their sums from each one to the last.</summary>
    public static void Accumulate(Span<double> basis)
    {
        for (var i = Order - 2; i >= 0; i--)
            basis[i] += basis[i + 1];
    }
}
