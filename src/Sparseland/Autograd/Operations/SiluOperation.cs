using System.Numerics;
using System.Runtime.Intrinsics;
using Sparseland.Autograd.Kernels;
using Sparseland.Tensors;

namespace Sparseland.Autograd.Operations;

/// <summary>The sigmoid linear unit (Elfwing, Uchibe and Doya 2017), also called swish.</summary>
public static class SiluOperation
{
    /// <summary>x · sigmoid(x).</summary>
    public static Variable<T> Silu<T>(this Variable<T> x) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(x);
        var output = x.Tape.Rent(x.Shape);
        Elementwise.Run(x.Value, output, new Value<T>());
        return x.Tape.Record(output, new Gradient<T>(x), x);
    }

    private readonly struct Value<T> : IUnaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public T Apply(T x) => x * VectorMath.Sigmoid(x);

        public Vector256<T> Apply(Vector256<T> x) => x * VectorMath.Sigmoid(x);
    }

    // With s = sigmoid(x): s (1 + x (1 - s)).
    private readonly struct Slope<T> : IBinaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public T Apply(T x, T gradient)
        {
            var s = VectorMath.Sigmoid(x);
            return gradient * s * (T.One + (x * (T.One - s)));
        }

        public Vector256<T> Apply(Vector256<T> x, Vector256<T> gradient)
        {
            var s = VectorMath.Sigmoid(x);
            return gradient * s * (Vector256<T>.One + (x * (Vector256<T>.One - s)));
        }
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
