using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Sparseland.Trees.Keys;

/// <summary>
/// Morton codes of four dimensions (space and time): the bits of x, y, z and w in turn, x lowest, 16 bits per axis in 64 (Morton 1966).
/// With BMI2 a code is four bit deposits, otherwise four shifts and masks per axis. Thread-safe.
/// </summary>
public static class MortonCode4
{
    /// <summary>Bits of each axis.</summary>
    public const int MaximumDepth = 16;

    private const ulong Axis = 0x1111_1111_1111_1111;

    /// <summary>The code of a cell.</summary>
    /// <param name="x">Below 2^16, as are the others; higher bits are dropped.</param>
    /// <param name="y">The cell along y.</param>
    /// <param name="z">The cell along z.</param>
    /// <param name="w">The cell along w.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Encode(uint x, uint y, uint z, uint w) => Bmi2.X64.IsSupported
        ? Bmi2.X64.ParallelBitDeposit(x, Axis) | Bmi2.X64.ParallelBitDeposit(y, Axis << 1) | Bmi2.X64.ParallelBitDeposit(z, Axis << 2) | Bmi2.X64.ParallelBitDeposit(w, Axis << 3)
        : EncodePortable(x, y, z, w);

    /// <summary>The cell of a code.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (uint X, uint Y, uint Z, uint W) Decode(ulong code) => Bmi2.X64.IsSupported
        ? ((uint)Bmi2.X64.ParallelBitExtract(code, Axis), (uint)Bmi2.X64.ParallelBitExtract(code, Axis << 1),
           (uint)Bmi2.X64.ParallelBitExtract(code, Axis << 2), (uint)Bmi2.X64.ParallelBitExtract(code, Axis << 3))
        : DecodePortable(code);

    /// <summary>The codes of points in a cube of four dimensions; a point outside has the code of the cell nearest to it on each axis, NaN counts as the lower side.</summary>
    /// <param name="points">The points.</param>
    /// <param name="minimum">The cube's lower corner.</param>
    /// <param name="size">Its side, above zero.</param>
    /// <param name="depth">Cells along a side are 2^depth; 1 to 16.</param>
    /// <param name="destination">One code per point.</param>
    public static void Encode(ReadOnlySpan<Vector4> points, Vector4 minimum, float size, int depth, Span<ulong> destination)
    {
        var quantizer = new Quantizer(minimum, size, depth, MaximumDepth);
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, points.Length);
        for (var i = 0; i < points.Length; i++)
        {
            var cell = quantizer.Cell(points[i]);
            destination[i] = Encode(cell[0], cell[1], cell[2], cell[3]);
        }
    }

    internal static ulong EncodePortable(uint x, uint y, uint z, uint w) => Spread(x) | (Spread(y) << 1) | (Spread(z) << 2) | (Spread(w) << 3);

    internal static (uint X, uint Y, uint Z, uint W) DecodePortable(ulong code) => (Gather(code), Gather(code >> 1), Gather(code >> 2), Gather(code >> 3));

    private static ulong Spread(ulong value)
    {
        value &= 0xFFFF;
        value = (value | (value << 24)) & 0x0000_00FF_0000_00FF;
        value = (value | (value << 12)) & 0x000F_000F_000F_000F;
        value = (value | (value << 6)) & 0x0303_0303_0303_0303;
        return (value | (value << 3)) & Axis;
    }

    private static uint Gather(ulong code)
    {
        code &= Axis;
        code = (code | (code >> 3)) & 0x0303_0303_0303_0303;
        code = (code | (code >> 6)) & 0x000F_000F_000F_000F;
        code = (code | (code >> 12)) & 0x0000_00FF_0000_00FF;
        return (uint)(code | (code >> 24)) & 0xFFFF;
    }
}
