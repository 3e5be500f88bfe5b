using System.Runtime.InteropServices;
using Sparseland.Kernels;
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
                Float16Conversion.Widen(new ReadOnlySpan<ushort>(source, destination.Length), destination);
                break;
            default:
                BFloat16Conversion.Widen(new ReadOnlySpan<ushort>(source, destination.Length), destination);
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
                return TensorPrimitives.IsFiniteAll(source);
            case ElementType.Float64:
                var doubles = MemoryMarshal.Cast<byte, double>(destination);
                for (var i = 0; i < source.Length; i++)
                    doubles[i] = source[i];
                return true;
            case ElementType.Float16:
                var halves = MemoryMarshal.Cast<byte, ushort>(destination);
                Float16Conversion.Narrow(source, halves);
                return IsFinite(halves, 0x7C00);
            default:
                var brains = MemoryMarshal.Cast<byte, ushort>(destination);
                BFloat16Conversion.Narrow(source, brains);
                return IsFinite(brains, 0x7F80);
        }
    }

    private static bool IsFinite(ReadOnlySpan<ushort> bits, ushort exponent)
    {
        foreach (var unit in bits)
            if ((unit & exponent) == exponent)
                return false;
        return true;
    }
}
