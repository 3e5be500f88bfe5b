using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sparseland.Kernels;

/// <summary>
/// Bitmap rows times a vector with AVX-512: sixteen columns at once by vpexpandps, whose mask is the row's own bits. Fewer instructions than the table look-up, but making the mask and the expansion itself are slow on some processors.
/// </summary>
internal static unsafe class BitmapVector512
{
    /// <summary>Whether this kernel runs here.</summary>
    public static bool IsSupported => Avx512F.IsSupported;

    /// <summary>Four rows times x: four value streams, one pass over x. Rows far apart make each stream run on into the next row.</summary>
    /// <param name="words">Mask words of each of the four rows.</param>
    /// <param name="wordsPerRow">Words of a row.</param>
    /// <param name="values">Packed values of each of the four rows; 16 may be read behind the last.</param>
    /// <param name="x">64 x wordsPerRow readable floats, finite (zero) beyond the columns.</param>
    /// <param name="sums">Receives four sums, without int8 scales.</param>
    public static void FourRows<TValue>(ulong** words, int wordsPerRow, byte** values, float* x, float* sums) where TValue : IStoredValue
    {
        var v0 = values[0];
        var v1 = values[1];
        var v2 = values[2];
        var v3 = values[3];
        var (a, b, c, d) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        var m0 = (ushort*)words[0];
        var m1 = (ushort*)words[1];
        var m2 = (ushort*)words[2];
        var m3 = (ushort*)words[3];
        var bits = LaneBits;
        var steps = (nuint)wordsPerRow * 4;
        for (nuint i = 0; i < steps; i++)
        {
            var line = Vector512.Load(x + i * 16);
            a = Step<TValue>(m0[i], bits, ref v0, line, a);
            b = Step<TValue>(m1[i], bits, ref v1, line, b);
            c = Step<TValue>(m2[i], bits, ref v2, line, c);
            d = Step<TValue>(m3[i], bits, ref v3, line, d);
        }
        sums[0] = Vector512.Sum(a);
        sums[1] = Vector512.Sum(b);
        sums[2] = Vector512.Sum(c);
        sums[3] = Vector512.Sum(d);
    }

    /// <summary>One row times x, in the same order of summation as four at once.</summary>
    public static float OneRow<TValue>(ulong* words, int wordsPerRow, byte* values, float* x) where TValue : IStoredValue
    {
        var sum = Vector512<float>.Zero;
        var masks = (ushort*)words;
        for (nuint i = 0; i < (nuint)wordsPerRow * 4; i++)
            sum = Step<TValue>(masks[i], LaneBits, ref values, Vector512.Load(x + i * 16), sum);
        return Vector512.Sum(sum);
    }

    private static Vector512<int> LaneBits => Vector512.Create(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Step<TValue>(ushort mask, Vector512<int> bits, ref byte* values, Vector512<float> x, Vector512<float> sum) where TValue : IStoredValue
    {
        // Broadcast, test each lane's bit, expand.
        var lanes = ~Vector512.Equals(Vector512.Create((int)mask) & bits, Vector512<int>.Zero);
        var expanded = Avx512F.Expand(Vector512<float>.Zero, lanes.AsSingle(), TValue.Load512(values));
        values += BitOperations.PopCount(mask) * TValue.Size;
        return Avx512F.FusedMultiplyAdd(expanded, x, sum);
    }
}
