using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sparseland.Kernels;

/// <summary>
/// GGUF's Q4_K: 256 weights in 144 bytes, eight groups of 32; weight = d * s[g] * q - m * t[g], with q from 0 to 15 and s, t from 0 to 63.
/// <code>
/// byte 0    2    4                16                                    144
///      |f16 |f16 | 12 bytes       | 4 x 32 bytes                         |
///      | d  | m  | s[0..7] t[0..7]| nibbles of groups (0,1)(2,3)(4,5)(6,7)|
/// scale bytes:  0..3   s[4+i] bits 4-5 | s[i]          (2 + 6 bits)
///               4..7   t[4+i] bits 4-5 | t[i]
///               8..11  t[4+i] bits 0-3 | s[4+i] bits 0-3
/// nibble bytes: high: group 2j+1, low: group 2j, weight i of each in byte i
/// </code>
/// </summary>
internal readonly unsafe struct BlockQ4_K : IBlockFormat
{
    public const int Size = 256;
    private const int Groups = 8;
    private const int GroupSize = 32;

    public static int BlockSize => Size;

    public static int BlockBytes => 144;

    /// <summary>Rounds a block; false when a value is not finite or a scale overflows half precision.</summary>
    public static bool TryQuantize(ReadOnlySpan<float> source, byte* block)
    {
        if (!float.IsFinite(TensorPrimitives.MaxMagnitude(source)))
            return false;
        Span<float> scales = stackalloc float[Groups];
        Span<float> minima = stackalloc float[Groups];
        for (var g = 0; g < Groups; g++)
            (scales[g], minima[g]) = AffineFit.Fit(source.Slice(g * GroupSize, GroupSize), 15);
        var largestScale = TensorPrimitives.Max<float>(scales);
        var largestMinimum = TensorPrimitives.Max<float>(minima);
        var (d, m) = (Float16Conversion.Narrow(largestScale / 63), Float16Conversion.Narrow(largestMinimum / 63));
        var (scaleUnit, minimumUnit) = (Float16Conversion.Widen(d), Float16Conversion.Widen(m));
        if (!float.IsFinite(scaleUnit) || !float.IsFinite(minimumUnit))
            return false;
        new Span<byte>(block, BlockBytes).Clear();
        (*(ushort*)block, *(ushort*)(block + 2)) = (d, m);
        for (var g = 0; g < Groups; g++)
        {
            var s = Steps(scales[g], scaleUnit);
            var t = Steps(minima[g], minimumUnit);
            PackScale(block + 4, g, s, t);
            var inverse = s > 0 ? 1 / (scaleUnit * s) : 0;
            for (var i = 0; i < GroupSize; i++)
            {
                var q = Math.Clamp((int)MathF.Round((source[g * GroupSize + i] + minimumUnit * t) * inverse), 0, 15);
                block[16 + g / 2 * GroupSize + i] |= (byte)(q << (g % 2 * 4));
            }
        }
        return true;

        static int Steps(float value, float unit) => unit > 0 ? Math.Clamp((int)MathF.Round(value / unit), 0, 63) : 0;
    }

    public static void Widen(byte* block, float* destination)
    {
        var d = Float16Conversion.Widen(*(ushort*)block);
        var m = Float16Conversion.Widen(*(ushort*)(block + 2));
        var (scales, minima) = Unpack(block);
        for (var g = 0; g < Groups; g++)
        {
            var scale = d * (byte)(scales >> 8 * g);
            var minimum = m * (byte)(minima >> 8 * g);
            var nibbles = block + 16 + g / 2 * GroupSize;
            var shift = g % 2 * 4;
            var i = 0;
            if (Avx2.IsSupported)
                for (; i < GroupSize; i += 8)
                {
                    var q = (Avx2.ConvertToVector256Int32(nibbles + i) >>> shift) & Vector256.Create(15);
                    (Avx.ConvertToVector256Single(q) * Vector256.Create(scale) - Vector256.Create(minimum)).Store(destination + g * GroupSize + i);
                }
            for (; i < GroupSize; i++)
                destination[g * GroupSize + i] = scale * (nibbles[i] >> shift & 15) - minimum;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Add(byte* block, int index, in QuantizedInput x, float* work, Vector256<float> sum)
    {
        var (scales, minima) = Unpack(block);
        var unit = Vector256.Create(Float16Conversion.WidenFinite(*(ushort*)block)) * Vector256.Load(x.Scales + index * Groups);
        (Bytes(scales) * unit).Store(work);
        // A group's minimum multiplies the sum of its inputs, all eight groups at once.
        var minimum = Bytes(minima) * Vector256.Create(-Float16Conversion.WidenFinite(*(ushort*)(block + 2)));
        sum = Vector256.MultiplyAddEstimate(minimum, Vector256.Load(x.Sums + index * Groups), sum);
        var values = x.Values + index * Size;
        for (var j = 0; j < Groups / 2; j++)
        {
            var nibbles = Vector256.Load(block + 16 + j * GroupSize);
            var low = IntegerDot.Unsigned(nibbles & Vector256.Create((byte)15), Vector256.Load(values + 2 * j * GroupSize));
            var high = IntegerDot.Unsigned((nibbles.AsUInt16() >>> 4).AsByte() & Vector256.Create((byte)15), Vector256.Load(values + (2 * j + 1) * GroupSize));
            sum = Vector256.MultiplyAddEstimate(Avx.ConvertToVector256Single(low), Vector256.Create(work[2 * j]), sum);
            sum = Vector256.MultiplyAddEstimate(Avx.ConvertToVector256Single(high), Vector256.Create(work[2 * j + 1]), sum);
        }
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Bytes(ulong packed) => Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(Vector128.CreateScalar(packed).AsByte()));

    // The 6-bit numbers of the drawing, one to a byte, group 0 lowest.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (ulong Scales, ulong Minima) Unpack(byte* block)
    {
        var first = *(uint*)(block + 4);
        var second = *(uint*)(block + 8);
        var third = *(uint*)(block + 12);
        var scales = (third & 0x0F0F0F0F) | (first >> 6 & 0x03030303) << 4;
        var minima = (third >> 4 & 0x0F0F0F0F) | (second >> 6 & 0x03030303) << 4;
        return ((ulong)scales << 32 | (first & 0x3F3F3F3F), (ulong)minima << 32 | (second & 0x3F3F3F3F));
    }

    private static void PackScale(byte* bytes, int group, int scale, int minimum)
    {
        if (group < 4)
        {
            bytes[group] |= (byte)scale;
            bytes[group + 4] |= (byte)minimum;
            return;
        }
        bytes[group - 4] |= (byte)(scale >> 4 << 6);
        bytes[group] |= (byte)(minimum >> 4 << 6);
        bytes[group + 4] = (byte)((scale & 15) | (minimum & 15) << 4);
    }
}
