using System.Numerics;
using System.Runtime.Intrinsics;
using Sparseland.Autograd.Kernels;
using Sparseland.Tensors;

namespace Sparseland.Autograd.Operations;

/// <summary>Magnitudes: of an unsigned output, and in the mean absolute error.</summary>
public static class AbsoluteOperation
{
    /// <summary>|x|; its gradient at zero is zero.</summary>
    public static Variable<T> Absolute<T>(this Variable<T> x) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(x);
        var output = x.Tape.Rent(x.Shape);
        Elementwise.Run(x.Value, output, new Value<T>());
        return x.Tape.Record(output, new Gradient<T>(x), x);
    }

    private readonly struct Value<T> : IUnaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public T Apply(T x) => T.Abs(x);

        public Vector256<T> Apply(Vector256<T> x) => Vector256.Abs(x);
    }

    private readonly struct Slope<T> : IBinaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public T Apply(T x, T gradient) => x > T.Zero ? gradient : x < T.Zero ? -gradient : T.Zero;

        public Vector256<T> Apply(Vector256<T> x, Vector256<T> gradient) =>
            Vector256.ConditionalSelect(Vector256.GreaterThan(x, Vector256<T>.Zero), gradient, Vector256.ConditionalSelect(Vector256.LessThan(x, Vector256<T>.Zero), -gradient, Vector256<T>.Zero));
    }

    private sealed class Gradient<T>(Variable<T> x) : Operation<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public override void Declare(SavedValues<T> saved) => saved.Value(x);

        public override void Backward(Tensor<T> gradient)
        {
            Elementwise.Run(x.Value, gradient, gradient, new Slope<T>());
            x.PassGradient(gradient);
        }
    }
}
