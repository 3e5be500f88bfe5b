using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Sparseland.Errors;
using Sparseland.Masks;
using Sparseland.Tensors;

namespace Sparseland.Layouts;

/// <summary>
/// How kept values are stored: float32 as they are, bfloat16 and float16 rounded to the nearest (ties to even), int8 as round(value / scale)
/// with one scale per row, the row's largest magnitude / 127.
/// </summary>
internal static unsafe class StoredValues
{
    /// <summary>Values that every values part carries behind the last one, all zero: kernels load whole vectors from any kept value on.</summary>
    public const int Slack = 16;

    /// <summary>Bytes of one value.</summary>
    public static int SizeOf(ElementType element) => LayoutPart.SizeOf(PartOf(element));

    /// <summary>The part's element for a value type.</summary>
    public static PartType PartOf(ElementType element) => element switch
    {
        ElementType.Float32 => PartType.Float32,
        ElementType.BFloat16 => PartType.BFloat16,
        ElementType.Float16 => PartType.Float16,
        ElementType.Int8 => PartType.Int8,
        _ => throw new UnsupportedException($"sparse layouts store float32, bfloat16, float16 or int8 values, not {element}"),
    };

    /// <summary>Refuses a value type that a layout does not store.</summary>
    public static void RequireElement(string layout, ElementType element, params ReadOnlySpan<ElementType> known)
    {
        foreach (var candidate in known)
            if (candidate == element)
                return;
        throw new UnsupportedException($"the layout {layout} stores {string.Join(", ", known.ToArray())} values, not {element}");
    }

    /// <summary>Refuses kept values that are NaN or infinite, or become infinite in the value type.</summary>
    /// <param name="element">As what they will be stored.</param>
    /// <param name="values">The matrix; what is not kept may hold anything.</param>
    /// <param name="mask">What is kept, of the same extents.</param>
    /// <exception cref="NumericalException">There is one; the message has its row and column.</exception>
    public static void RequireFinite(ElementType element, MatrixView<float> values, Mask mask)
    {
        var limit = LargestOf(element);
        for (var row = 0; row < mask.Rows && mask.Columns > 0; row++)
        {
            var line = values.Row(row);
            // The largest magnitude comes with its sign; a NaN comes out as NaN and is not below the limit.
            if (Math.Abs(TensorPrimitives.MaxMagnitude<float>(line)) <= limit)
                continue;
            for (var column = 0; column < line.Length; column++)
                if (mask[row, column] && !(Math.Abs(line[column]) <= limit))
                    throw new NumericalException(string.Create(CultureInfo.InvariantCulture,
                        $"row {row}, column {column} of a {mask.Rows} x {mask.Columns} matrix is {line[column]}, which {element} cannot hold: {(float.IsFinite(line[column]) ? "store float32" : "look for the layer or the step that made it")}"));
        }
    }

    /// <summary>The int8 scale of a row's kept values; 0 when all are zero.</summary>
    public static float ScaleOf(ReadOnlySpan<float> values)
    {
        var largest = 0f;
        foreach (var value in values)
            largest = Math.Max(largest, Math.Abs(value));
        return largest / 127;
    }

    /// <summary>Stores values.</summary>
    /// <param name="element">As what.</param>
    /// <param name="values">The values.</param>
    /// <param name="scale">The int8 scale; not used otherwise.</param>
    /// <param name="destination">Where to.</param>
    public static void Encode(ElementType element, ReadOnlySpan<float> values, float scale, byte* destination)
    {
        switch (element)
        {
            case ElementType.Float32:
                values.CopyTo(new Span<float>(destination, values.Length));
                break;
            case ElementType.BFloat16:
                for (var i = 0; i < values.Length; i++)
                    ((ushort*)destination)[i] = ToBFloat16(values[i]);
                break;
            case ElementType.Float16:
                for (var i = 0; i < values.Length; i++)
                    ((ushort*)destination)[i] = BitConverter.HalfToUInt16Bits((Half)values[i]);
                break;
            default:
                var inverse = scale == 0 ? 0 : 1 / scale;
                for (var i = 0; i < values.Length; i++)
                    ((sbyte*)destination)[i] = (sbyte)Math.Clamp(MathF.Round(values[i] * inverse), -127, 127);
                break;
        }
    }

