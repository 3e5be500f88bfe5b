using System.Numerics;
using System.Runtime.Intrinsics;
using Sparseland.Autograd.Kernels;
using Sparseland.Tensors;

namespace Sparseland.Autograd.Operations;

/// <summary>The Gaussian error linear unit (Hendrycks and Gimpel 2016).</summary>
public static class GeluOperation
{
    /// <summary>x · Φ(x), Φ being the standard normal distribution.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="tanh">True for the approximation 0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³))) that GPT-2 was trained with, false for the exact form.</param>
    public static Variable<T> Gelu<T>(this Variable<T> x, bool tanh) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(x);
        var output = x.Tape.Rent(x.Shape);
        if (tanh)
            Elementwise.Run(x.Value, output, new TanhValue<T>());
        else
            Elementwise.Run(x.Value, output, new ExactValue<T>());
        return x.Tape.Record(output, new Gradient<T>(x, tanh), x);
    }

    private sealed class Gradient<T>(Variable<T> x, bool tanh) : Operation<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public override void Declare(SavedValues<T> saved) => saved.Value(x);

        public override void Backward(Tensor<T> gradient)
        {
            if (tanh)
                Elementwise.Run(x.Value, gradient, gradient, new TanhSlope<T>());
            else
                Elementwise.Run(x.Value, gradient, gradient, new ExactSlope<T>());
            x.PassGradient(gradient);
        }
    }

    // 0.5 (1 + tanh u) = sigmoid(2u); here Twice is 2√(2/π).
    private const double Twice = 1.5957691216057307;
    private const double Cubic = 0.044715;

    private readonly struct TanhValue<T> : IUnaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public T Apply(T x) => x * VectorMath.Sigmoid(T.CreateTruncating(Twice) * x * (T.One + (T.CreateTruncating(Cubic) * x * x)));

        public Vector256<T> Apply(Vector256<T> x) =>
            x * VectorMath.Sigmoid(x * T.CreateTruncating(Twice) * (Vector256<T>.One + (x * x * T.CreateTruncating(Cubic))));
    }

    // With s = sigmoid(w(x)): s + x s (1 - s) w'(x).
    private readonly struct TanhSlope<T> : IBinaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public T Apply(T x, T gradient)
        {
            var square = x * x;
            var s = VectorMath.Sigmoid(T.CreateTruncating(Twice) * x * (T.One + (T.CreateTruncating(Cubic) * square)));
            var slope = T.CreateTruncating(Twice) * (T.One + (T.CreateTruncating(3 * Cubic) * square));
            return gradient * s * (T.One + (x * (T.One - s) * slope));
        }

        public Vector256<T> Apply(Vector256<T> x, Vector256<T> gradient)
        {
            var square = x * x;
            var s = VectorMath.Sigmoid(x * T.CreateTruncating(Twice) * (Vector256<T>.One + (square * T.CreateTruncating(Cubic))));
            var slope = (Vector256<T>.One + (square * T.CreateTruncating(3 * Cubic))) * T.CreateTruncating(Twice);
            return gradient * s * (Vector256<T>.One + (x * (Vector256<T>.One - s) * slope));
        }
    }

    private readonly struct ExactValue<T> : IUnaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public T Apply(T x) => x * T.CreateTruncating(NormalDistribution.Cumulative(double.CreateTruncating(x)));

        public Vector256<T> Apply(Vector256<T> x)
        {
            if (typeof(T) == typeof(float))
                return x * NormalDistribution.Cumulative(x.AsSingle()).As<float, T>();
            var result = x;
            for (var i = 0; i < Vector256<T>.Count; i++)
                result = result.WithElement(i, Apply(x[i]));
            return result;
        }
    }

    // Φ(x) + x φ(x).
    private readonly struct ExactSlope<T> : IBinaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public T Apply(T x, T gradient)
        {
            var value = double.CreateTruncating(x);
            return gradient * T.CreateTruncating(NormalDistribution.Cumulative(value) + (value * NormalDistribution.Density(value)));
        }

        public Vector256<T> Apply(Vector256<T> x, Vector256<T> gradient)
        {
            if (typeof(T) == typeof(float))
            {
                var single = x.AsSingle();
                return gradient * (NormalDistribution.Cumulative(single) + (single * NormalDistribution.Density(single))).As<float, T>();
            }
            var result = gradient;
            for (var i = 0; i < Vector256<T>.Count; i++)
                result = result.WithElement(i, Apply(x[i], gradient[i]));
            return result;
        }
    }
}
