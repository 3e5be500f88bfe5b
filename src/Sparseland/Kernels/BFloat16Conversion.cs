using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sparseland.Kernels;

/// <summary>Bulk conversion between float32 and bfloat16, which is the upper half of a float32: 8 significant bits, the same range.</summary>
public static unsafe class BFloat16Conversion
{
    /// <summary>Widens; exact for every pattern, NaN payloads included.</summary>
    /// <param name="source">bfloat16 bits.</param>
    /// <param name="destination">As long as the source.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Widen(ReadOnlySpan<ushort> source, Span<float> destination)
    {
        CheckLengths(source.Length, destination.Length);
        fixed (ushort* from = source)
        fixed (float* to = destination)
            Widen(from, to, source.Length);
    }

    /// <summary>Rounds to the nearest, ties to even; too large becomes infinite, NaN stays NaN.</summary>
    /// <param name="source">The values.</param>
    /// <param name="destination">bfloat16 bits, as many as the source.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Narrow(ReadOnlySpan<float> source, Span<ushort> destination)
    {
        CheckLengths(source.Length, destination.Length);
        fixed (float* from = source)
        fixed (ushort* to = destination)
            Narrow(from, to, source.Length);
    }

    /// <summary>One value, exactly.</summary>
    public static float Widen(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    /// <summary>One value, rounded to the nearest, ties to even.</summary>
    public static ushort Narrow(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        // A NaN whose payload lies in the lower half would become infinite: keep it by setting the quiet bit.
        return float.IsNaN(value) ? (ushort)((bits >> 16) | 0x40) : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    internal static void Widen(ushort* source, float* destination, nint count)
    {
        nint i = 0;
        if (Avx2.IsSupported)
            for (; i + 8 <= count; i += 8)
                Avx2.ShiftLeftLogical(Avx2.ConvertToVector256Int32(source + i), 16).AsSingle().Store(destination + i);
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Round(Vector256<float> value)
    {
        var bits = value.AsUInt32();
        var high = bits >>> 16;
        // Adding just under half of the last kept place, and the last kept bit, carries exactly when the value is above the middle or on it and odd.
        var rounded = (bits + Vector256.Create(0x7FFFu) + (high & Vector256<uint>.One)) >>> 16;
        return Vector256.ConditionalSelect(Vector256.Equals(value, value).AsUInt32(), rounded, high | Vector256.Create(0x40u));
    }

    internal static void CheckLengths(int source, int destination)
    {
        if (source != destination)
            throw new ArgumentException($"{source} values into {destination}");
    }
}
