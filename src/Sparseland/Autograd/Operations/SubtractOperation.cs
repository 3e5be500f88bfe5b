using System.Numerics;
using Sparseland.Autograd.Kernels;
using Sparseland.Tensors;

namespace Sparseland.Autograd.Operations;

/// <summary>The difference of two tensors of one shape.</summary>
public static class SubtractOperation
{
    /// <summary>a - b, elementwise.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static Variable<T> Subtract<T>(this Variable<T> a, Variable<T> b) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        SameShape.Check(a, b);
        var output = a.Tape.Rent(a.Shape);
        Elementwise.Run(a.Value, b.Value, output, new Minus<T>());
        return a.Tape.Record(output, new Gradient<T>(a, b), a, b);
    }

    private sealed class Gradient<T>(Variable<T> a, Variable<T> b) : Operation<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public override void Declare(SavedValues<T> saved) { }

        public override void Backward(Tensor<T> gradient)
        {
            if (b.NeedsGradient)
                Elementwise.Run(gradient, b.GradientBuffer(out var accumulate), new ScaleBy<T>(-T.One), accumulate);
            if (a.NeedsGradient)
                a.PassGradient(gradient);
        }
    }
}
