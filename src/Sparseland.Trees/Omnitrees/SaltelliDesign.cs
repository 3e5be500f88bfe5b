using Sparseland.Chance;

namespace Sparseland.Trees.Omnitrees;

/// <summary>
/// Points for Sobol indices of first and higher order (Saltelli, "Making best use of model evaluations to compute sensitivity indices", 2002): of two independent points A and B, every row has A, B, for each
/// dimension A with that coordinate of B, and for each B with that coordinate of A. Coordinates are a Sobol sequence's, turned over by random bits, so that none lies on a bisection by rule.
/// </summary>
internal sealed class SaltelliDesign
{
    public SaltelliDesign(int dimensions, int rows, ulong seed)
    {
        (Dimensions, Rows, PerRow) = (dimensions, rows, 2 * dimensions + 2);
        Points = new double[Count * dimensions];
        var random = new RandomStream(seed, "saltelli design");
        var shifts = new uint[2 * dimensions];
        foreach (ref var shift in shifts.AsSpan())
            shift = (uint)(random.NextBits() >> 32);
        Span<double> both = stackalloc double[2 * Omnitree.MaximumDimensions];
        for (var row = 0; row < rows; row++)
        {
            // The middle of the interval that 32 bits leave open.
            for (var column = 0; column < 2 * dimensions; column++)
                both[column] = ((SobolSequence.Fraction((uint)row, column) ^ shifts[column]) + 0.5) * (1.0 / (1L << 32));
            var a = both[..dimensions];
            var b = both[dimensions..(2 * dimensions)];
            a.CopyTo(Point(row, 0));
            b.CopyTo(Point(row, 1));
            for (var dimension = 0; dimension < dimensions; dimension++)
            {
                a.CopyTo(Point(row, 2 + dimension));
                Point(row, 2 + dimension)[dimension] = b[dimension];
                b.CopyTo(Point(row, 2 + dimensions + dimension));
                Point(row, 2 + dimensions + dimension)[dimension] = a[dimension];
            }
        }
    }

    public int Dimensions { get; }

    /// <summary>Independent pairs of points.</summary>
    public int Rows { get; }

    /// <summary>Points of a row: A, B, A with one coordinate of B for each dimension, B with one of A for each.</summary>
    public int PerRow { get; }

    /// <summary>All points.</summary>
    public int Count => Rows * PerRow;

    /// <summary>Their coordinates, row by row.</summary>
    public double[] Points { get; }

    private Span<double> Point(int row, int place) => Points.AsSpan((row * PerRow + place) * Dimensions, Dimensions);
}