    /// <summary>Reads stored values as float32. Up to 16 more may be read and written: both sides have that slack.</summary>
    public static void Decode(ElementType element, byte* source, int count, float scale, float* destination)
    {
        switch (element)
        {
            case ElementType.Float32:
                CopyFloat32((float*)source, count, destination);
                break;
            case ElementType.BFloat16:
                DecodeBFloat16((ushort*)source, count, destination);
                break;
            case ElementType.Float16:
                for (var i = 0; i < count; i++)
                    destination[i] = FromFloat16(((ushort*)source)[i]);
                break;
            default:
                DecodeInt8((sbyte*)source, count, scale, destination);
                break;
        }
    }

    /// <summary>One stored value as float32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(ElementType element, byte* values, long index, float scale) => element switch
    {
        ElementType.Float32 => ((float*)values)[index],
        ElementType.BFloat16 => FromBFloat16(((ushort*)values)[index]),
        ElementType.Float16 => FromFloat16(((ushort*)values)[index]),
        _ => ((sbyte*)values)[index] * scale,
    };

    /// <summary>Rounds to the nearest bfloat16, ties to even; NaN stays NaN.</summary>
    public static ushort ToBFloat16(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? (ushort)((bits >> 16) | 0x40) : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    /// <summary>Widens a bfloat16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float FromBFloat16(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    /// <summary>
    /// Widens a finite float16 by integer steps: exponent and fraction move to their places in a float32, one multiplication by 2^112 corrects the
    /// exponent's bias and is exact for subnormals too. A cast from Half is a call on this runtime.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float FromFloat16(ushort bits)
    {
        var magnitude = BitConverter.UInt32BitsToSingle((uint)(bits & 0x7FFF) << 13) * Float16Bias;
        return BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(magnitude) | (uint)(bits & 0x8000) << 16);
    }

    /// <summary>2^112: the difference of the exponent biases of float32 and float16, as a factor.</summary>
    public const float Float16Bias = 5.192296858534828e33f;

    // The largest magnitude that does not round to infinity.
    private static float LargestOf(ElementType element) => element switch
    {
        ElementType.Float16 => MathF.BitDecrement(65520),
        ElementType.BFloat16 => BitConverter.UInt32BitsToSingle(0x7F7F7FFF),
        _ => float.MaxValue,
    };

    private static void CopyFloat32(float* source, int count, float* destination)
    {
        if (!Vector256.IsHardwareAccelerated)
        {
            Unsafe.CopyBlockUnaligned(destination, source, (uint)count * sizeof(float));
            return;
        }
        for (var i = 0; i < count; i += 8)
            Vector256.Load(source + i).Store(destination + i);
    }

    private static void DecodeBFloat16(ushort* source, int count, float* destination)
    {
        var i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            for (; i < count; i += 16)
            {
                var (low, high) = Vector256.Widen(Vector256.Load(source + i));
                (low << 16).AsSingle().Store(destination + i);
                (high << 16).AsSingle().Store(destination + i + 8);
            }
        }
        for (; i < count; i++)
            destination[i] = FromBFloat16(source[i]);
    }

    private static void DecodeInt8(sbyte* source, int count, float scale, float* destination)
    {
        var i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            for (; i < count; i += 16)
            {
                var words = Vector256.WidenLower(Vector128.Load(source + i).ToVector256());
                var (low, high) = Vector256.Widen(words);
                (Vector256.ConvertToSingle(low) * scale).Store(destination + i);
                (Vector256.ConvertToSingle(high) * scale).Store(destination + i + 8);
            }
        }
        for (; i < count; i++)
            destination[i] = source[i] * scale;
    }
}
