using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sparseland.Kernels;

/// <summary>
/// GGUF's Q4_0: 32 weights in 18 bytes, weight = scale * (q - 8), q from 0 to 15.
/// <code>
/// byte 0      2                               18
///      | f16  | q16|q0  q17|q1 ...    q31|q15  |   each byte: high nibble | low nibble
///      | scale|                                |
/// </code>
/// </summary>
internal readonly unsafe struct BlockQ4_0 : IBlockFormat
{
    private const int Size = 32;

    public static int BlockSize => Size;

    public static int BlockBytes => 18;

    /// <summary>Rounds a block: the value of greatest magnitude becomes -8 exactly. False when a value is not finite or the scale overflows half precision.</summary>
    public static bool TryQuantize(ReadOnlySpan<float> source, byte* block)
    {
        var largest = TensorPrimitives.MaxMagnitude(source);
        var scale = largest / -8;
        var bits = Float16Conversion.Narrow(scale);
        if (!float.IsFinite(largest) || !float.IsFinite(Float16Conversion.Widen(bits)))
            return false;
        *(ushort*)block = bits;
        var inverse = (bits & 0x7FFF) != 0 ? 1 / scale : 0;
        for (var i = 0; i < Size / 2; i++)
            block[2 + i] = (byte)(Level(source[i] * inverse) | Level(source[i + Size / 2] * inverse) << 4);
        return true;

        static int Level(float value) => Math.Clamp((int)(value + 8.5f), 0, 15);
    }

    public static void Widen(byte* block, float* destination)
    {
        var scale = Float16Conversion.Widen(*(ushort*)block);
        if (Avx2.IsSupported)
        {
            var levels = Levels(block + 2).AsSByte() - Vector256.Create((sbyte)8);
            var (low, high) = Vector256.Widen(levels);
            var factor = Vector256.Create(scale);
            (Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(low.GetLower())) * factor).Store(destination);
            (Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(low.GetUpper())) * factor).Store(destination + 8);
            (Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(high.GetLower())) * factor).Store(destination + 16);
            (Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(high.GetUpper())) * factor).Store(destination + 24);
            return;
        }
        for (var i = 0; i < Size / 2; i++)
        {
            destination[i] = ((block[2 + i] & 15) - 8) * scale;
            destination[i + Size / 2] = ((block[2 + i] >> 4) - 8) * scale;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Add(byte* block, int index, in QuantizedInput x, float* work, Vector256<float> sum)
    {
        var scale = Float16Conversion.WidenFinite(*(ushort*)block) * x.Scales[index];
        // Levels stay unsigned, as the integer product wants them; the 8 they are too large by is taken off per lane.
        var dot = IntegerDot.Unsigned(Levels(block + 2), Vector256.Load(x.Values + index * Size)) - Vector256.Load(x.Offsets + index * 8);
        return Vector256.MultiplyAddEstimate(Avx.ConvertToVector256Single(dot), Vector256.Create(scale), sum);
    }

    // Low nibbles to the lower half, high nibbles to the upper half: the order of the weights.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Levels(byte* nibbles)
    {
        var bytes = Vector128.Load(nibbles);
        return Vector256.Create(bytes, (bytes.AsUInt16() >>> 4).AsByte()) & Vector256.Create((byte)15);
    }
}
