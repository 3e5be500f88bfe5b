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

    /// <summary>Four rows of blocks 1 x 8 at once: four value streams, which memory delivers faster than one.</summary>
    /// <param name="columns">Block columns of each row.</param>
    /// <param name="values">Values of each row.</param>
    /// <param name="counts">Blocks of each row.</param>
    /// <param name="x">8 floats per block column.</param>
    /// <param name="sums">Receives four sums.</param>
    public static void FourRowsOfEight<TValue, TIndex>(TIndex** columns, byte** values, int* counts, float* x, float* sums) where TValue : IStoredValue where TIndex : unmanaged
    {
        var (a, b, c, d) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
        var c0 = columns[0];
        var c1 = columns[1];
        var c2 = columns[2];
        var c3 = columns[3];
        var v0 = values[0];
        var v1 = values[1];
        var v2 = values[2];
        var v3 = values[3];
        var all = (nuint)Math.Min(Math.Min(counts[0], counts[1]), Math.Min(counts[2], counts[3]));
        nuint i = 0;
        for (; i < all; i++)
        {
            var ahead = i * 8 * (nuint)TValue.Size + PrefetchBytes;
            Prefetch.Line(v0 + ahead);
            Prefetch.Line(v1 + ahead);
            Prefetch.Line(v2 + ahead);
            Prefetch.Line(v3 + ahead);
            a = Add<TValue, TIndex>(c0, v0, i, x, a);
            b = Add<TValue, TIndex>(c1, v1, i, x, b);
            c = Add<TValue, TIndex>(c2, v2, i, x, c);
            d = Add<TValue, TIndex>(c3, v3, i, x, d);
        }
        sums[0] = Rest<TValue, TIndex>(c0, v0, i, counts[0], x, a);
        sums[1] = Rest<TValue, TIndex>(c1, v1, i, counts[1], x, b);
        sums[2] = Rest<TValue, TIndex>(c2, v2, i, counts[2], x, c);
        sums[3] = Rest<TValue, TIndex>(c3, v3, i, counts[3], x, d);
    }

    /// <summary>One row of blocks 1 x 8, in the same order of summation as four at once.</summary>
    public static float OneRowOfEight<TValue, TIndex>(TIndex* columns, byte* values, int count, float* x) where TValue : IStoredValue where TIndex : unmanaged =>
        Rest<TValue, TIndex>(columns, values, 0, count, x, Vector256<float>.Zero);

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
            var line = x + ColumnIndex.Of(columns, (nuint)i) * (nuint)width;
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

    /// <summary>Four times eight rows of blocks r x 1, where 8 divides r: a lane is a row, x is broadcast, and there are four value streams.</summary>
    /// <param name="columns">Block columns of each of the four.</param>
    /// <param name="values">The eight rows' values in the first block of each.</param>
    /// <param name="counts">Blocks of each.</param>
    /// <param name="height">r: values from block to block.</param>
    /// <param name="x">The vector.</param>
    /// <param name="sums">Receives four times eight sums.</param>
    public static void FourTimesEightRows<TValue, TIndex>(TIndex** columns, byte** values, int* counts, int height, float* x, float* sums) where TValue : IStoredValue where TIndex : unmanaged
    {
        var (a, b, c, d) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
        var step = (nuint)(height * TValue.Size);
        var c0 = columns[0];
        var c1 = columns[1];
        var c2 = columns[2];
        var c3 = columns[3];
        var v0 = values[0];
        var v1 = values[1];
        var v2 = values[2];
        var v3 = values[3];
        var all = (nuint)Math.Min(Math.Min(counts[0], counts[1]), Math.Min(counts[2], counts[3]));
        nuint i = 0;
        for (nuint at = 0; i < all; i++, at += step)
        {
            Prefetch.Line(v0 + at + PrefetchBytes);
            Prefetch.Line(v1 + at + PrefetchBytes);
            Prefetch.Line(v2 + at + PrefetchBytes);
            Prefetch.Line(v3 + at + PrefetchBytes);
            a = Fma.MultiplyAdd(TValue.Load256(v0 + at), Vector256.Create(x[ColumnIndex.Of(c0, i)]), a);
            b = Fma.MultiplyAdd(TValue.Load256(v1 + at), Vector256.Create(x[ColumnIndex.Of(c1, i)]), b);
            c = Fma.MultiplyAdd(TValue.Load256(v2 + at), Vector256.Create(x[ColumnIndex.Of(c2, i)]), c);
            d = Fma.MultiplyAdd(TValue.Load256(v3 + at), Vector256.Create(x[ColumnIndex.Of(c3, i)]), d);
        }
        RestOfEight<TValue, TIndex>(c0, v0, i, counts[0], step, x, a).Store(sums);
        RestOfEight<TValue, TIndex>(c1, v1, i, counts[1], step, x, b).Store(sums + 8);
        RestOfEight<TValue, TIndex>(c2, v2, i, counts[2], step, x, c).Store(sums + 16);
        RestOfEight<TValue, TIndex>(c3, v3, i, counts[3], step, x, d).Store(sums + 24);
    }

    /// <summary>Eight rows of blocks r x 1, in the same order of summation as four times as many at once.</summary>
    public static void EightRows<TValue, TIndex>(TIndex* columns, byte* values, int count, int height, float* x, float* sums) where TValue : IStoredValue where TIndex : unmanaged =>
        RestOfEight<TValue, TIndex>(columns, values, 0, count, (nuint)(height * TValue.Size), x, Vector256<float>.Zero).Store(sums);

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
            var line = Avx.BroadcastVector128ToVector256(x + ColumnIndex.Of(columns, i) * 4);
            a = Fma.MultiplyAdd(TValue.Load256(values), line, a);
            b = Fma.MultiplyAdd(TValue.Load256(values + 8 * TValue.Size), line, b);
            line = Avx.BroadcastVector128ToVector256(x + ColumnIndex.Of(columns, i + 1) * 4);
            c = Fma.MultiplyAdd(TValue.Load256(values + 16 * TValue.Size), line, c);
            d = Fma.MultiplyAdd(TValue.Load256(values + 24 * TValue.Size), line, d);
        }
        if (i < (nuint)count)
        {
            var line = Avx.BroadcastVector128ToVector256(x + ColumnIndex.Of(columns, i) * 4);
            a = Fma.MultiplyAdd(TValue.Load256(values), line, a);
            b = Fma.MultiplyAdd(TValue.Load256(values + 8 * TValue.Size), line, b);
        }
        (a, b) = (a + c, b + d);
        sums[0] = Vector128.Sum(a.GetLower());
        sums[1] = Vector128.Sum(a.GetUpper());
        sums[2] = Vector128.Sum(b.GetLower());
        sums[3] = Vector128.Sum(b.GetUpper());
    }

    private static float Rest<TValue, TIndex>(TIndex* columns, byte* values, nuint i, int count, float* x, Vector256<float> sum) where TValue : IStoredValue where TIndex : unmanaged
    {
        for (; i < (nuint)count; i++)
            sum = Add<TValue, TIndex>(columns, values, i, x, sum);
        return Vector256.Sum(sum);
    }

    private static Vector256<float> RestOfEight<TValue, TIndex>(TIndex* columns, byte* values, nuint i, int count, nuint step, float* x, Vector256<float> sum)
        where TValue : IStoredValue where TIndex : unmanaged
    {
        for (; i < (nuint)count; i++)
            sum = Fma.MultiplyAdd(TValue.Load256(values + i * step), Vector256.Create(x[ColumnIndex.Of(columns, i)]), sum);
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Add<TValue, TIndex>(TIndex* columns, byte* values, nuint i, float* x, Vector256<float> sum) where TValue : IStoredValue where TIndex : unmanaged =>
        Fma.MultiplyAdd(TValue.Load256(values + i * 8 * (nuint)TValue.Size), Vector256.Load(x + ColumnIndex.Of(columns, i) * 8), sum);
}
