using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sparseland.Kernels;

/// <summary>
/// N:M rows times a vector with AVX-512: sixteen kept values find their x by one permutation of 32 floats (two and a blend where 64 columns are read),
/// so x stays in its own order. Same layout and nearly the same instruction count per sixteen as AVX2 needs per eight.
/// </summary>
internal static unsafe class NmVector512
{
    /// <summary>Whether this kernel runs here.</summary>
    public static bool IsSupported => Avx512F.IsSupported && Avx512Vbmi.IsSupported;

    /// <summary>Four rows times x: four value streams, one pass over x. Rows far apart make each stream run on into the next row.</summary>
    /// <param name="selectors">Selectors of each of the four rows; 8 bytes may be read behind the last.</param>
    /// <param name="values">Values of each of the four rows; 16 may be read behind the last.</param>
    /// <param name="stride">Values of a row, a multiple of 16.</param>
    /// <param name="x">x, zero up to stride / 16 x twice the shape's columns.</param>
    /// <param name="sums">Receives four sums, without int8 scales.</param>
    public static void FourRows<TShape, TValue>(byte** selectors, byte** values, int stride, float* x, float* sums) where TShape : INmShape where TValue : IStoredValue
    {
        var (a, b, c, d) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        var bytes = (nuint)(stride * TValue.Size);
        var s0 = selectors[0];
        var s1 = selectors[1];
        var s2 = selectors[2];
        var s3 = selectors[3];
        var v0 = values[0];
        var v1 = values[1];
        var v2 = values[2];
        var v3 = values[3];
        nuint s = 0;
        nuint v = 0;
        for (; v < bytes; v += 16 * (nuint)TValue.Size, s += 2 * (nuint)TShape.SelectorBytes, x += 2 * TShape.Columns)
        {
            var (x0, x1) = (Vector512.Load(x), Vector512.Load(x + 16));
            var (x2, x3) = TShape.Columns == 32 ? (Vector512.Load(x + 32), Vector512.Load(x + 48)) : default;
            a = Step<TShape, TValue>(s0 + s, v0 + v, x0, x1, x2, x3, a);
            b = Step<TShape, TValue>(s1 + s, v1 + v, x0, x1, x2, x3, b);
            c = Step<TShape, TValue>(s2 + s, v2 + v, x0, x1, x2, x3, c);
            d = Step<TShape, TValue>(s3 + s, v3 + v, x0, x1, x2, x3, d);
        }
        sums[0] = Vector512.Sum(a);
        sums[1] = Vector512.Sum(b);
        sums[2] = Vector512.Sum(c);
        sums[3] = Vector512.Sum(d);
    }

    /// <summary>One row times x, in the same order of summation as four at once.</summary>
    public static float OneRow<TShape, TValue>(byte* selectors, byte* values, int stride, float* x) where TShape : INmShape where TValue : IStoredValue
    {
        var sum = Vector512<float>.Zero;
        for (var i = 0; i < stride; i += 16, selectors += 2 * TShape.SelectorBytes, values += 16 * TValue.Size, x += 2 * TShape.Columns)
        {
            var (x2, x3) = TShape.Columns == 32 ? (Vector512.Load(x + 32), Vector512.Load(x + 48)) : default;
            sum = Step<TShape, TValue>(selectors, values, Vector512.Load(x), Vector512.Load(x + 16), x2, x3, sum);
        }
        return Vector512.Sum(sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Step<TShape, TValue>(
        byte* selectors, byte* values, Vector512<float> x0, Vector512<float> x1, Vector512<float> x2, Vector512<float> x3, Vector512<float> sum)
        where TShape : INmShape where TValue : IStoredValue
    {
        // The selector's bits below, the group's first column (modulo 32) above; the permutation ignores everything higher.
        var index = TShape.SelectorBytes == 2
            ? Avx512F.ShiftRightLogicalVariable(Vector512.Create(*(uint*)selectors), Vector512.Create(0u, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30)) & Vector512.Create(3u)
            : Avx512Vbmi.MultiShift(FieldStarts, Vector512.Create(*(ulong*)selectors)).AsUInt32() & Vector512.Create(7u);
        index |= Starts<TShape>();
        var picked = Avx512F.PermuteVar16x32x2(x0, index.AsInt32(), x1);
        if (TShape.Columns == 32)
            picked = Vector512.ConditionalSelect(UpperHalf, Avx512F.PermuteVar16x32x2(x2, index.AsInt32(), x3), picked);
        return Avx512F.FusedMultiplyAdd(picked, TValue.Load512(values), sum);
    }

    private static Vector512<float> UpperHalf => Vector512.Create(0, 0, 0, 0, 0, 0, 0, 0, -1, -1, -1, -1, -1, -1, -1, -1).AsSingle();

    // Bit 3i of the eight bytes for lane i; the other bytes of a lane do not matter.
    private static Vector512<byte> FieldStarts => Vector512.Create(0u, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 33, 36, 39, 42, 45).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Starts<TShape>() where TShape : INmShape => (TShape.Columns, TShape.SelectorBytes) switch
    {
        (16, 2) => Vector512.Create(0u, 0, 4, 4, 8, 8, 12, 12, 16, 16, 20, 20, 24, 24, 28, 28),
        (16, 3) => Vector512.Create(0u, 0, 0, 0, 8, 8, 8, 8, 16, 16, 16, 16, 24, 24, 24, 24),
        (32, 2) => Vector512.Create(0u, 4, 8, 12, 16, 20, 24, 28, 0, 4, 8, 12, 16, 20, 24, 28),
        _ => Vector512.Create(0u, 0, 8, 8, 16, 16, 24, 24, 0, 0, 8, 8, 16, 16, 24, 24),
    };
}
