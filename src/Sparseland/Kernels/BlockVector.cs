using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sparseland.Kernels;

/// <summary>Block rows times a vector with AVX2. Block columns come as 16-bit or 32-bit numbers.</summary>
internal static unsafe class BlockVector
{
    // Rows are short at high sparsity, and a hardware prefetcher starts anew at each page: this far ahead the next rows are asked for.
    private const int PrefetchBytes = 1024;

    /// <summary>Whether these kernels run here.</summary>
    public static bool IsSupported => Avx2.IsSupported && Fma.IsSupported;

    /// <summary>Two rows of blocks 1 x 8 at once: two value streams, two sums each.</summary>
    /// <param name="columns0">Block columns of the first row.</param>
    /// <param name="values0">Values of the first row.</param>
    /// <param name="count0">Blocks of the first row.</param>
    /// <param name="columns1">Block columns of the second row.</param>
    /// <param name="values1">Values of the second row.</param>
    /// <param name="count1">Blocks of the second row.</param>
    /// <param name="x">8 floats per block column.</param>
    /// <param name="sums">Receives two sums.</param>
    public static void TwoRowsOfEight<TValue, TIndex>(TIndex* columns0, byte* values0, int count0, TIndex* columns1, byte* values1, int count1, float* x, float* sums)
        where TValue : IStoredValue where TIndex : unmanaged
    {
        var (a, b, c, d) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
        var both = Math.Min(count0, count1) & ~1;
        nuint i = 0;
        for (; i < (nuint)both; i += 2)
        {
            Prefetch.Line(values0 + i * 8 * (nuint)TValue.Size + PrefetchBytes);
            Prefetch.Line(values1 + i * 8 * (nuint)TValue.Size + PrefetchBytes);
            a = Add<TValue, TIndex>(columns0, values0, i, x, a);
            c = Add<TValue, TIndex>(columns1, values1, i, x, c);
            b = Add<TValue, TIndex>(columns0, values0, i + 1, x, b);
            d = Add<TValue, TIndex>(columns1, values1, i + 1, x, d);
        }
        sums[0] = Rest<TValue, TIndex>(columns0, values0, i, count0, x, a, b);
        sums[1] = Rest<TValue, TIndex>(columns1, values1, i, count1, x, c, d);
    }

    /// <summary>One row of blocks 1 x 8, in the same order of summation as two at once.</summary>
    public static float OneRowOfEight<TValue, TIndex>(TIndex* columns, byte* values, int count, float* x) where TValue : IStoredValue where TIndex : unmanaged =>
        Rest<TValue, TIndex>(columns, values, 0, count, x, Vector256<float>.Zero, Vector256<float>.Zero);

    /// <summary>One row within blocks of r x c, where 8 divides c.</summary>
    /// <param name="columns">Block columns.</param>
    /// <param name="values">The row's values in the first block.</param>
    /// <param name="count">Blocks.</param>
    /// <param name="width">c.</param>
    /// <param name="stride">Values from block to block, r x c.</param>
    /// <param name="x">c floats per block column.</param>
    public static float WideRow<TValue, TIndex>(TIndex* columns, byte* values, int count, int width, int stride, float* x) where TValue : IStoredValue where TIndex : unmanaged
    {
        var (a, b) = (Vector256<float>.Zero, Vector256<float>.Zero);
        for (var i = 0; i < count; i++, values += stride * TValue.Size)
        {
            var line = x + Index(columns, (nuint)i) * (nuint)width;
            var k = 0;
            for (; k + 16 <= width; k += 16)
            {
                a = Fma.MultiplyAdd(TValue.Load256(values + k * TValue.Size), Vector256.Load(line + k), a);
                b = Fma.MultiplyAdd(TValue.Load256(values + (k + 8) * TValue.Size), Vector256.Load(line + k + 8), b);
            }
            if (k < width)
                a = Fma.MultiplyAdd(TValue.Load256(values + k * TValue.Size), Vector256.Load(line + k), a);
        }
        return Vector256.Sum(a + b);
    }

