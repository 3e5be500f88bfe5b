using System.Numerics;
using Sparseland.Tensors;

namespace Sparseland.Autograd.Kernels;

/// <summary>A tensor cut along one dimension: runs of consecutive elements at a fixed distance.</summary>
internal static class Strips
{
    /// <summary>A shape as [outer, extent, inner] around one dimension.</summary>
    public static (int Outer, int Extent, int Inner) Along(Shape shape, int axis)
    {
        var (outer, inner) = (1, 1);
        for (var i = 0; i < shape.Rank; i++)
        {
            if (i < axis)
                outer *= shape[i];
            else if (i > axis)
                inner *= shape[i];
        }
        return (outer, shape[axis], inner);
    }

    /// <summary>Copies, or adds, one run out of every stride of the source to one of the destination's.</summary>
    /// <param name="source">Read.</param>
    /// <param name="sourceStride">Elements from one run's start to the next in the source.</param>
    /// <param name="sourceStart">The first run's start.</param>
    /// <param name="destination">Written.</param>
    /// <param name="destinationStride">Elements from one run's start to the next in the destination.</param>
    /// <param name="destinationStart">The first run's start.</param>
    /// <param name="length">Elements in a run.</param>
    /// <param name="count">How many runs.</param>
    /// <param name="accumulate">Adds instead of overwriting.</param>
    public static void Copy<T>(
        Tensor<T> source, int sourceStride, int sourceStart, Tensor<T> destination, int destinationStride, int destinationStart, int length, int count, bool accumulate = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Ranges.Run(count, Ranges.RowsOf(length), new Work<T>(source, sourceStride, sourceStart, destination, destinationStride, destinationStart, length, accumulate));

    private readonly struct Work<T>(
        Tensor<T> source, int sourceStride, int sourceStart, Tensor<T> destination, int destinationStride, int destinationStart, int length, bool accumulate) : IRangeWork
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int start, int count)
        {
            var from = source.Span;
            var to = destination.Span;
            for (var run = start; run < start + count; run++)
            {
                var values = from.Slice(sourceStart + (run * sourceStride), length);
                var target = to.Slice(destinationStart + (run * destinationStride), length);
                if (accumulate)
                    TensorPrimitives.Add(values, target, target);
                else
                    values.CopyTo(target);
            }
        }
    }
}
