using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sparseland.Kernels;

/// <summary>
/// GGUF's Q6_K: 256 weights in 210 bytes, sixteen groups of 16; weight = d * s[g] * (q - 32), q from 0 to 63, s signed bytes.
/// <code>
/// byte 0                  128              192           208  210
///      | low 4 bits of q  | high 2 bits    | s[0..15]    |f16 |
///      | 2 x 64 bytes     | 2 x 32 bytes   |             | d  |
/// within each half of 128 weights, for i from 0 to 31:
///   weight i      low nibble  of low[i],     bits 0-1 of high[i]
///   weight 32+i   low nibble  of low[32+i],  bits 2-3
///   weight 64+i   high nibble of low[i],     bits 4-5
///   weight 96+i   high nibble of low[32+i],  bits 6-7
/// </code>
/// </summary>
internal readonly unsafe struct BlockQ6_K : IBlockFormat
{
    public const int Size = 256;
    private const int Groups = 16;
    private const int GroupSize = 16;

    public static int BlockSize => Size;

    public static int BlockBytes => 210;

    /// <summary>Rounds a block; false when a value is not finite or the scale overflows half precision.</summary>
    public static bool TryQuantize(ReadOnlySpan<float> source, byte* block)
    {
        if (!float.IsFinite(TensorPrimitives.MaxMagnitude(source)))
            return false;
        Span<float> scales = stackalloc float[Groups];
        for (var g = 0; g < Groups; g++)
            scales[g] = FitScale(source.Slice(g * GroupSize, GroupSize));
        var d = Float16Conversion.Narrow(TensorPrimitives.MaxMagnitude<float>(scales) / -128);
        var unit = Float16Conversion.Widen(d);
        if (!float.IsFinite(unit))
            return false;
        new Span<byte>(block, BlockBytes).Clear();
        *(ushort*)(block + 208) = d;
        for (var g = 0; g < Groups; g++)
        {
            var s = unit != 0 ? Math.Clamp((int)MathF.Round(scales[g] / unit), -128, 127) : 0;
            ((sbyte*)block)[192 + g] = (sbyte)s;
            var inverse = s != 0 ? 1 / (unit * s) : 0;
            for (var i = 0; i < GroupSize; i++)
                PackLevel(block, g * GroupSize + i, Math.Clamp((int)MathF.Round(source[g * GroupSize + i] * inverse), -32, 31) + 32);
        }
        return true;
    }

    public static void Widen(byte* block, float* destination)
    {
        var d = Float16Conversion.Widen(*(ushort*)(block + 208));
        for (var half = 0; half < 2; half++)
        {
            var low = block + 64 * half;
            var high = block + 128 + 32 * half;
            for (var part = 0; part < 4; part++)
            {
                var target = destination + 128 * half + 32 * part;
                var nibbles = low + part % 2 * 32;
                var scale0 = d * ((sbyte*)block)[192 + 8 * half + 2 * part];
                var scale1 = d * ((sbyte*)block)[193 + 8 * half + 2 * part];
                var i = 0;
                if (Avx2.IsSupported)
                    for (; i < 32; i += 8)
                    {
                        var q = ((Avx2.ConvertToVector256Int32(nibbles + i) >>> (part / 2 * 4)) & Vector256.Create(15))
                            | ((Avx2.ConvertToVector256Int32(high + i) >>> (2 * part)) & Vector256.Create(3)) << 4;
                        (Avx.ConvertToVector256Single(q - Vector256.Create(32)) * Vector256.Create(i < 16 ? scale0 : scale1)).Store(target + i);
                    }
                for (; i < 32; i++)
                    target[i] = (i < 16 ? scale0 : scale1) * ((nibbles[i] >> (part / 2 * 4) & 15 | (high[i] >> (2 * part) & 3) << 4) - 32);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Add(byte* block, int index, in QuantizedInput x, float* work, Vector256<float> sum)
    {
        var unit = Float16Conversion.WidenFinite(*(ushort*)(block + 208));
        var scales = Vector128.Load((sbyte*)(block + 192));
        // The 32 that every level is too large by multiplies the groups' sums, all sixteen groups in two steps.
        var offset = Vector256.Create(-32 * unit);
        sum = Vector256.MultiplyAddEstimate(Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(scales)) * offset, Vector256.Load(x.HalfSums + index * Groups), sum);
        sum = Vector256.MultiplyAddEstimate(Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32((sbyte*)(block + 200))) * offset, Vector256.Load(x.HalfSums + index * Groups + 8), sum);
        var fifteen = Vector256.Create((byte)15);
        for (var half = 0; half < 2; half++)
        {
            var low = Vector256.Load(block + 64 * half);
            var next = Vector256.Load(block + 64 * half + 32);
            var high = Vector256.Load(block + 128 + 32 * half);
            var values = x.Values + index * Size + 128 * half;
            var inputScales = x.Scales + index * 8 + 4 * half;
            var pick = Vector128.Create(0ul, 0x0101010101010101ul).AsByte() + Vector128.Create((byte)(8 * half));
            var q0 = (low & fifteen) | ((high & Vector256.Create((byte)0x03)).AsUInt16() << 4).AsByte();
            var q1 = (next & fifteen) | ((high & Vector256.Create((byte)0x0C)).AsUInt16() << 2).AsByte();
            var q2 = ((low.AsUInt16() >>> 4).AsByte() & fifteen) | (high & Vector256.Create((byte)0x30));
            var q3 = ((next.AsUInt16() >>> 4).AsByte() & fifteen) | ((high & Vector256.Create((byte)0xC0)).AsUInt16() >>> 2).AsByte();
            sum = AddPart(q0, values, scales, pick, unit * inputScales[0], sum);
            sum = AddPart(q1, values + 32, scales, pick + Vector128.Create((byte)2), unit * inputScales[1], sum);
            sum = AddPart(q2, values + 64, scales, pick + Vector128.Create((byte)4), unit * inputScales[2], sum);
            sum = AddPart(q3, values + 96, scales, pick + Vector128.Create((byte)6), unit * inputScales[3], sum);
        }
        return sum;
    }

    // 63 * 127 * 2 fits 16 bits, and times a signed byte twice it fits 32.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> AddPart(Vector256<byte> levels, sbyte* values, Vector128<sbyte> scales, Vector128<byte> pick, float scale, Vector256<float> sum)
    {
        var groupScales = Avx2.ConvertToVector256Int16(Ssse3.Shuffle(scales.AsByte(), pick).AsSByte());
        var dot = Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(levels, Vector256.Load(values)), groupScales);
        return Vector256.MultiplyAddEstimate(Avx.ConvertToVector256Single(dot), Vector256.Create(scale), sum);
    }

    private static void PackLevel(byte* block, int weight, int level)
    {
        var half = weight / 128;
        var part = weight % 128 / 32;
        var i = weight % 32;
        block[64 * half + part % 2 * 32 + i] |= (byte)((level & 15) << (part / 2 * 4));
        block[128 + 32 * half + i] |= (byte)(level >> 4 << (2 * part));
    }

    // A signed scale for levels -32 to 31: around the one that maps the extreme to -32, the one with the least error weighted by the squares.
    private static float FitScale(ReadOnlySpan<float> values)
    {
        var extreme = TensorPrimitives.MaxMagnitude(values);
        if (extreme == 0)
            return 0;
        var best = 0f;
        var bestGain = 0f;
        for (var trial = -9; trial <= 9; trial++)
        {
            var inverse = -(32 + 0.1f * trial) / extreme;
            float cross = 0, square = 0;
            foreach (var value in values)
            {
                var level = Math.Clamp(MathF.Round(value * inverse), -32, 31);
                var weight = value * value;
                cross += weight * value * level;
                square += weight * level * level;
            }
            if (square > 0 && cross * cross > bestGain * square)
                (best, bestGain) = (cross / square, cross * cross / square);
        }
        return best;
    }
}