    /// <summary>Eight rows of blocks r x 1, where 8 divides r: a lane is a row, x is broadcast.</summary>
    /// <param name="columns">Block columns.</param>
    /// <param name="values">The eight rows' values in the first block.</param>
    /// <param name="count">Blocks.</param>
    /// <param name="height">r: values from block to block.</param>
    /// <param name="x">The vector.</param>
    /// <param name="sums">Receives eight sums.</param>
    public static void EightRows<TValue, TIndex>(TIndex* columns, byte* values, int count, int height, float* x, float* sums) where TValue : IStoredValue where TIndex : unmanaged
    {
        var (a, b, c, d) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
        var step = (nuint)(height * TValue.Size);
        nuint i = 0;
        for (; i + 4 <= (nuint)count; i += 4, values += 4 * step)
        {
            Prefetch.Line(values + PrefetchBytes);
            Prefetch.Line(values + PrefetchBytes + 64);
            a = Fma.MultiplyAdd(TValue.Load256(values), Vector256.Create(x[Index(columns, i)]), a);
            b = Fma.MultiplyAdd(TValue.Load256(values + step), Vector256.Create(x[Index(columns, i + 1)]), b);
            c = Fma.MultiplyAdd(TValue.Load256(values + 2 * step), Vector256.Create(x[Index(columns, i + 2)]), c);
            d = Fma.MultiplyAdd(TValue.Load256(values + 3 * step), Vector256.Create(x[Index(columns, i + 3)]), d);
        }
        for (; i < (nuint)count; i++, values += step)
            a = Fma.MultiplyAdd(TValue.Load256(values), Vector256.Create(x[Index(columns, i)]), a);
        ((a + b) + (c + d)).Store(sums);
    }

    /// <summary>Four rows of blocks 4 x 4: a vector holds two rows of a block, x's four floats stand in both halves.</summary>
    /// <param name="columns">Block columns.</param>
    /// <param name="values">The first block.</param>
    /// <param name="count">Blocks.</param>
    /// <param name="x">4 floats per block column.</param>
    /// <param name="sums">Receives four sums.</param>
    public static void FourByFour<TValue, TIndex>(TIndex* columns, byte* values, int count, float* x, float* sums) where TValue : IStoredValue where TIndex : unmanaged
    {
        var (a, b, c, d) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
        nuint i = 0;
        for (; i + 2 <= (nuint)count; i += 2, values += 32 * TValue.Size)
        {
            var line = Avx.BroadcastVector128ToVector256(x + Index(columns, i) * 4);
            a = Fma.MultiplyAdd(TValue.Load256(values), line, a);
            b = Fma.MultiplyAdd(TValue.Load256(values + 8 * TValue.Size), line, b);
            line = Avx.BroadcastVector128ToVector256(x + Index(columns, i + 1) * 4);
            c = Fma.MultiplyAdd(TValue.Load256(values + 16 * TValue.Size), line, c);
            d = Fma.MultiplyAdd(TValue.Load256(values + 24 * TValue.Size), line, d);
        }
        if (i < (nuint)count)
        {
            var line = Avx.BroadcastVector128ToVector256(x + Index(columns, i) * 4);
            a = Fma.MultiplyAdd(TValue.Load256(values), line, a);
            b = Fma.MultiplyAdd(TValue.Load256(values + 8 * TValue.Size), line, b);
        }
        (a, b) = (a + c, b + d);
        sums[0] = Vector128.Sum(a.GetLower());
        sums[1] = Vector128.Sum(a.GetUpper());
        sums[2] = Vector128.Sum(b.GetLower());
        sums[3] = Vector128.Sum(b.GetUpper());
    }

    private static float Rest<TValue, TIndex>(TIndex* columns, byte* values, nuint i, int count, float* x, Vector256<float> a, Vector256<float> b)
        where TValue : IStoredValue where TIndex : unmanaged
    {
        for (; i + 2 <= (nuint)count; i += 2)
        {
            a = Add<TValue, TIndex>(columns, values, i, x, a);
            b = Add<TValue, TIndex>(columns, values, i + 1, x, b);
        }
        if (i < (nuint)count)
            a = Add<TValue, TIndex>(columns, values, i, x, a);
        return Vector256.Sum(a + b);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Add<TValue, TIndex>(TIndex* columns, byte* values, nuint i, float* x, Vector256<float> sum) where TValue : IStoredValue where TIndex : unmanaged =>
        Fma.MultiplyAdd(TValue.Load256(values + i * 8 * (nuint)TValue.Size), Vector256.Load(x + Index(columns, i) * 8), sum);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nuint Index<TIndex>(TIndex* columns, nuint i) where TIndex : unmanaged =>
        sizeof(TIndex) == sizeof(ushort) ? ((ushort*)columns)[i] : ((uint*)columns)[i];
}
