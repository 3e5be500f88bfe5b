using System.Numerics;
using Sparseland.Autograd.Kernels;
using Sparseland.Tensors;

namespace Sparseland.Autograd.Operations;

/// <summary>Consecutive entries along one dimension.</summary>
public static class SliceOperation
{
    /// <summary>The entries <paramref name="start"/> to <paramref name="start"/> + <paramref name="count"/> - 1 of a dimension. Along the outermost dimension nothing is copied.</summary>
    /// <param name="x">At least one dimension.</param>
    /// <param name="dimension">Which; negative counts from the end.</param>
    /// <param name="start">The first entry.</param>
    /// <param name="count">How many.</param>
    public static Variable<T> Slice<T>(this Variable<T> x, int dimension, int start, int count) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(x);
        var extent = x.Shape[dimension];
        if (start < 0 || count < 0 || start + count > extent)
            throw new ArgumentOutOfRangeException(nameof(start), $"entries {start} to {start + count} of dimension {dimension} of the shape {x.Shape}");
        var axis = dimension < 0 ? dimension + x.Shape.Rank : dimension;
        var strips = Strips.Along(x.Shape, axis);
        if (strips.Outer == 1)
        {
            var view = x.Value.Reshape(new Shape(extent, strips.Inner)).Slice(start, count).Reshape(x.Shape.With(axis, count));
            return x.Tape.Record(view, new Gradient<T>(x, strips, start, count), x);
        }
        var output = x.Tape.Rent(x.Shape.With(axis, count));
        Strips.Copy(x.Value, extent * strips.Inner, start * strips.Inner, output, count * strips.Inner, 0, count * strips.Inner, strips.Outer);
        return x.Tape.Record(output, new Gradient<T>(x, strips, start, count), x);
    }

    private sealed class Gradient<T>(Variable<T> x, (int Outer, int Extent, int Inner) strips, int start, int count) : Operation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public override void Declare(SavedValues<T> saved) { }

        public override void Backward(Tensor<T> gradient)
        {
            var destination = x.GradientBuffer(out var accumulate);
            if (!accumulate)
                destination.Span.Clear();
            var length = count * strips.Inner;
            Strips.Copy(gradient, length, 0, destination, strips.Extent * strips.Inner, start * strips.Inner, length, strips.Outer, accumulate: true);
        }
    }
}
