using System.Numerics;
using Sparseland.Autograd.Kernels;
using Sparseland.Tensors;

namespace Sparseland.Autograd.Operations;

/// <summary>The loss of a classifier or a language model.</summary>
public static class CrossEntropyOperation
{
    /// <summary>
    /// The mean of -log softmax(logits)[target] over the targets that are not ignored: nats per token. Keeps one number for each row; the gradient is written once, as a whole.
    /// </summary>
    /// <param name="logits">[..., classes].</param>
    /// <param name="targets">A class for each row; copied.</param>
    /// <param name="ignore">A target that does not count.</param>
    /// <returns>A scalar; NaN when every target is ignored.</returns>
    /// <exception cref="ArgumentException">The number of targets is not the number of rows.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A target is neither a class nor <paramref name="ignore"/>.</exception>
    public static Variable<T> CrossEntropy<T>(this Variable<T> logits, ReadOnlySpan<int> targets, int ignore = -100) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(logits);
        var (rows, classes) = (logits.Shape.Rows, logits.Shape.Columns);
        var counted = CountTargets(targets, rows, classes, ignore);
        var kept = logits.Tape.Keep(targets);
        var logSums = logits.Tape.Rent(new Shape(rows));
        Ranges.Run(rows, Ranges.RowsOf(classes), new LogSums<T>(logits.Value, logSums));
        var matrix = logits.Value.Matrix;
        // Row after row in double, so that the sum does not depend on how the rows were cut.
        var total = 0.0;
        for (var i = 0; i < rows; i++)
            if (targets[i] != ignore)
                total += double.CreateTruncating(logSums.Span[i]) - double.CreateTruncating(matrix[i, targets[i]]);
        matrix.KeepAlive();
        var loss = logits.Tape.Rent(new Shape());
        loss.Span[0] = T.CreateChecked(total / counted);
        return logits.Tape.Record(loss, new Gradient<T>(logits, logSums, kept, ignore, counted), logits);
    }

    internal static int CountTargets(ReadOnlySpan<int> targets, int rows, int classes, int ignore)
    {
        if (targets.Length != rows)
            throw new ArgumentException($"{targets.Length} targets for {rows} rows", nameof(targets));
        var counted = 0;
        foreach (var target in targets)
        {
            if (target == ignore)
                continue;
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)target, (uint)classes, nameof(targets));
            counted++;
        }
        return counted;
    }

    private readonly struct LogSums<T>(Tensor<T> logits, Tensor<T> logSums) : IRangeWork where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int start, int count)
        {
            var matrix = logits.Matrix;
            var results = logSums.Span;
            for (var i = start; i < start + count; i++)
                results[i] = SoftmaxRows.LogSumExp<T>(matrix.Row(i), T.One);
            matrix.KeepAlive();
        }
    }

    private sealed class Gradient<T>(Variable<T> logits, Tensor<T> logSums, Tensor<int> targets, int ignore, int counted) : Operation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public override void Declare(SavedValues<T> saved)
        {
            saved.Value(logits);
            saved.Buffer(logSums);
            saved.Buffer(targets);
        }

        public override void Backward(Tensor<T> gradient)
        {
            var destination = logits.GradientBuffer(out var accumulate);
            var scale = gradient.Span[0] / T.CreateChecked(counted);
            Ranges.Run(logits.Shape.Rows, Ranges.RowsOf(logits.Shape.Columns), new BackwardWork<T>(logits.Value, logSums, targets, ignore, scale, destination, accumulate));
            logits.Tape.Release(logSums);
        }
    }

    // (softmax - one at the target) / counted.
    private readonly struct BackwardWork<T>(Tensor<T> logits, Tensor<T> logSums, Tensor<int> targets, int ignore, T scale, Tensor<T> destination, bool accumulate) : IRangeWork
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int start, int count)
        {
            var matrix = logits.Matrix;
            var results = destination.Matrix;
            var sums = logSums.Span;
            var classes = targets.Span;
            for (var i = start; i < start + count; i++)
            {
                var result = results.Row(i);
                if (classes[i] == ignore)
                {
                    if (!accumulate)
                        result.Clear();
                    continue;
                }
                SoftmaxRows.Probabilities<T>(matrix.Row(i), T.One, sums[i], scale, result, accumulate);
                result[classes[i]] -= scale;
            }
            matrix.KeepAlive();
            results.KeepAlive();
        }
    }
}
