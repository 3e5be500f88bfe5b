using System.Numerics;
using System.Runtime.InteropServices;
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

    // Both gradients in one pass: with s = sigmoid(gate) and v = gate · s, the gate's is g up (s + v (1 - s)) and the other's, in place of the incoming, g v.
    private readonly struct Slopes<T>(Tensor<T> gate, Tensor<T> up, Tensor<T> gradient, Tensor<T> toGate, bool accumulate) : IRangeWork
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int start, int count)
        {
            var gates = gate.Span.Slice(start, count);
            var ups = up.Span.Slice(start, count);
            var flow = gradient.Span.Slice(start, count);
            var results = toGate.Span.Slice(start, count);
            var i = 0;
            if (VectorMath.IsVectorized<T>())
                i = RunVectors(gates, ups, flow, results, accumulate);
            for (; i < count; i++)
            {
                var s = VectorMath.Sigmoid(gates[i]);
                var value = gates[i] * s;
                var slope = flow[i] * ups[i] * (s + (value * (T.One - s)));
                results[i] = accumulate ? results[i] + slope : slope;
                flow[i] *= value;
            }
        }

        private static int RunVectors(ReadOnlySpan<T> gates, ReadOnlySpan<T> ups, Span<T> flow, Span<T> results, bool accumulate)
        {
            ref var a = ref MemoryMarshal.GetReference(gates);
            ref var b = ref MemoryMarshal.GetReference(ups);
            ref var g = ref MemoryMarshal.GetReference(flow);
            ref var r = ref MemoryMarshal.GetReference(results);
            var i = 0;
            for (; i <= gates.Length - Vector256<T>.Count; i += Vector256<T>.Count)
            {
                var x = Vector256.LoadUnsafe(ref a, (nuint)i);
                var incoming = Vector256.LoadUnsafe(ref g, (nuint)i);
                var s = VectorMath.Sigmoid(x);
                var value = x * s;
                var slope = incoming * Vector256.LoadUnsafe(ref b, (nuint)i) * (s + (value * (Vector256<T>.One - s)));
                (accumulate ? slope + Vector256.LoadUnsafe(ref r, (nuint)i) : slope).StoreUnsafe(ref r, (nuint)i);
                (incoming * value).StoreUnsafe(ref g, (nuint)i);
            }
            return i;
        }
    }

    private sealed class Gradient<T>(Variable<T> gate, Variable<T> up) : Operation<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public override void Declare(SavedValues<T> saved)
        {
            saved.Value(gate);
            if (gate.NeedsGradient)
                saved.Value(up);
        }

        public override void Backward(Tensor<T> gradient)
        {
            if (gate.NeedsGradient)
            {
                var toGate = gate.GradientBuffer(out var accumulate);
                Ranges.Run(checked((int)gradient.Length), Ranges.Elements, new Slopes<T>(gate.Value, up.Value, gradient, toGate, accumulate));
            }
            else
            {
                // The slope with respect to up is silu(gate): the value's operator with the gradient in up's place.
                Elementwise.Run(gate.Value, gradient, gradient, new Value<T>());
            }
            if (up.NeedsGradient)
                up.PassGradient(gradient);
        }
    }
}
