using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using System.Numerics;

namespace Sparseland.Trees.Keys;

/// <summary>
/// Morton codes of space: the bits of x, y and z in turn, x lowest, 21 bits per axis in 63. Sorted, they list cells along the Z-order curve, so that an octree's node is a range of them
/// (Morton 1966; as keys of a tree Lauterbach et al., "Fast BVH construction on GPUs", 2009). With BMI2 a code is three bit deposits, otherwise five shifts and masks per axis. Thread-safe.
/// </summary>
public static class MortonCode3
{
    /// <summary>Bits of each axis.</summary>
    public const int MaximumDepth = 21;

    private const ulong Axis = 0x1249_2492_4924_9249;

    /// <summary>The code of a cell.</summary>
    /// <param name="x">Below 2^21, as are the others; higher bits are dropped.</param>
    /// <param name="y">The cell along y.</param>
    /// <param name="z">The cell along z.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Encode(uint x, uint y, uint z) => Bmi2.X64.IsSupported
        ? Bmi2.X64.ParallelBitDeposit(x, Axis) | Bmi2.X64.ParallelBitDeposit(y, Axis << 1) | Bmi2.X64.ParallelBitDeposit(z, Axis << 2)
        : EncodePortable(x, y, z);

    /// <summary>The cell of a code.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (uint X, uint Y, uint Z) Decode(ulong code) => Bmi2.X64.IsSupported
        ? ((uint)Bmi2.X64.ParallelBitExtract(code, Axis), (uint)Bmi2.X64.ParallelBitExtract(code, Axis << 1), (uint)Bmi2.X64.ParallelBitExtract(code, Axis << 2))
        : DecodePortable(code);

    /// <summary>The codes of points in a cube; a point outside has the code of the cell nearest to it on each axis, NaN counts as the lower side.</summary>
    /// <param name="points">The points.</param>
    /// <param name="cube">The cube.</param>
    /// <param name="depth">Cells along a side are 2^depth; 1 to 21.</param>
    /// <param name="destination">One code per point.</param>
    public static void Encode(ReadOnlySpan<Vector3> points, Cube cube, int depth, Span<ulong> destination)
    {
        var quantizer = new Quantizer(new Vector4(cube.Minimum, 0), cube.Size, depth, MaximumDepth);
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, points.Length);
        for (var i = 0; i < points.Length; i++)
        {
            var cell = quantizer.Cell(new Vector4(points[i], 0));
            destination[i] = Encode(cell[0], cell[1], cell[2]);
        }
    }

    internal static ulong EncodePortable(uint x, uint y, uint z) => Spread(x) | (Spread(y) << 1) | (Spread(z) << 2);

    internal static (uint X, uint Y, uint Z) DecodePortable(ulong code) => (Gather(code), Gather(code >> 1), Gather(code >> 2));

    private static ulong Spread(ulong value)
    {
        value &= 0x1F_FFFF;
        value = (value | (value << 32)) & 0x001F_0000_0000_FFFF;
        value = (value | (value << 16)) & 0x001F_0000_FF00_00FF;
        value = (value | (value << 8)) & 0x100F_00F0_0F00_F00F;
        value = (value | (value << 4)) & 0x10C3_0C30_C30C_30C3;
        return (value | (value << 2)) & Axis;
    }

    private static uint Gather(ulong code)
    {
        code &= Axis;
        code = (code | (code >> 2)) & 0x10C3_0C30_C30C_30C3;
        code = (code | (code >> 4)) & 0x100F_00F0_0F00_F00F;
        code = (code | (code >> 8)) & 0x001F_0000_FF00_00FF;
        code = (code | (code >> 16)) & 0x001F_0000_0000_FFFF;
        return (uint)(code | (code >> 32)) & 0x1F_FFFF;
    }
}
