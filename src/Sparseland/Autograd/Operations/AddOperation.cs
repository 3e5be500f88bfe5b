using System.Numerics;
using Sparseland.Autograd.Kernels;
using Sparseland.Tensors;

namespace Sparseland.Autograd.Operations;

/// <summary>The sum of two tensors of one shape.</summary>
public static class AddOperation
{
    /// <summary>a + b, elementwise.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static Variable<T> Add<T>(this Variable<T> a, Variable<T> b) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        SameShape.Check(a, b);
        var output = a.Tape.Rent(a.Shape);
        Elementwise.Run(a.Value, b.Value, output, new Plus<T>());
        return a.Tape.Record(output, new Gradient<T>(a, b), a, b);
    }

    private sealed class Gradient<T>(Variable<T> a, Variable<T> b) : Operation<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public override void Declare(SavedValues<T> saved) { }

        public override void Backward(Tensor<T> gradient)
        {
            // A buffer can be passed on only once; the second reader gets a copy, made first.
            if (a.NeedsGradient && b.NeedsGradient)
                b.AddGradient(gradient);
            (a.NeedsGradient ? a : b).PassGradient(gradient);
        }
    }
}
