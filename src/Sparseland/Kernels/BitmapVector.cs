using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sparseland.Kernels;

/// <summary>
/// Bitmap rows times a vector with AVX2: a byte of the mask looks up where each of eight columns finds its value among the next packed ones.
/// Table entry: sign bit set where the bit is set, low bits the rank among the set bits. The rank permutes the values, the sign bit is the load mask of x,
/// so lanes without a bit meet a zero of x and no separate clearing is needed (a NaN in x at a dropped column never enters; an unrelated packed value may, times zero).
/// </summary>
internal static unsafe class BitmapVector
{
    private static readonly ulong[] RankTable = BuildRankTable();

    /// <summary>Whether this kernel runs here.</summary>
    public static bool IsSupported => Avx2.IsSupported && Fma.IsSupported;

    /// <summary>Four rows times x: four value streams, one pass over x. Rows far apart make each stream run on into the next row.</summary>
    /// <param name="words">Mask words of each of the four rows.</param>
    /// <param name="wordsPerRow">Words of a row.</param>
    /// <param name="values">Packed values of each of the four rows; 16 may be read behind the last.</param>
    /// <param name="x">At least the columns, rounded up to 8 readable where the mask has bits.</param>
    /// <param name="sums">Receives four sums, without int8 scales.</param>
    public static void FourRows<TValue>(ulong** words, int wordsPerRow, byte** values, float* x, float* sums) where TValue : IStoredValue
    {
        fixed (ulong* table = RankTable)
        {
            var v0 = values[0];
            var v1 = values[1];
            var v2 = values[2];
            var v3 = values[3];
            var (a, b, c, d) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
            var m0 = (byte*)words[0];
            var m1 = (byte*)words[1];
            var m2 = (byte*)words[2];
            var m3 = (byte*)words[3];
            var bytes = (nuint)wordsPerRow * 8;
            // Four blocks per round: with more the compiler keeps the sums on the stack.
            for (nuint i = 0; i < bytes; i++)
            {
                a = Step<TValue>(table, m0[i], ref v0, x + i * 8, a);
                b = Step<TValue>(table, m1[i], ref v1, x + i * 8, b);
                c = Step<TValue>(table, m2[i], ref v2, x + i * 8, c);
                d = Step<TValue>(table, m3[i], ref v3, x + i * 8, d);
            }
            sums[0] = Vector256.Sum(a);
            sums[1] = Vector256.Sum(b);
            sums[2] = Vector256.Sum(c);
            sums[3] = Vector256.Sum(d);
        }
    }

    /// <summary>One row times x, in the same order of summation as four at once.</summary>
    public static float OneRow<TValue>(ulong* words, int wordsPerRow, byte* values, float* x) where TValue : IStoredValue
    {
        fixed (ulong* table = RankTable)
        {
            var sum = Vector256<float>.Zero;
            var mask = (byte*)words;
            for (nuint i = 0; i < (nuint)wordsPerRow * 8; i++)
                sum = Step<TValue>(table, mask[i], ref values, x + i * 8, sum);
            return Vector256.Sum(sum);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Step<TValue>(ulong* table, uint mask, ref byte* values, float* x, Vector256<float> sum) where TValue : IStoredValue
    {
        var rank = Avx2.ConvertToVector256Int32((sbyte*)(table + mask));
        var expanded = Avx2.PermuteVar8x32(TValue.Load256(values), rank);
        values += BitOperations.PopCount(mask) * TValue.Size;
        return Fma.MultiplyAdd(expanded, Avx.MaskLoad(x, rank.AsSingle()), sum);
    }

    private static ulong[] BuildRankTable()
    {
        var table = GC.AllocateArray<ulong>(256, pinned: true);
        for (var mask = 0; mask < 256; mask++)
        {
            var rank = 0;
            for (var column = 0; column < 8; column++)
                if ((mask >> column & 1) != 0)
                    table[mask] |= (ulong)(0x80 | rank++) << (8 * column);
        }
        return table;
    }
}
