using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Sparseland.Trees.Keys;

/// <summary>
/// Morton codes of the plane: the bits of x and y in turn, x lowest, 32 bits per axis in 64. Sorted, they list cells along the Z-order curve, so that a quadtree's cells are ranges
/// (Morton, "A computer oriented geodetic data base", 1966). With BMI2 a code is two bit deposits, otherwise five shifts and masks per axis. Thread-safe.
/// </summary>
public static class MortonCode2
{
    /// <summary>Bits of each axis.</summary>
    public const int MaximumDepth = 32;

    private const ulong Axis = 0x5555_5555_5555_5555;

    /// <summary>The code of a cell.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Encode(uint x, uint y) =>
        Bmi2.X64.IsSupported ? Bmi2.X64.ParallelBitDeposit(x, Axis) | Bmi2.X64.ParallelBitDeposit(y, Axis << 1) : EncodePortable(x, y);

    /// <summary>The cell of a code.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (uint X, uint Y) Decode(ulong code) => Bmi2.X64.IsSupported
        ? ((uint)Bmi2.X64.ParallelBitExtract(code, Axis), (uint)Bmi2.X64.ParallelBitExtract(code, Axis << 1))
        : DecodePortable(code);

    /// <summary>The codes of points in a square; a point outside has the code of the cell nearest to it on each axis, NaN counts as the lower side.</summary>
    /// <param name="points">The points.</param>
    /// <param name="minimum">The square's lower corner.</param>
    /// <param name="size">Its side, above zero.</param>
    /// <param name="depth">Cells along a side are 2^depth; 1 to 23, beyond which single precision has no more places.</param>
    /// <param name="destination">One code per point.</param>
    public static void Encode(ReadOnlySpan<Vector2> points, Vector2 minimum, float size, int depth, Span<ulong> destination)
    {
        var quantizer = new Quantizer(new Vector4(minimum, 0, 0), size, depth, Quantizer.MaximumDepth);
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, points.Length);
        for (var i = 0; i < points.Length; i++)
        {
            var cell = quantizer.Cell(new Vector4(points[i], 0, 0));
            destination[i] = Encode(cell[0], cell[1]);
        }
    }

    internal static ulong EncodePortable(uint x, uint y) => Spread(x) | (Spread(y) << 1);

    internal static (uint X, uint Y) DecodePortable(ulong code) => (Gather(code), Gather(code >> 1));

    private static ulong Spread(ulong value)
    {
        value = (value | (value << 16)) & 0x0000_FFFF_0000_FFFF;
        value = (value | (value << 8)) & 0x00FF_00FF_00FF_00FF;
        value = (value | (value << 4)) & 0x0F0F_0F0F_0F0F_0F0F;
        value = (value | (value << 2)) & 0x3333_3333_3333_3333;
        return (value | (value << 1)) & Axis;
    }

    private static uint Gather(ulong code)
    {
        code &= Axis;
        code = (code | (code >> 1)) & 0x3333_3333_3333_3333;
        code = (code | (code >> 2)) & 0x0F0F_0F0F_0F0F_0F0F;
        code = (code | (code >> 4)) & 0x00FF_00FF_00FF_00FF;
        code = (code | (code >> 8)) & 0x0000_FFFF_0000_FFFF;
        return (uint)(code | (code >> 16));
    }
}
