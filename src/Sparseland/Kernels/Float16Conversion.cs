using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sparseland.Kernels;

/// <summary>Bulk conversion between float32 and IEEE half precision (the bits of <see cref="Half"/>). .NET 10 offers no F16C, so it is done with integers and one multiplication.</summary>
public static unsafe class Float16Conversion
{
    // A half's exponent and fraction, moved to a float's place, read as the value times 2^-112 (the exponents' biases are 15 and 127).
    internal const float Rebias = 5192296858534827628530496329220096f;

    private const uint SmallestNormal = 0x38800000;  // 2^-14
    private const uint Overflow = 0x47800000;        // 2^16
    private const uint Infinity = 0x7F800000;

    /// <summary>Widens; exact for every pattern, subnormal numbers and NaN payloads included.</summary>
    /// <param name="source">Half precision bits.</param>
    /// <param name="destination">As long as the source.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Widen(ReadOnlySpan<ushort> source, Span<float> destination)
    {
        BFloat16Conversion.CheckLengths(source.Length, destination.Length);
        fixed (ushort* from = source)
        fixed (float* to = destination)
            Widen(from, to, source.Length);
    }

    /// <summary>Rounds to the nearest, ties to even; from 65520 on becomes infinite, NaN stays NaN.</summary>
    /// <param name="source">The values.</param>
    /// <param name="destination">Half precision bits, as many as the source.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Narrow(ReadOnlySpan<float> source, Span<ushort> destination)
    {
        BFloat16Conversion.CheckLengths(source.Length, destination.Length);
        fixed (float* from = source)
        fixed (ushort* to = destination)
            Narrow(from, to, source.Length);
    }

    /// <summary>One value, exactly.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Widen(ushort bits)
    {
        var shifted = (uint)(bits & 0x7FFF) << 13;
        var magnitude = shifted >= 0x0F800000 ? shifted | Infinity : BitConverter.SingleToUInt32Bits(BitConverter.UInt32BitsToSingle(shifted) * Rebias);
        return BitConverter.UInt32BitsToSingle(magnitude | (uint)(bits & 0x8000) << 16);
    }

    /// <summary>One value, rounded to the nearest, ties to even.</summary>
    public static ushort Narrow(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        var sign = (bits >> 16) & 0x8000;
        bits &= 0x7FFFFFFF;
        uint half;
        if (bits >= Overflow)
            half = bits > Infinity ? 0x7E00 | ((bits >> 13) & 0x3FF) : 0x7C00;
        else if (bits < SmallestNormal)
            half = BitConverter.SingleToUInt32Bits(BitConverter.UInt32BitsToSingle(bits) + 0.5f) - 0x3F000000;
        else
            half = (bits - 0x38000000 + 0xFFF + ((bits >> 13) & 1)) >> 13;
        return (ushort)(half | sign);
    }

    /// <summary>One finite value, without the cases of infinity and NaN: for the scales of quantised blocks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float WidenFinite(ushort bits) => BitConverter.UInt32BitsToSingle((uint)((int)(short)bits << 13) & 0x8FFFE000) * Rebias;

    internal static void Widen(ushort* source, float* destination, nint count)
    {
        nint i = 0;
        if (Avx2.IsSupported)
        {
            for (; i + 8 <= count; i += 8)
            {
                var bits = Avx2.ConvertToVector256Int32(source + i).AsUInt32();
                var shifted = (bits & Vector256.Create(0x7FFFu)) << 13;
                var finite = (shifted.AsSingle() * Vector256.Create(Rebias)).AsUInt32();
                var special = Vector256.GreaterThan(shifted.AsInt32(), Vector256.Create(0x0F7FFFFF)).AsUInt32();
                var magnitude = Vector256.ConditionalSelect(special, shifted | Vector256.Create(Infinity), finite);
                (magnitude | ((bits & Vector256.Create(0x8000u)) << 16)).AsSingle().Store(destination + i);
            }
        }
        for (; i < count; i++)
            destination[i] = Widen(source[i]);
    }

    internal static void Narrow(float* source, ushort* destination, nint count)
    {
        nint i = 0;
        if (Vector256.IsHardwareAccelerated)
            for (; i + 16 <= count; i += 16)
                Vector256.Narrow(Round(Vector256.Load(source + i)), Round(Vector256.Load(source + i + 8))).Store(destination + i);
        for (; i < count; i++)
            destination[i] = Narrow(source[i]);
    }

    // The three cases of the scalar form, all computed, the right one chosen per lane.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Round(Vector256<float> value)
    {
        var sign = (value.AsUInt32() >>> 16) & Vector256.Create(0x8000u);
        var bits = value.AsUInt32() & Vector256.Create(0x7FFFFFFFu);
        var normal = (bits - Vector256.Create(0x38000000u - 0xFFFu) + ((bits >>> 13) & Vector256<uint>.One)) >>> 13;
        var subnormal = (bits.AsSingle() + Vector256.Create(0.5f)).AsUInt32() - Vector256.Create(0x3F000000u);
        var nan = Vector256.Create(0x7E00u) | ((bits >>> 13) & Vector256.Create(0x3FFu));
        var half = Vector256.ConditionalSelect(Vector256.LessThan(bits, Vector256.Create(SmallestNormal)), subnormal, normal);
        half = Vector256.ConditionalSelect(Vector256.GreaterThanOrEqual(bits, Vector256.Create(Overflow)), Vector256.Create(0x7C00u), half);
        return Vector256.ConditionalSelect(Vector256.GreaterThan(bits, Vector256.Create(Infinity)), nan, half) | sign;
    }
}
