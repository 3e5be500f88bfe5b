using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Sparseland.Autograd.Kernels;

/// <summary>What a normalisation's gradient does to one row.</summary>
internal static class NormRows
{
    /// <summary>Turns the gradient of a root mean square norm's output into its input's, in place.</summary>
    /// <param name="x">The input row.</param>
    /// <param name="gain">The gain.</param>
    /// <param name="inverse">1 / sqrt(mean(x²) + epsilon).</param>
    /// <param name="width">The row's length.</param>
    /// <param name="gradient">The gradient, overwritten.</param>
    /// <param name="gainSums">The gain's gradient is added here; empty when it is not wanted.</param>
    public static void RmsBackward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> gain, T inverse, T width, Span<T> gradient, Span<T> gainSums)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var whole = VectorMath.IsVectorized<T>() ? x.Length - (x.Length % Vector256<T>.Count) : 0;
        var projection = whole == 0 ? T.Zero : Project(x, gain, inverse, gradient, gainSums, whole);
        for (var i = whole; i < x.Length; i++)
        {
            var product = gradient[i] * x[i];
            projection += product * gain[i];
            if (!gainSums.IsEmpty)
                gainSums[i] += product * inverse;
        }
        var slope = projection * inverse * inverse * inverse / width;
        ref var input = ref MemoryMarshal.GetReference(x);
        ref var gains = ref MemoryMarshal.GetReference(gain);
        ref var flow = ref MemoryMarshal.GetReference(gradient);
        for (var i = 0; i < whole; i += Vector256<T>.Count)
        {
            var scaled = Vector256.LoadUnsafe(ref flow, (nuint)i) * Vector256.LoadUnsafe(ref gains, (nuint)i) * inverse;
            (scaled - (Vector256.LoadUnsafe(ref input, (nuint)i) * slope)).StoreUnsafe(ref flow, (nuint)i);
        }
        for (var i = whole; i < x.Length; i++)
            gradient[i] = (gradient[i] * gain[i] * inverse) - (x[i] * slope);
    }

    // The sum of gradient · gain · x over the whole vectors, and the gain's gradient on the way.
    private static T Project<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> gain, T inverse, ReadOnlySpan<T> gradient, Span<T> gainSums, int whole)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ref var input = ref MemoryMarshal.GetReference(x);
        ref var gains = ref MemoryMarshal.GetReference(gain);
        ref var flow = ref MemoryMarshal.GetReference(gradient);
        ref var sums = ref MemoryMarshal.GetReference(gainSums);
        var sum = Vector256<T>.Zero;
        for (var i = 0; i < whole; i += Vector256<T>.Count)
        {
            var product = Vector256.LoadUnsafe(ref flow, (nuint)i) * Vector256.LoadUnsafe(ref input, (nuint)i);
            sum = VectorMath.MultiplyAdd(product, Vector256.LoadUnsafe(ref gains, (nuint)i), sum);
            if (!gainSums.IsEmpty)
                (Vector256.LoadUnsafe(ref sums, (nuint)i) + (product * inverse)).StoreUnsafe(ref sums, (nuint)i);
        }
        return Vector256.Sum(sum);
    }
}
