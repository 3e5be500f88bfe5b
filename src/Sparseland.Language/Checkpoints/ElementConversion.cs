using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Sparseland.Layouts;

namespace Sparseland.Language.Checkpoints;

/// <summary>Converts between float32 and the element types that store numbers one by one. Rounding is to the nearest, ties to even.</summary>
internal static unsafe class ElementConversion
{
    /// <summary>Whether the type stores numbers one by one, without shared scales.</summary>
    public static bool IsPlain(ElementType element) => element is ElementType.Float64 or ElementType.Float32 or ElementType.Float16 or ElementType.BFloat16;

    /// <summary>Bytes of one element of a plain type.</summary>
    public static int ByteCount(ElementType element) => element switch
    {
        ElementType.Float64 => 8,
        ElementType.Float32 => 4,
        ElementType.Float16 or ElementType.BFloat16 => 2,
        _ => throw new ArgumentOutOfRangeException(nameof(element), element, "a plain type is needed"),
    };

    /// <summary>Reads elements as float32.</summary>
    /// <param name="element">A plain type.</param>
    /// <param name="source">The elements, any alignment.</param>
    /// <param name="destination">Where to.</param>
    public static void ToSingle(ElementType element, byte* source, Span<float> destination)
    {
        switch (element)
        {
            case ElementType.Float32:
                new ReadOnlySpan<byte>(source, destination.Length * sizeof(float)).CopyTo(MemoryMarshal.AsBytes(destination));
                break;
            case ElementType.Float64:
                for (var i = 0; i < destination.Length; i++)
                    destination[i] = (float)((double*)source)[i];
                break;
            case ElementType.Float16:
                TensorPrimitives.ConvertToSingle(new ReadOnlySpan<Half>(source, destination.Length), destination);
                break;
            default:
                BFloat16ToSingle((ushort*)source, destination);
                break;
        }
    }

    /// <summary>Stores finite float32 numbers.</summary>
    /// <param name="element">A plain type.</param>
    /// <param name="source">The numbers.</param>
    /// <param name="destination">As many bytes as the elements need.</param>
    /// <returns>False when a number is beyond the type's range and became infinite.</returns>
    public static bool FromSingle(ElementType element, ReadOnlySpan<float> source, Span<byte> destination)
    {
        switch (element)
        {
            case ElementType.Float32:
                MemoryMarshal.AsBytes(source).CopyTo(destination);
                return true;
            case ElementType.Float64:
                var doubles = MemoryMarshal.Cast<byte, double>(destination);
                for (var i = 0; i < source.Length; i++)
                    doubles[i] = source[i];
                return true;
            case ElementType.Float16:
                TensorPrimitives.ConvertToHalf(source, MemoryMarshal.Cast<byte, Half>(destination));
                return source.Length == 0 || Half.IsFinite((Half)TensorPrimitives.MaxMagnitude(source));
            default:
                return SingleToBFloat16(source, MemoryMarshal.Cast<byte, ushort>(destination));
        }
    }

    private static void BFloat16ToSingle(ushort* source, Span<float> destination)
    {
        var i = 0;
        fixed (float* target = destination)
        {
            if (Vector256.IsHardwareAccelerated)
            {
                for (; i + 16 <= destination.Length; i += 16)
                {
                    var (low, high) = Vector256.Widen(Vector256.Load(source + i));
                    (low << 16).AsSingle().Store(target + i);
                    (high << 16).AsSingle().Store(target + i + 8);
                }
            }
            for (; i < destination.Length; i++)
                target[i] = BitConverter.UInt32BitsToSingle((uint)source[i] << 16);
        }
    }

    // The upper half after adding just under half of its last bit, or exactly half when that bit is odd. Eight lanes at a time, two of them narrowed into one store.
    private static bool SingleToBFloat16(ReadOnlySpan<float> source, Span<ushort> destination)
    {
        var i = 0;
        var finite = true;
        if (Vector256.IsHardwareAccelerated)
        {
            ref var from = ref MemoryMarshal.GetReference(source);
            ref var to = ref MemoryMarshal.GetReference(destination);
            var exponent = Vector256.Create((ushort)0x7F80);
            var infinite = Vector256<ushort>.Zero;
            for (; i + 16 <= source.Length; i += 16)
            {
                var rounded = Vector256.Narrow(Round(Vector256.LoadUnsafe(ref from, (nuint)i)), Round(Vector256.LoadUnsafe(ref from, (nuint)i + 8)));
                infinite |= Vector256.Equals(rounded & exponent, exponent);
                rounded.StoreUnsafe(ref to, (nuint)i);
            }
            finite = infinite == Vector256<ushort>.Zero;
        }
        for (; i < source.Length; i++)
        {
            var bits = BitConverter.SingleToUInt32Bits(source[i]);
            destination[i] = (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
            finite &= (destination[i] & 0x7F80) != 0x7F80;
        }
        return finite;
    }

    private static Vector256<uint> Round(Vector256<float> values)
    {
        var bits = values.AsUInt32();
        return (bits + Vector256.Create(0x7FFFu) + ((bits >> 16) & Vector256<uint>.One)) >> 16;
    }
}
