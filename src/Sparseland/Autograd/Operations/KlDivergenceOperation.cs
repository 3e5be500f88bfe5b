using System.Numerics;
using Sparseland.Autograd.Kernels;
using Sparseland.Tensors;

namespace Sparseland.Autograd.Operations;

/// <summary>The loss that distils a teacher into a student (Hinton, Vinyals and Dean 2015).</summary>
public static class KlDivergenceOperation
{
    /// <summary>
    /// temperature² times the mean over the rows of KL(softmax(teacher / temperature) || softmax(student / temperature)), in nats;
    /// the square keeps the gradient's size for any temperature.
    /// </summary>
    /// <param name="logits">The student's, [..., classes].</param>
    /// <param name="teacherLogits">The teacher's, of the same shape. No gradient flows to them; they must stay as they are until the backward pass.</param>
    /// <param name="temperature">Above zero.</param>
    /// <returns>A scalar.</returns>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static Variable<T> KlDivergence<T>(this Variable<T> logits, Tensor<T> teacherLogits, double temperature = 1) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(teacherLogits);
        return Diverge(logits, teacherLogits, null, temperature);
    }

    private static Variable<T> Diverge<T>(Variable<T> logits, Tensor<T> teacherLogits, Variable<T>? teacherVariable, double temperature) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(temperature);
        if (logits.Shape != teacherLogits.Shape)
            throw new ArgumentException($"a divergence of logits of the shapes {logits.Shape} and {teacherLogits.Shape}", nameof(teacherLogits));
        var (tape, rows, classes) = (logits.Tape, logits.Shape.Rows, logits.Shape.Columns);
        var factor = T.CreateChecked(1 / temperature);
        // For each row the log-sum-exp of the student, that of the teacher, and the divergence.
        var figures = tape.Rent(new Shape(rows, 3));
        Ranges.Run(rows, Ranges.RowsOf(classes), new ForwardWork<T>(logits.Value, teacherLogits, factor, figures));
        var total = 0.0;
        for (var i = 0; i < rows; i++)
            total += double.CreateTruncating(figures.Span[(3 * i) + 2]);
        var loss = tape.Rent(new Shape());
        loss.Span[0] = T.CreateChecked(total * temperature * temperature / rows);
        return tape.Record(loss, new Gradient<T>(logits, teacherLogits, teacherVariable, figures, temperature), logits);
    }

    /// <summary>The same with a teacher on a tape, whose gradient is not computed.</summary>
    /// <param name="logits">The student's, [..., classes].</param>
    /// <param name="teacherLogits">The teacher's; its values are kept until the backward pass.</param>
    /// <param name="temperature">Above zero.</param>
    /// <returns>A scalar.</returns>
    public static Variable<T> KlDivergence<T>(this Variable<T> logits, Variable<T> teacherLogits, double temperature = 1) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(teacherLogits);
        return Diverge(logits, teacherLogits.Value, teacherLogits, temperature);
    }

    private readonly struct ForwardWork<T>(Tensor<T> student, Tensor<T> teacher, T factor, Tensor<T> figures) : IRangeWork
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int start, int count)
        {
            var (first, second, results) = (student.Matrix, teacher.Matrix, figures.Matrix);
            for (var i = start; i < start + count; i++)
            {
                var s = first.Row(i);
                var t = second.Row(i);
                var (studentSum, teacherSum) = (SoftmaxRows.LogSumExp<T>(s, factor), SoftmaxRows.LogSumExp<T>(t, factor));
                // sum p_t (t - s) / temperature - (logsum_t - logsum_s).
                var difference = WeightedDifference<T>(t, s, factor, teacherSum);
                (results[i, 0], results[i, 1], results[i, 2]) = (studentSum, teacherSum, difference - teacherSum + studentSum);
            }
            first.KeepAlive();
            second.KeepAlive();
            results.KeepAlive();
        }
    }

    private static T WeightedDifference<T>(ReadOnlySpan<T> teacher, ReadOnlySpan<T> student, T factor, T teacherSum) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const int width = 256;
        Span<T> weights = stackalloc T[width];
        Span<T> differences = stackalloc T[width];
        var sum = T.Zero;
        for (var i = 0; i < teacher.Length; i += width)
        {
            var count = Math.Min(width, teacher.Length - i);
            SoftmaxRows.Probabilities(teacher.Slice(i, count), factor, teacherSum, factor, weights, accumulate: false);
            TensorPrimitives.Subtract(teacher.Slice(i, count), student.Slice(i, count), differences);
            sum += TensorPrimitives.Dot<T>(weights[..count], differences[..count]);
        }
        return sum;
    }

    private sealed class Gradient<T>(Variable<T> logits, Tensor<T> teacher, Variable<T>? teacherVariable, Tensor<T> figures, double temperature) : Operation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public override void Declare(SavedValues<T> saved)
        {
            saved.Value(logits);
            if (teacherVariable is not null)
                saved.Value(teacherVariable);
            saved.Buffer(figures);
        }

        public override void Backward(Tensor<T> gradient)
        {
            var rows = logits.Shape.Rows;
            var destination = logits.GradientBuffer(out var accumulate);
            var scale = gradient.Span[0] * T.CreateChecked(temperature / rows);
            var work = new BackwardWork<T>(logits.Value, teacher, T.CreateChecked(1 / temperature), figures, scale, destination, accumulate);
            Ranges.Run(rows, Ranges.RowsOf(logits.Shape.Columns), work);
            logits.Tape.Release(figures);
        }
    }

    // temperature / rows · (softmax(student / temperature) - softmax(teacher / temperature)).
    private readonly struct BackwardWork<T>(Tensor<T> student, Tensor<T> teacher, T factor, Tensor<T> figures, T scale, Tensor<T> destination, bool accumulate) : IRangeWork
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int start, int count)
        {
            var (first, second, sums, results) = (student.Matrix, teacher.Matrix, figures.Matrix, destination.Matrix);
            for (var i = start; i < start + count; i++)
            {
                SoftmaxRows.Probabilities<T>(first.Row(i), factor, sums[i, 0], scale, results.Row(i), accumulate);
                SoftmaxRows.Probabilities<T>(second.Row(i), factor, sums[i, 1], -scale, results.Row(i), accumulate: true);
            }
            first.KeepAlive();
            second.KeepAlive();
            sums.KeepAlive();
            results.KeepAlive();
        }
    }
}
