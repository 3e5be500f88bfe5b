using System.Numerics;

namespace Sparseland.Trees.Omnitrees;

/// <summary>
/// Points that fill a cube evenly (Sobol, "On the distribution of points in a cube and the approximate evaluation of integrals", 1967), in up to 18 dimensions. The direction numbers are our own: primitive
/// polynomials over two elements in order of degree, and initial numbers that were searched for so that the first 2^s points have one in each of the 2^s orthants of the first s dimensions, for every s
/// (Sobol's property A), and that all pairs of dimensions are well spread over 512 points.
/// </summary>
public static class SobolSequence
{
    /// <summary>The most dimensions.</summary>
    public const int MaximumDimensions = 18;

    private const int Bits = 32;

    // Polynomial (its bits are the coefficients, the constant's lowest) and initial numbers of every dimension but the first.
    private static readonly (int Polynomial, uint[] Initial)[] Parameters =
    [
        (3, [1]), (7, [1, 1]), (11, [1, 1, 1]), (13, [1, 3, 3]),
        (19, [1, 1, 3, 7]), (25, [1, 1, 3, 7]), (37, [1, 3, 5, 15, 5]), (41, [1, 1, 1, 13, 31]),
        (47, [1, 3, 5, 3, 29]), (55, [1, 1, 1, 9, 7]), (59, [1, 3, 1, 3, 19]), (61, [1, 3, 5, 11, 31]),
        (67, [1, 3, 7, 5, 7, 3]), (91, [1, 1, 1, 1, 7, 7]), (97, [1, 3, 7, 15, 9, 19]), (103, [1, 3, 3, 13, 27, 33]),
        (109, [1, 1, 7, 1, 3, 21]),
    ];

    private static readonly uint[][] Directions = [.. Enumerable.Range(0, MaximumDimensions).Select(MakeDirections)];

    /// <summary>A coordinate of a point, in [0, 1), a multiple of 2^-32.</summary>
    /// <param name="index">Which point, from 0 on; the first is the origin.</param>
    /// <param name="dimension">Which coordinate, 0 to 17.</param>
    public static double Coordinate(uint index, int dimension) => Fraction(index, dimension) * (1.0 / (1L << Bits));

    internal static uint Fraction(uint index, int dimension)
    {
        var fraction = 0u;
        for (var left = index; left != 0; left &= left - 1)
            fraction ^= Directions[dimension][BitOperations.TrailingZeroCount(left)];
        return fraction;
    }

    // Bit k of the index turns m(k) / 2^(k + 1) over; m follows the recurrence of the polynomial.
    private static uint[] MakeDirections(int dimension)
    {
        var numbers = new uint[Bits];
        if (dimension == 0)
        {
            Array.Fill(numbers, 1u);
        }
        else
        {
            var (polynomial, initial) = Parameters[dimension - 1];
            var degree = initial.Length;
            initial.CopyTo(numbers, 0);
            for (var k = degree; k < Bits; k++)
            {
                numbers[k] = numbers[k - degree] ^ (numbers[k - degree] << degree);
                for (var i = 1; i < degree; i++)
                    numbers[k] ^= ((polynomial >> (degree - i)) & 1) != 0 ? numbers[k - i] << i : 0;
            }
        }
        for (var k = 0; k < Bits; k++)
            numbers[k] <<= Bits - 1 - k;
        return numbers;
    }
}
