using System.Numerics;
using Sparseland.Autograd.Kernels;
using Sparseland.Tensors;

namespace Sparseland.Autograd.Operations;

/// <summary>Layer normalisation (Ba, Kiros and Hinton 2016).</summary>
public static class LayerNormOperation
{
    /// <summary>(x - mean) / sqrt(variance + epsilon) · gain + bias, over the last dimension; the variance divides by the width.</summary>
    /// <param name="x">[..., width].</param>
    /// <param name="gain">[width].</param>
    /// <param name="bias">[width], or none.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <exception cref="ArgumentException">The gain's or the bias's length is not the width.</exception>
    public static Variable<T> LayerNorm<T>(this Variable<T> x, Variable<T> gain, Variable<T>? bias, double epsilon) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(gain);
        var (rows, columns) = (x.Shape.Rows, x.Shape.Columns);
        if (gain.Value.Length != columns || (bias is not null && bias.Value.Length != columns))
            throw new ArgumentException($"a gain of the shape {gain.Shape} and a bias of the shape {bias?.Shape} on an input of the shape {x.Shape}", nameof(gain));
        var output = x.Tape.Rent(x.Shape);
        var normalized = x.Tape.Rent(x.Shape);
        var inverse = x.Tape.Rent(new Shape(rows));
        Ranges.Run(rows, Ranges.RowsOf(columns), new ForwardWork<T>(x.Value, gain.Value, bias?.Value, T.CreateChecked(epsilon), normalized, output, inverse));
        var operation = new Gradient<T>(x, gain, bias, normalized, inverse);
        return bias is null ? x.Tape.Record(output, operation, x, gain) : x.Tape.Record(output, operation, x, gain, bias);
    }

    private readonly struct ForwardWork<T>(Tensor<T> x, Tensor<T> gain, Tensor<T>? bias, T epsilon, Tensor<T> normalized, Tensor<T> output, Tensor<T> inverse) : IRangeWork
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int start, int count)
        {
            var (source, middle, destination) = (x.Matrix, normalized.Matrix, output.Matrix);
            var gains = gain.Span;
            var inverses = inverse.Span;
            var width = T.CreateChecked(gains.Length);
            for (var row = start; row < start + count; row++)
            {
                var input = source.Row(row);
                var centred = middle.Row(row);
                var result = destination.Row(row);
                TensorPrimitives.Subtract(input, TensorPrimitives.Sum<T>(input) / width, centred);
                var factor = T.One / T.Sqrt((TensorPrimitives.SumOfSquares<T>(centred) / width) + epsilon);
                inverses[row] = factor;
                TensorPrimitives.Multiply(centred, factor, centred);
                if (bias is null)
                    TensorPrimitives.Multiply(centred, gains, result);
                else
                    TensorPrimitives.MultiplyAdd(centred, gains, bias.Span, result);
            }
            source.KeepAlive();
            middle.KeepAlive();
            destination.KeepAlive();
        }
    }

    private sealed class Gradient<T>(Variable<T> x, Variable<T> gain, Variable<T>? bias, Tensor<T> normalized, Tensor<T> inverse) : Operation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public override void Declare(SavedValues<T> saved)
        {
            saved.Buffer(normalized);
            saved.Buffer(inverse);
        }

        public override void Backward(Tensor<T> gradient)
        {
            var (rows, columns) = (x.Shape.Rows, x.Shape.Columns);
            var grain = RowSums.RowsPerPiece(rows, columns);
            if (bias is { NeedsGradient: true })
                RowSums.AddTo(bias, gradient);
            var partial = gain.NeedsGradient ? x.Tape.Rent(new Shape(RowSums.Pieces(rows, columns), columns)) : null;
            // The incoming gradient is overwritten row by row with the input's.
            Ranges.Run(rows, grain, new BackwardWork<T>(normalized, gain.Value, inverse, gradient, partial, grain));
            if (partial is not null)
            {
                RowSums.AddPieces(gain, partial);
                x.Tape.Release(partial);
            }
            x.Tape.Release(normalized);
            x.Tape.Release(inverse);
            if (x.NeedsGradient)
                x.PassGradient(gradient);
        }
    }

    // With n the normalised input, h = gradient · gain: the gain's gradient is the sum of gradient · n, and the input's is (h - mean(h) - n mean(h n)) / deviation.
    private readonly struct BackwardWork<T>(Tensor<T> normalized, Tensor<T> gain, Tensor<T> inverse, Tensor<T> gradient, Tensor<T>? partial, int grain) : IRangeWork
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int start, int count)
        {
            var source = normalized.Matrix;
            var flow = gradient.Matrix;
            var gains = gain.Span;
            var inverses = inverse.Span;
            var width = T.CreateChecked(gains.Length);
            var sums = partial is null ? default : partial.Matrix.Row(start / grain);
            sums.Clear();
            for (var row = start; row < start + count; row++)
            {
                var n = source.Row(row);
                var h = flow.Row(row);
                if (!sums.IsEmpty)
                    TensorPrimitives.MultiplyAdd(h, n, sums, sums);
                TensorPrimitives.Multiply(h, gains, h);
                var mean = TensorPrimitives.Sum<T>(h) / width;
                var slope = TensorPrimitives.Dot<T>(h, n) / width;
                TensorPrimitives.MultiplyAdd(n, -slope, h, h);
                TensorPrimitives.Subtract(h, mean, h);
                TensorPrimitives.Multiply(h, inverses[row], h);
            }
            source.KeepAlive();
            flow.KeepAlive();
        }
    }
}
