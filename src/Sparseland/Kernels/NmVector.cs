using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sparseland.Kernels;

/// <summary>
/// How eight neighbouring kept values of an N:M row find their x with AVX2: selectors of two or three bits permute vectors of x, constant blends join them.
/// A type parameter of the kernel.
/// </summary>
internal unsafe interface INmShape
{
    /// <summary>Columns that eight kept values come from: 16 or 32.</summary>
    static abstract int Columns { get; }

    /// <summary>Bytes that eight selectors take: 2 or 3.</summary>
    static abstract int SelectorBytes { get; }

    /// <summary>Whether x stands in the order that permutes within four lanes need.</summary>
    static abstract bool Interleaves { get; }

    /// <summary>x of each kept value.</summary>
    /// <param name="a">The first eight of x.</param>
    /// <param name="b">The next eight.</param>
    /// <param name="c">The next eight, where 32 columns are read.</param>
    /// <param name="d">The next eight, where 32 columns are read.</param>
    /// <param name="selectors">A selector in the low bits of every lane; what stands above is ignored.</param>
    static abstract Vector256<float> Pick(Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d, Vector256<int> selectors);
}

/// <summary>2:4.</summary>
internal readonly struct TwoOfFour : INmShape
{
    public static int Columns => 16;
    public static int SelectorBytes => 2;
    public static bool Interleaves => true;

    // Lanes 0,1 and 4,5 take from the halves of a (groups 0 and 2), lanes 2,3 and 6,7 from those of b (groups 1 and 3).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Pick(Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d, Vector256<int> selectors) =>
        Avx.Blend(Avx.PermuteVar(a, selectors), Avx.PermuteVar(b, selectors), 0xCC);
}

/// <summary>1:4.</summary>
internal readonly struct OneOfFour : INmShape
{
    public static int Columns => 32;
    public static int SelectorBytes => 2;
    public static bool Interleaves => true;

    // Lane i of each half takes from vector i: a holds groups 0 and 4, b groups 1 and 5, and so on.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Pick(Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d, Vector256<int> selectors) =>
        Avx.Blend(
            Avx.Blend(Avx.PermuteVar(a, selectors), Avx.PermuteVar(b, selectors), 0x22),
            Avx.Blend(Avx.PermuteVar(c, selectors), Avx.PermuteVar(d, selectors), 0x88),
            0xCC);
}

/// <summary>4:8.</summary>
internal readonly struct FourOfEight : INmShape
{
    public static int Columns => 16;
    public static int SelectorBytes => 3;
    public static bool Interleaves => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Pick(Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d, Vector256<int> selectors) =>
        Avx.Blend(Avx2.PermuteVar8x32(a, selectors), Avx2.PermuteVar8x32(b, selectors), 0xF0);
}

/// <summary>2:8.</summary>
internal readonly struct TwoOfEight : INmShape
{
    public static int Columns => 32;
    public static int SelectorBytes => 3;
    public static bool Interleaves => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Pick(Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d, Vector256<int> selectors) =>
        Avx.Blend(
            Avx.Blend(Avx2.PermuteVar8x32(a, selectors), Avx2.PermuteVar8x32(b, selectors), 0x0C),
            Avx.Blend(Avx2.PermuteVar8x32(c, selectors), Avx2.PermuteVar8x32(d, selectors), 0xC0),
            0xF0);
}

/// <summary>N:M rows times a vector with AVX2: values are read in order, x is permuted to them, four rows (streams) at once.</summary>
internal static unsafe class NmVector
{
    /// <summary>Whether this kernel runs here.</summary>
    public static bool IsSupported => Avx2.IsSupported && Fma.IsSupported;

