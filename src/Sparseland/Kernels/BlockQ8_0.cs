using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sparseland.Kernels;

/// <summary>
/// GGUF's Q8_0: 32 weights in 34 bytes, weight = scale * q.
/// <code>
/// byte 0      2                               34
///      | f16  | q0 q1 ...             q31      |   q: signed bytes
///      | scale|                                |
/// </code>
/// </summary>
internal readonly unsafe struct BlockQ8_0 : IBlockFormat
{
    private const int Size = 32;

    public static int BlockSize => Size;

    public static int BlockBytes => 34;

    /// <summary>Rounds a block; false when a value is not finite or the scale overflows half precision.</summary>
    public static bool TryQuantize(ReadOnlySpan<float> source, byte* block)
    {
        var largest = MathF.Abs(TensorPrimitives.MaxMagnitude(source));
        var scale = largest / 127;
        var bits = Float16Conversion.Narrow(scale);
        if (!float.IsFinite(largest) || !float.IsFinite(Float16Conversion.Widen(bits)))
            return false;
        *(ushort*)block = bits;
        // A scale that is subnormal in float32 is zero in half precision.
        var inverse = bits != 0 ? 1 / scale : 0;
        for (var i = 0; i < Size; i++)
            ((sbyte*)block)[2 + i] = (sbyte)MathF.Round(source[i] * inverse, MidpointRounding.AwayFromZero);
        return true;
    }

    public static void Widen(byte* block, float* destination)
    {
        var scale = Float16Conversion.Widen(*(ushort*)block);
        var values = (sbyte*)(block + 2);
        if (Avx2.IsSupported)
        {
            for (var i = 0; i < Size; i += 8)
                (Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(values + i)) * Vector256.Create(scale)).Store(destination + i);
            return;
        }
        for (var i = 0; i < Size; i++)
            destination[i] = values[i] * scale;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Add(byte* block, int index, in QuantizedInput x, float* work, Vector256<float> sum)
    {
        var scale = Float16Conversion.WidenFinite(*(ushort*)block) * x.Scales[index];
        var dot = IntegerDot.Signed(Vector256.Load((sbyte*)(block + 2)), Vector256.Load(x.Values + index * Size));
        return Vector256.MultiplyAddEstimate(Avx.ConvertToVector256Single(dot), Vector256.Create(scale), sum);
    }
}
