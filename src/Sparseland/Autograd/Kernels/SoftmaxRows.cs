using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Sparseland.Autograd.Kernels;

/// <summary>
/// Exponentials of one row against its greatest element, so that nothing overflows: TensorPrimitives.SoftMax does not subtract it and gives NaN for large inputs.
/// </summary>
internal static class SoftmaxRows
{
    /// <summary>The greatest element of a row; NaN if there is one.</summary>
    public static T Greatest<T>(ReadOnlySpan<T> row) where T : unmanaged, IBinaryFloatingPointIeee754<T> => TensorPrimitives.Max(row);

    /// <summary>destination = exp(factor · (row - shift)), and the sum of it. In place is fine.</summary>
    public static T Exponentials<T>(ReadOnlySpan<T> row, T shift, T factor, Span<T> destination) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var i = 0;
        var sum = T.Zero;
        if (VectorMath.IsVectorized<T>())
        {
            ref var source = ref MemoryMarshal.GetReference(row);
            ref var target = ref MemoryMarshal.GetReference(destination);
            var shifts = Vector256.Create(shift);
            var sums = Vector256<T>.Zero;
            for (; i <= row.Length - Vector256<T>.Count; i += Vector256<T>.Count)
            {
                var value = VectorMath.Exp((Vector256.LoadUnsafe(ref source, (nuint)i) - shifts) * factor);
                value.StoreUnsafe(ref target, (nuint)i);
                sums += value;
            }
            sum = Vector256.Sum(sums);
        }
        for (; i < row.Length; i++)
            sum += destination[i] = T.Exp((row[i] - shift) * factor);
        return sum;
    }

    /// <summary>The sum of exp(factor · (row - shift)).</summary>
    public static T SumOfExponentials<T>(ReadOnlySpan<T> row, T shift, T factor) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var i = 0;
        var sum = T.Zero;
        if (VectorMath.IsVectorized<T>())
        {
            ref var source = ref MemoryMarshal.GetReference(row);
            var shifts = Vector256.Create(shift);
            var sums = Vector256<T>.Zero;
            for (; i <= row.Length - Vector256<T>.Count; i += Vector256<T>.Count)
                sums += VectorMath.Exp((Vector256.LoadUnsafe(ref source, (nuint)i) - shifts) * factor);
            sum = Vector256.Sum(sums);
        }
        for (; i < row.Length; i++)
            sum += T.Exp((row[i] - shift) * factor);
        return sum;
    }

    /// <summary>log(sum(exp(factor · row))).</summary>
    public static T LogSumExp<T>(ReadOnlySpan<T> row, T factor) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var greatest = Greatest(row);
        return (greatest * factor) + T.Log(SumOfExponentials(row, greatest, factor));
    }

    /// <summary>destination (or destination +=) scale · exp(factor · row - logSumExp): probabilities from a saved log-sum-exp.</summary>
    public static void Probabilities<T>(ReadOnlySpan<T> row, T factor, T logSumExp, T scale, Span<T> destination, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var i = 0;
        if (VectorMath.IsVectorized<T>())
        {
            ref var source = ref MemoryMarshal.GetReference(row);
            ref var target = ref MemoryMarshal.GetReference(destination);
            var shifts = Vector256.Create(logSumExp);
            for (; i <= row.Length - Vector256<T>.Count; i += Vector256<T>.Count)
            {
                var value = VectorMath.Exp((Vector256.LoadUnsafe(ref source, (nuint)i) * factor) - shifts) * scale;
                (accumulate ? value + Vector256.LoadUnsafe(ref target, (nuint)i) : value).StoreUnsafe(ref target, (nuint)i);
            }
        }
        for (; i < row.Length; i++)
        {
            var value = T.Exp((row[i] * factor) - logSumExp) * scale;
            destination[i] = accumulate ? destination[i] + value : value;
        }
    }
}