    /// <summary>Four rows times x: four value streams, one pass over x. Rows far apart make each stream run on into the next row.</summary>
    /// <param name="selectors">Selectors of each of the four rows; 2 bytes may be read behind the last.</param>
    /// <param name="values">Values of each of the four rows.</param>
    /// <param name="stride">Values of a row, a multiple of 8.</param>
    /// <param name="x">x in the shape's order, zero up to stride / 8 x the shape's columns.</param>
    /// <param name="sums">Receives four sums, without int8 scales.</param>
    public static void FourRows<TShape, TValue>(byte** selectors, byte** values, int stride, float* x, float* sums) where TShape : INmShape where TValue : IStoredValue
    {
        var (a, b, c, d) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
        var shifts = Shifts<TShape>();
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
        for (; v < bytes; v += 8 * (nuint)TValue.Size, s += (nuint)TShape.SelectorBytes, x += TShape.Columns)
        {
            var (x0, x1) = (Vector256.Load(x), Vector256.Load(x + 8));
            var (x2, x3) = TShape.Columns == 32 ? (Vector256.Load(x + 16), Vector256.Load(x + 24)) : default;
            a = Step<TShape, TValue>(s0 + s, v0 + v, shifts, x0, x1, x2, x3, a);
            b = Step<TShape, TValue>(s1 + s, v1 + v, shifts, x0, x1, x2, x3, b);
            c = Step<TShape, TValue>(s2 + s, v2 + v, shifts, x0, x1, x2, x3, c);
            d = Step<TShape, TValue>(s3 + s, v3 + v, shifts, x0, x1, x2, x3, d);
        }
        sums[0] = Vector256.Sum(a);
        sums[1] = Vector256.Sum(b);
        sums[2] = Vector256.Sum(c);
        sums[3] = Vector256.Sum(d);
    }

    /// <summary>One row times x, in the same order of summation as four at once.</summary>
    public static float OneRow<TShape, TValue>(byte* selectors, byte* values, int stride, float* x) where TShape : INmShape where TValue : IStoredValue
    {
        var sum = Vector256<float>.Zero;
        var shifts = Shifts<TShape>();
        for (var i = 0; i < stride; i += 8, selectors += TShape.SelectorBytes, values += 8 * TValue.Size, x += TShape.Columns)
        {
            var (x2, x3) = TShape.Columns == 32 ? (Vector256.Load(x + 16), Vector256.Load(x + 24)) : default;
            sum = Step<TShape, TValue>(selectors, values, shifts, Vector256.Load(x), Vector256.Load(x + 8), x2, x3, sum);
        }
        return Vector256.Sum(sum);
    }

    /// <summary>Copies x into the order the shape's picks expect.</summary>
    /// <param name="source">[columns].</param>
    /// <param name="columns">How many.</param>
    /// <param name="destination">Room for the columns rounded up to 64, zeros beyond them.</param>
    public static void Arrange<TShape>(float* source, int columns, float* destination) where TShape : INmShape
    {
        var room = (columns + 63) & ~63;
        if (!TShape.Interleaves)
        {
            new ReadOnlySpan<float>(source, columns).CopyTo(new Span<float>(destination, columns));
            new Span<float>(destination + columns, room - columns).Clear();
            return;
        }
        // Groups of four in a block of 16 or 32 columns: the first half of the groups goes to lower halves of vectors, the second half to upper ones.
        var groups = TShape.Columns / 4;
        for (var group = 0; group < room / 4; group++)
        {
            var within = group % groups;
            var slot = group - within + (within < groups / 2 ? within * 2 : (within - groups / 2) * 2 + 1);
            for (var i = 0; i < 4; i++)
                destination[slot * 4 + i] = group * 4 + i < columns ? source[group * 4 + i] : 0;
        }
    }

    private static Vector256<uint> Shifts<TShape>() where TShape : INmShape =>
        TShape.SelectorBytes == 2 ? Vector256.Create(0u, 2, 4, 6, 8, 10, 12, 14) : Vector256.Create(0u, 3, 6, 9, 12, 15, 18, 21);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Step<TShape, TValue>(
        byte* selectors, byte* values, Vector256<uint> shifts, Vector256<float> x0, Vector256<float> x1, Vector256<float> x2, Vector256<float> x3, Vector256<float> sum)
        where TShape : INmShape where TValue : IStoredValue
    {
        var index = Avx2.ShiftRightLogicalVariable(Avx2.BroadcastScalarToVector256((int*)selectors), shifts);
        return Fma.MultiplyAdd(TShape.Pick(x0, x1, x2, x3, index), TValue.Load256(values), sum);
    }
}
