using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Sparseland.Autograd.Kernels;

/// <summary>Rotates one row of heads.</summary>
internal static class RotaryRows
{
    /// <summary>Turns (i, i + half) of every head by the given cosines and sines; <paramref name="direction"/> is 1 or -1. In place is fine.</summary>
    public static void Turn<T>(ReadOnlySpan<T> source, ReadOnlySpan<T> cosines, ReadOnlySpan<T> sines, T direction, Span<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var half = cosines.Length;
        for (var head = 0; head < source.Length; head += 2 * half)
        {
            var low = source.Slice(head, half);
            var high = source.Slice(head + half, half);
            var lowOut = destination.Slice(head, half);
            var highOut = destination.Slice(head + half, half);
            var i = 0;
            if (VectorMath.IsVectorized<T>())
            {
                for (; i <= half - Vector256<T>.Count; i += Vector256<T>.Count)
                {
                    var (x, y) = (Load(low, i), Load(high, i));
                    var (c, s) = (Load(cosines, i), Load(sines, i) * direction);
                    ((x * c) - (y * s)).StoreUnsafe(ref MemoryMarshal.GetReference(lowOut), (nuint)i);
                    ((y * c) + (x * s)).StoreUnsafe(ref MemoryMarshal.GetReference(highOut), (nuint)i);
                }
            }
            for (; i < half; i++)
            {
                var (x, y) = (low[i], high[i]);
                var (c, s) = (cosines[i], sines[i] * direction);
                lowOut[i] = (x * c) - (y * s);
                highOut[i] = (y * c) + (x * s);
            }
        }
    }

    private static Vector256<T> Load<T>(ReadOnlySpan<T> values, int index) where T : unmanaged => Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(values), (nuint)index);
}
