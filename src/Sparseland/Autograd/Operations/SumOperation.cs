using System.Numerics;
using Sparseland.Autograd.Kernels;
using Sparseland.Tensors;

namespace Sparseland.Autograd.Operations;

/// <summary>Reductions to one number.</summary>
public static class SumOperation
{
    /// <summary>The sum of all elements: a scalar.</summary>
    public static Variable<T> Sum<T>(this Variable<T> x) where T : unmanaged, IBinaryFloatingPointIeee754<T> => Weighted(x, T.One);

    /// <summary>The mean of all elements: a scalar.</summary>
    /// <exception cref="ArgumentException">There are no elements.</exception>
    public static Variable<T> Mean<T>(this Variable<T> x) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Value.Length == 0)
            throw new ArgumentException($"the mean of a tensor of the shape {x.Shape}", nameof(x));
        return Weighted(x, T.One / T.CreateChecked(x.Value.Length));
    }

    private static Variable<T> Weighted<T>(Variable<T> x, T weight) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(x);
        var output = x.Tape.Rent(new Shape());
        output.Span[0] = PieceSums.Sum(x.Tape, x.Value) * weight;
        return x.Tape.Record(output, new Gradient<T>(x, weight), x);
    }

    private sealed class Gradient<T>(Variable<T> x, T weight) : Operation<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public override void Declare(SavedValues<T> saved) { }

        public override void Backward(Tensor<T> gradient)
        {
            var slope = gradient.Span[0] * weight;
            var destination = x.GradientBuffer(out var accumulate);
            Ranges.Run(checked((int)destination.Length), Ranges.Elements, new BackwardWork<T>(destination, slope, accumulate));
        }
    }

    private readonly struct BackwardWork<T>(Tensor<T> destination, T slope, bool accumulate) : IRangeWork where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int start, int count)
        {
            var results = destination.Span.Slice(start, count);
            if (accumulate)
                TensorPrimitives.Add(results, slope, results);
            else
                results.Fill(slope);
        }
    }
}
