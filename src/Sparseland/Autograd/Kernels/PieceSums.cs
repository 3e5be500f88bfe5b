using System.Numerics;
using Sparseland.Tensors;

namespace Sparseland.Autograd.Kernels;

/// <summary>Sums over whole tensors on all cores: every piece sums by itself, and the pieces are added in order.</summary>
internal static class PieceSums
{
    /// <summary>Σ x.</summary>
    public static T Sum<T>(Tape<T> tape, Tensor<T> x) where T : unmanaged, IBinaryFloatingPointIeee754<T> => Run(tape, x, null);

    /// <summary>Σ (x - y)².</summary>
    public static T SquaredDistance<T>(Tape<T> tape, Tensor<T> x, Tensor<T> y) where T : unmanaged, IBinaryFloatingPointIeee754<T> => Run(tape, x, y);

    private static T Run<T>(Tape<T> tape, Tensor<T> x, Tensor<T>? y) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var length = checked((int)x.Length);
        var sums = tape.Rent(new Shape((length + Ranges.Elements - 1) / Ranges.Elements));
        Ranges.Run(length, Ranges.Elements, new Work<T>(x, y, sums));
        var total = T.Zero;
        foreach (var sum in sums.Span)
            total += sum;
        tape.Release(sums);
        return total;
    }

    private readonly struct Work<T>(Tensor<T> x, Tensor<T>? y, Tensor<T> sums) : IRangeWork where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int start, int count)
        {
            var values = x.Span.Slice(start, count);
            ref var sum = ref sums.Span[start / Ranges.Elements];
            if (y is null)
            {
                sum = TensorPrimitives.Sum<T>(values);
                return;
            }
            var distance = TensorPrimitives.Distance<T>(values, y.Span.Slice(start, count));
            sum = distance * distance;
        }
    }
}
