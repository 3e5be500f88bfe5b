using System.Numerics;
using Sparseland.Autograd.Kernels;
using Sparseland.Tensors;

namespace Sparseland.Autograd.Operations;

/// <summary>A language model's head and loss in one, a chunk of rows at a time: the logits of a whole batch never exist.</summary>
public static class LinearCrossEntropyOperation
{
    // Logits of a chunk stay in the cache between the product that makes them and the two that use their gradient.
    private const int ChunkElements = 1 << 20;

    /// <summary>
    /// x.Linear(weight).CrossEntropy(targets) with the gradients of x and the weight computed on the way, which needs the loss's own gradient only as a factor.
    /// Equal to the two operations up to rounding.
    /// </summary>
    /// <param name="x">[..., width].</param>
    /// <param name="weight">[classes, width].</param>
    /// <param name="targets">A class for each row.</param>
    /// <param name="ignore">A target that does not count.</param>
    /// <returns>A scalar: the mean over the targets that are not ignored; NaN when there are none.</returns>
    /// <exception cref="ArgumentException">The extents do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A target is neither a class nor <paramref name="ignore"/>.</exception>
    public static Variable<T> LinearCrossEntropy<T>(this Variable<T> x, Variable<T> weight, ReadOnlySpan<int> targets, int ignore = -100)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        LinearOperation.CheckShapes(x, weight, null);
        var tape = x.Tape;
        var (rows, classes) = (x.Shape.Rows, weight.Shape[0]);
        var counted = CrossEntropyOperation.CountTargets(targets, rows, classes, ignore);
        var toInput = tape.Recording && x.NeedsGradient ? tape.Rent(x.Shape) : null;
        var toWeight = tape.Recording && weight.NeedsGradient ? tape.Rent(weight.Shape) : null;
        var chunk = Math.Min(rows, Math.Max(16, ChunkElements / Math.Max(1, classes)));
        var logits = tape.Rent(new Shape(chunk, classes));
        var losses = tape.Rent(new Shape(chunk));
        var kept = tape.Keep(targets);
        var total = 0.0;
        for (var start = 0; start < rows; start += chunk)
        {
            var count = Math.Min(chunk, rows - start);
            var (inputs, part) = (x.Value.Matrix.SliceRows(start, count), logits.Matrix.SliceRows(0, count));
            Gemm.Multiply(inputs, false, weight.Value.Matrix, true, part);
            var scale = toInput is null && toWeight is null ? T.Zero : T.One / T.CreateChecked(counted);
            Ranges.Run(count, Ranges.RowsOf(classes), new Work<T>(logits, losses, kept, start, ignore, scale));
            foreach (var loss in losses.Span[..count])
                total += double.CreateTruncating(loss);
            if (toInput is not null)
                Gemm.Multiply(part, false, weight.Value.Matrix, false, toInput.Matrix.SliceRows(start, count));
            if (toWeight is not null)
                Gemm.Multiply(part, true, inputs, false, toWeight.Matrix, accumulate: start > 0);
        }
        tape.Release(logits);
        tape.Release(losses);
        var mean = tape.Rent(new Shape());
        mean.Span[0] = T.CreateChecked(total / counted);
        return tape.Record(mean, new Gradient<T>(x, weight, toInput, toWeight), x, weight);
    }

    // Replaces a row of logits by its gradient, unless the scale is zero: then only the loss is wanted.
    private readonly struct Work<T>(Tensor<T> logits, Tensor<T> losses, Tensor<int> targets, int firstRow, int ignore, T scale) : IRangeWork
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int start, int count)
        {
            var matrix = logits.Matrix;
            var results = losses.Span;
            var classes = targets.Span;
            for (var i = start; i < start + count; i++)
            {
                var row = matrix.Row(i);
                var target = classes[firstRow + i];
                if (target == ignore)
                {
                    results[i] = T.Zero;
                    row.Clear();
                    continue;
                }
                var (greatest, atTarget) = (SoftmaxRows.Greatest<T>(row), row[target]);
                var sum = scale == T.Zero ? SoftmaxRows.SumOfExponentials<T>(row, greatest, T.One) : SoftmaxRows.Exponentials(row, greatest, T.One, row);
                results[i] = greatest + T.Log(sum) - atTarget;
                if (scale == T.Zero)
                    continue;
                TensorPrimitives.Multiply(row, scale / sum, row);
                row[target] -= scale;
            }
            matrix.KeepAlive();
        }
    }

    private sealed class Gradient<T>(Variable<T> x, Variable<T> weight, Tensor<T>? toInput, Tensor<T>? toWeight) : Operation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public override void Declare(SavedValues<T> saved)
        {
            if (toInput is not null)
                saved.Buffer(toInput);
            if (toWeight is not null)
                saved.Buffer(toWeight);
        }

        public override void Backward(Tensor<T> gradient)
        {
            Pass(x, toInput, gradient.Span[0]);
            Pass(weight, toWeight, gradient.Span[0]);
        }

        private static void Pass(Variable<T> variable, Tensor<T>? contribution, T factor)
        {
            if (contribution is null)
                return;
            if (factor != T.One)
                Elementwise.Run(contribution, contribution, new ScaleBy<T>(factor));
            variable.PassGradient(contribution);
        }
    }
}
