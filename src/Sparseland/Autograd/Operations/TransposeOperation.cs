using System.Numerics;
using Sparseland.Autograd.Kernels;
using Sparseland.Tensors;

namespace Sparseland.Autograd.Operations;

/// <summary>Two dimensions change places.</summary>
public static class TransposeOperation
{
    /// <summary>Swaps two dimensions; the result is a copy in row-major order.</summary>
    /// <param name="x">At least two dimensions.</param>
    /// <param name="first">A dimension; negative counts from the end.</param>
    /// <param name="second">Another dimension; negative counts from the end.</param>
    public static Variable<T> Transpose<T>(this Variable<T> x, int first = -2, int second = -1) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(x);
        var extents = x.Shape.ToArray();
        var (low, high) = Order(x.Shape, first, second);
        (extents[low], extents[high]) = (extents[high], extents[low]);
        var output = x.Tape.Rent(new Shape(extents));
        Swap(x.Value, low, high, output, accumulate: false);
        return x.Tape.Record(output, new Gradient<T>(x, low, high), x);
    }

    private static (int Low, int High) Order(Shape shape, int first, int second)
    {
        var a = first < 0 ? first + shape.Rank : first;
        var b = second < 0 ? second + shape.Rank : second;
        if ((uint)a >= (uint)shape.Rank || (uint)b >= (uint)shape.Rank || a == b)
            throw new ArgumentOutOfRangeException(nameof(second), $"dimensions {first} and {second} of the shape {shape}");
        return (Math.Min(a, b), Math.Max(a, b));
    }

    // The source is read as [outer, rows, middle, columns, inner] and written as [outer, columns, middle, rows, inner].
    private static void Swap<T>(Tensor<T> source, int low, int high, Tensor<T> destination, bool accumulate) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (outer, middle, inner) = (1, 1, 1);
        for (var i = 0; i < source.Shape.Rank; i++)
        {
            if (i < low)
                outer *= source.Shape[i];
            else if (i > low && i < high)
                middle *= source.Shape[i];
            else if (i > high)
                inner *= source.Shape[i];
        }
        var (rows, columns) = (source.Shape[low], source.Shape[high]);
        // One entry of the range is one [middle, rows, inner] slab of the destination.
        Ranges.Run(outer * columns, Ranges.RowsOf(middle * rows * inner), new Work<T>(source, destination, rows, middle, columns, inner, accumulate));
    }

    private readonly struct Work<T>(Tensor<T> source, Tensor<T> destination, int rows, int middle, int columns, int inner, bool accumulate) : IRangeWork
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int start, int count)
        {
            var from = source.Span;
            var to = destination.Span;
            for (var slab = start; slab < start + count; slab++)
            {
                var (o, c) = (slab / columns, slab % columns);
                for (var m = 0; m < middle; m++)
                {
                    for (var r = 0; r < rows; r++)
                    {
                        var place = from.Slice(((((((o * rows) + r) * middle) + m) * columns) + c) * inner, inner);
                        var target = to.Slice(((((slab * middle) + m) * rows) + r) * inner, inner);
                        if (!accumulate)
                            place.CopyTo(target);
                        else
                            TensorPrimitives.Add(place, target, target);
                    }
                }
            }
        }
    }

    private sealed class Gradient<T>(Variable<T> x, int low, int high) : Operation<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public override void Declare(SavedValues<T> saved) { }

        public override void Backward(Tensor<T> gradient)
        {
            var destination = x.GradientBuffer(out var accumulate);
            Swap(gradient, low, high, destination, accumulate);
        }
    }
}
