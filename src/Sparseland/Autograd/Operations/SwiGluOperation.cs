using System.Numerics;
using System.Runtime.Intrinsics;
using Sparseland.Autograd.Kernels;
using Sparseland.Tensors;

namespace Sparseland.Autograd.Operations;

/// <summary>The gate of Llama's feed-forward layer (Shazeer 2020), fused.</summary>
public static class SwiGluOperation
{
    /// <summary>gate · sigmoid(gate) · up, elementwise.</summary>
    /// <param name="gate">What passes through the sigmoid.</param>
    /// <param name="up">The other factor, of the same shape.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static Variable<T> SwiGlu<T>(this Variable<T> gate, Variable<T> up) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        SameShape.Check(gate, up);
        var output = gate.Tape.Rent(gate.Shape);
        Elementwise.Run(gate.Value, up.Value, output, new Value<T>());
        return gate.Tape.Record(output, new Gradient<T>(gate, up), gate, up);
    }

    private readonly struct Value<T> : IBinaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public T Apply(T gate, T up) => gate * VectorMath.Sigmoid(gate) * up;

        public Vector256<T> Apply(Vector256<T> gate, Vector256<T> up) => gate * VectorMath.Sigmoid(gate) * up;
    }

    private readonly struct GateSlope<T> : ITernaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public T Apply(T gate, T up, T gradient)
        {
            var s = VectorMath.Sigmoid(gate);
            return gradient * up * s * (T.One + (gate * (T.One - s)));
        }

        public Vector256<T> Apply(Vector256<T> gate, Vector256<T> up, Vector256<T> gradient)
        {
            var s = VectorMath.Sigmoid(gate);
            return gradient * up * s * (Vector256<T>.One + (gate * (Vector256<T>.One - s)));
        }
    }

    private sealed class Gradient<T>(Variable<T> gate, Variable<T> up) : Operation<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public override void Backward(Tensor<T> gradient)
        {
            if (gate.NeedsGradient)
                Elementwise.Run(gate.Value, up.Value, gradient, gate.GradientBuffer(out var accumulate), new GateSlope<T>(), accumulate);
            if (!up.NeedsGradient)
                return;
            // The slope with respect to up is silu(gate): the value's operator with the gradient in up's place.
            Elementwise.Run(gate.Value, gradient, gradient, new Value<T>());
            up.PassGradient(gradient);
        }
    }
}
