using System.Numerics;
using System.Runtime.Intrinsics;
using Sparseland.Autograd.Kernels;
using Sparseland.Tensors;

namespace Sparseland.Autograd.Operations;

/// <summary>The sine as an activation (Sitzmann et al., "Implicit neural representations with periodic activation functions", 2020).</summary>
public static class SineOperation
{
    /// <summary>sin(frequency · x).</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="frequency">In radians per unit of x.</param>
    public static Variable<T> Sine<T>(this Variable<T> x, double frequency = 1) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(x);
        var output = x.Tape.Rent(x.Shape);
        var factor = T.CreateChecked(frequency);
        Elementwise.Run(x.Value, output, new Value<T>(factor));
        return x.Tape.Record(output, new Gradient<T>(x, factor), x);
    }

    private readonly struct Value<T>(T frequency) : IUnaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public T Apply(T x) => T.Sin(frequency * x);

        public Vector256<T> Apply(Vector256<T> x) => typeof(T) == typeof(float)
            ? Vector256.Sin((x * frequency).AsSingle()).As<float, T>()
            : Vector256.Sin((x * frequency).AsDouble()).As<double, T>();
    }

    private readonly struct Slope<T>(T frequency) : IBinaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public T Apply(T x, T gradient) => gradient * frequency * T.Cos(frequency * x);

        public Vector256<T> Apply(Vector256<T> x, Vector256<T> gradient) => gradient * frequency * (typeof(T) == typeof(float)
            ? Vector256.Cos((x * frequency).AsSingle()).As<float, T>()
            : Vector256.Cos((x * frequency).AsDouble()).As<double, T>());
    }

    private sealed class Gradient<T>(Variable<T> x, T frequency) : Operation<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public override void Declare(SavedValues<T> saved) => saved.Value(x);

        public override void Backward(Tensor<T> gradient)
        {
            Elementwise.Run(x.Value, gradient, gradient, new Slope<T>(frequency));
            x.PassGradient(gradient);
        }
    }
}
