using System.Numerics;

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
        var projection = T.Zero;
        for (var i = 0; i < x.Length; i++)
        {
            var product = gradient[i] * x[i];
            projection += product * gain[i];
            if (!gainSums.IsEmpty)
                gainSums[i] += product * inverse;
        }
        var slope = projection * inverse * inverse * inverse / width;
        for (var i = 0; i < x.Length; i++)
            gradient[i] = (gradient[i] * gain[i] * inverse) - (x[i] * slope);
    }
}
