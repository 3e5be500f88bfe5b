using System.Numerics;
using Sparseland.Autograd.Kernels;
using Sparseland.Tensors;

namespace Sparseland.Autograd.Operations;

/// <summary>Tensors joined along one dimension.</summary>
public static class ConcatenateOperation
{
    /// <summary>Joins tensors whose shapes differ in one dimension at most.</summary>
    /// <param name="first">The first; the others follow it.</param>
    /// <param name="dimension">Along which; negative counts from the end.</param>
    /// <param name="others">The rest.</param>
    /// <exception cref="ArgumentException">Another extent differs.</exception>
    public static Variable<T> Concatenate<T>(this Variable<T> first, int dimension, params ReadOnlySpan<Variable<T>> others) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(first);
        var total = first.Shape[dimension];
        var axis = dimension < 0 ? dimension + first.Shape.Rank : dimension;
        foreach (var other in others)
        {
            ArgumentNullException.ThrowIfNull(other);
            if (other.Shape.Rank != first.Shape.Rank || other.Shape.With(axis, first.Shape[axis]) != first.Shape)
                throw new ArgumentException($"the shapes {first.Shape} and {other.Shape} cannot be joined along dimension {dimension}", nameof(others));
            total += other.Shape[axis];
        }
        Variable<T>[] parts = [first, .. others];
        var output = first.Tape.Rent(first.Shape.With(axis, total));
        var place = 0;
        foreach (var part in parts)
        {
            var (outer, extent, inner) = Strips.Along(part.Shape, axis);
            Strips.Copy(part.Value, extent * inner, 0, output, total * inner, place, extent * inner, outer);
            place += extent * inner;
        }
        return first.Tape.Record(output, new Gradient<T>(parts, axis, total), parts);
    }

    private sealed class Gradient<T>(Variable<T>[] parts, int axis, int total) : Operation<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public override void Declare(SavedValues<T> saved) { }

        public override void Backward(Tensor<T> gradient)
        {
            var place = 0;
            foreach (var part in parts)
            {
                var (outer, extent, inner) = Strips.Along(part.Shape, axis);
                if (part.NeedsGradient)
                {
                    var destination = part.GradientBuffer(out var accumulate);
                    Strips.Copy(gradient, total * inner, place, destination, extent * inner, 0, extent * inner, outer, accumulate);
                }
                place += extent * inner;
            }
        }
    }
}
