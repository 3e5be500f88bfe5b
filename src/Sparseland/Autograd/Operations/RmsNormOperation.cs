using System.Numerics;
using Sparseland.Autograd.Kernels;
using Sparseland.Tensors;

namespace Sparseland.Autograd.Operations;

/// <summary>Root mean square normalisation (Zhang and Sennrich 2019).</summary>
public static class RmsNormOperation
{
    /// <summary>x / sqrt(mean(x²) + epsilon) · gain, over the last dimension.</summary>
    /// <param name="x">[..., width].</param>
    /// <param name="gain">[width].</param>
    /// <param name="epsilon">Added to the mean square.</param>
    /// <exception cref="ArgumentException">The gain's length is not the width.</exception>
    public static Variable<T> RmsNorm<T>(this Variable<T> x, Variable<T> gain, double epsilon) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(gain);
        var (rows, columns) = (x.Shape.Rows, x.Shape.Columns);
        if (gain.Value.Length != columns)
            throw new ArgumentException($"a gain of the shape {gain.Shape} on an input of the shape {x.Shape}", nameof(gain));
        var output = x.Tape.Rent(x.Shape);
        var inverse = x.Tape.Rent(new Shape(rows));
        Ranges.Run(rows, Ranges.RowsOf(columns), new ForwardWork<T>(x.Value, gain.Value, T.CreateChecked(epsilon), output, inverse));
        return x.Tape.Record(output, new Gradient<T>(x, gain, inverse), x, gain);
    }

    private readonly struct ForwardWork<T>(Tensor<T> x, Tensor<T> gain, T epsilon, Tensor<T> output, Tensor<T> inverse) : IRangeWork
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int start, int count)
        {
            var source = x.Matrix;
            var destination = output.Matrix;
            var gains = gain.Span;
            var inverses = inverse.Span;
            var width = T.CreateChecked(gains.Length);
            for (var row = start; row < start + count; row++)
            {
                var input = source.Row(row);
                var result = destination.Row(row);
                var factor = T.One / T.Sqrt((TensorPrimitives.SumOfSquares<T>(input) / width) + epsilon);
                inverses[row] = factor;
                TensorPrimitives.Multiply(input, factor, result);
                TensorPrimitives.Multiply(result, gains, result);
            }
            source.KeepAlive();
            destination.KeepAlive();
        }
    }

    private sealed class Gradient<T>(Variable<T> x, Variable<T> gain, Tensor<T> inverse) : Operation<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public override void Declare(SavedValues<T> saved)
        {
            saved.Value(x);
            saved.Buffer(inverse);
        }

        public override void Backward(Tensor<T> gradient)
        {
            var (rows, columns) = (x.Shape.Rows, x.Shape.Columns);
            var grain = RowSums.RowsPerPiece(rows, columns);
            var partial = gain.NeedsGradient ? x.Tape.Rent(new Shape(RowSums.Pieces(rows, columns), columns)) : null;
            // The incoming gradient is overwritten row by row with the input's.
            Ranges.Run(rows, grain, new BackwardWork<T>(x.Value, gain.Value, inverse, gradient, partial, grain));
            if (partial is not null)
            {
                RowSums.AddPieces(gain, partial);
                x.Tape.Release(partial);
            }
            x.Tape.Release(inverse);
            if (x.NeedsGradient)
                x.PassGradient(gradient);
        }
    }

    // With r = 1 / root, h = gradient · gain: the gain's gradient is the sum of gradient · x · r, and the input's is r h - x r³ mean(h x).
    private readonly struct BackwardWork<T>(Tensor<T> x, Tensor<T> gain, Tensor<T> inverse, Tensor<T> gradient, Tensor<T>? partial, int grain) : IRangeWork
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int start, int count)
        {
            var source = x.Matrix;
            var flow = gradient.Matrix;
            var gains = gain.Span;
            var inverses = inverse.Span;
            var width = T.CreateChecked(gains.Length);
            var sums = partial is null ? default : partial.Matrix.Row(start / grain);
            sums.Clear();
            for (var row = start; row < start + count; row++)
                NormRows.RmsBackward(source.Row(row), gains, inverses[row], width, flow.Row(row), sums);
            source.KeepAlive();
            flow.KeepAlive();
        }
    }
}
