using System.Numerics;
using System.Runtime.Intrinsics;
using Sparseland.Autograd.Kernels;
using Sparseland.Tensors;

namespace Sparseland.Autograd.Operations;

/// <summary>The loss of a regression, or of features matched to a teacher's.</summary>
public static class MeanSquaredErrorOperation
{
    /// <summary>The mean of (x - target)² over all elements: a scalar.</summary>
    /// <exception cref="ArgumentException">The shapes differ, or there are no elements.</exception>
    public static Variable<T> MeanSquaredError<T>(this Variable<T> x, Variable<T> target) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        SameShape.Check(x, target);
        if (x.Value.Length == 0)
            throw new ArgumentException($"the mean over a tensor of the shape {x.Shape}", nameof(x));
        var distance = PieceSums.SquaredDistance(x.Tape, x.Value, target.Value);
        var loss = x.Tape.Rent(new Shape());
        loss.Span[0] = distance / T.CreateChecked(x.Value.Length);
        return x.Tape.Record(loss, new Gradient<T>(x, target), x, target);
    }

    private readonly struct Slope<T>(T factor) : IBinaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public T Apply(T x, T y) => (x - y) * factor;

        public Vector256<T> Apply(Vector256<T> x, Vector256<T> y) => (x - y) * factor;
    }

    private sealed class Gradient<T>(Variable<T> x, Variable<T> target) : Operation<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public override void Declare(SavedValues<T> saved)
        {
            saved.Value(x);
            saved.Value(target);
        }

        public override void Backward(Tensor<T> gradient)
        {
            var factor = gradient.Span[0] * T.CreateChecked(2.0 / x.Value.Length);
            if (x.NeedsGradient)
                Elementwise.Run(x.Value, target.Value, x.GradientBuffer(out var add), new Slope<T>(factor), add);
            if (target.NeedsGradient)
                Elementwise.Run(x.Value, target.Value, target.GradientBuffer(out var accumulate), new Slope<T>(-factor), accumulate);
        }
    }
}
