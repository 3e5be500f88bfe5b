using System.Numerics;
using Sparseland.Autograd.Kernels;
using Sparseland.Tensors;

namespace Sparseland.Autograd.Operations;

/// <summary>Softmax.</summary>
public static class SoftmaxOperation
{
    /// <summary>exp(x) divided by its sum, over the last dimension; the greatest element is subtracted first.</summary>
    /// <param name="x">[..., width] with a width above zero.</param>
    public static Variable<T> Softmax<T>(this Variable<T> x) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(x);
        var output = x.Tape.Rent(x.Shape);
        Ranges.Run(x.Shape.Rows, Ranges.RowsOf(x.Shape.Columns), new ForwardWork<T>(x.Value, output));
        return x.Tape.Record(output, new Gradient<T>(x, output), x);
    }

    private readonly struct ForwardWork<T>(Tensor<T> x, Tensor<T> output) : IRangeWork where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int start, int count)
        {
            var (source, destination) = (x.Matrix, output.Matrix);
            for (var i = start; i < start + count; i++)
            {
                var row = source.Row(i);
                var result = destination.Row(i);
                var sum = SoftmaxRows.Exponentials<T>(row, SoftmaxRows.Greatest<T>(row), T.One, result);
                TensorPrimitives.Multiply(result, T.One / sum, result);
            }
            source.KeepAlive();
            destination.KeepAlive();
        }
    }

    private sealed class Gradient<T>(Variable<T> x, Tensor<T> output) : Operation<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public override void Declare(SavedValues<T> saved) => saved.Value(Output);

        public override void Backward(Tensor<T> gradient)
        {
            Ranges.Run(x.Shape.Rows, Ranges.RowsOf(x.Shape.Columns), new BackwardWork<T>(output, gradient));
            x.PassGradient(gradient);
        }
    }

    // p (g - sum(p g)), in the gradient's place.
    private readonly struct BackwardWork<T>(Tensor<T> output, Tensor<T> gradient) : IRangeWork where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int start, int count)
        {
            var (probabilities, flow) = (output.Matrix, gradient.Matrix);
            for (var i = start; i < start + count; i++)
            {
                var p = probabilities.Row(i);
                var g = flow.Row(i);
                TensorPrimitives.Subtract(g, TensorPrimitives.Dot<T>(p, g), g);
                TensorPrimitives.Multiply(g, p, g);
            }
            probabilities.KeepAlive();
            flow.KeepAlive();
        }
    }
}
