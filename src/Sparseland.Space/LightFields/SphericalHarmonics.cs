using System.Numerics;

namespace Sparseland.Space.LightFields;

/// <summary>Real spherical harmonics up to degree 3 as polynomials of a direction (Sloan, "Efficient spherical harmonic evaluation", 2013), in the order of degree l and, within it, of m = -l to l.</summary>
public static class SphericalHarmonics
{
    /// <summary>Functions up to degree 3.</summary>
    public const int Count = 16;

    /// <summary>The functions' values.</summary>
    /// <param name="direction">A direction of length one.</param>
    /// <param name="destination">Room for <see cref="Count"/> values.</param>
    public static void Evaluate(Vector3 direction, Span<float> destination)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, Count);
        var (x, y, z) = (direction.X, direction.Y, direction.Z);
        var (xx, yy, zz) = (x * x, y * y, z * z);
        destination[0] = 0.28209479f;
        destination[1] = 0.48860251f * y;
        destination[2] = 0.48860251f * z;
        destination[3] = 0.48860251f * x;
        destination[4] = 1.09254843f * x * y;
        destination[5] = 1.09254843f * y * z;
        destination[6] = 0.31539157f * (3 * zz - 1);
        destination[7] = 1.09254843f * x * z;
        destination[8] = 0.54627422f * (xx - yy);
        destination[9] = 0.59004359f * y * (3 * xx - yy);
        destination[10] = 2.89061144f * x * y * z;
        destination[11] = 0.45704580f * y * (5 * zz - 1);
        destination[12] = 0.37317633f * z * (5 * zz - 3);
        destination[13] = 0.45704580f * x * (5 * zz - 1);
        destination[14] = 1.44530572f * z * (xx - yy);
        destination[15] = 0.59004359f * x * (xx - 3 * yy);
    }
}
