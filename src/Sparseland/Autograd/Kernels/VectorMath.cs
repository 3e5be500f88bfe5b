using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sparseland.Autograd.Kernels;

/// <summary>Arithmetic on 256-bit vectors of float or double that the vector types lack in generic form.</summary>
internal static class VectorMath
{
    /// <summary>Whether loops take their vector path for this element.</summary>
    public static bool IsVectorized<T>() => Vector256.IsHardwareAccelerated && (typeof(T) == typeof(float) || typeof(T) == typeof(double));

    /// <summary>a · b + c, fused where the machine can.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> MultiplyAdd<T>(Vector256<T> a, Vector256<T> b, Vector256<T> c)
    {
        if (typeof(T) == typeof(float))
            return Vector256.MultiplyAddEstimate(a.AsSingle(), b.AsSingle(), c.AsSingle()).As<float, T>();
        if (typeof(T) == typeof(double))
            return Vector256.MultiplyAddEstimate(a.AsDouble(), b.AsDouble(), c.AsDouble()).As<double, T>();
        return (a * b) + c;
    }

    /// <summary>
    /// The exponential. For float within 2 units in the last place between -87.3 and 88.3; zero below, infinite above; NaN stays NaN.
    /// The library's own float version widens to double and costs about twice as much, which shows in softmax and attention.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Exp<T>(Vector256<T> x) =>
        typeof(T) == typeof(float) ? Exp(x.AsSingle()).As<float, T>() : Vector256.Exp(x.AsDouble()).As<double, T>();

    /// <summary>1 / (1 + exp(-x)).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Sigmoid<T>(Vector256<T> x) => Vector256<T>.One / (Vector256<T>.One + Exp(-x));

    /// <summary>1 / (1 + exp(-x)).</summary>
    public static T Sigmoid<T>(T x) where T : IBinaryFloatingPointIeee754<T> => T.One / (T.One + T.Exp(-x));

    // exp(x) = 2^n exp(r) with n the integer nearest to x / ln 2, so |r| <= ln 2 / 2, where the Taylor sum up to r^7 is exact to 5e-9.
    // ln 2 is subtracted in two pieces; the first has few bits, so that n times it is exact.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Exp(Vector256<float> x)
    {
        const float lowest = -87.3f, highest = 88.8f;
        var clamped = Vector256.Min(Vector256.Max(x, Vector256.Create(lowest)), Vector256.Create(highest));
        var n = Vector256.ConvertToInt32Native((clamped * 1.44269504f) + (Vector256.Create(0.5f) ^ (clamped & Vector256.Create(-0.0f))));
        var whole = Vector256.ConvertToSingle(n);
        // From x itself, not the clamped value: NaN and infinities go through.
        var r = Vector256.MultiplyAddEstimate(whole, Vector256.Create(-0.693359375f), x);
        r = Vector256.MultiplyAddEstimate(whole, Vector256.Create(2.12194440e-4f), r);
        var sum = Vector256.MultiplyAddEstimate(Vector256.Create(1f / 5040), r, Vector256.Create(1f / 720));
        sum = Vector256.MultiplyAddEstimate(sum, r, Vector256.Create(1f / 120));
        sum = Vector256.MultiplyAddEstimate(sum, r, Vector256.Create(1f / 24));
        sum = Vector256.MultiplyAddEstimate(sum, r, Vector256.Create(1f / 6));
        sum = Vector256.MultiplyAddEstimate(sum, r, Vector256.Create(0.5f));
        sum = Vector256.MultiplyAddEstimate(sum, r, Vector256<float>.One);
        sum = Vector256.MultiplyAddEstimate(sum, r, Vector256<float>.One);
        var power = ((n + Vector256.Create(127)) << 23).AsSingle();
        return Vector256.AndNot(sum * power, Vector256.LessThan(x, Vector256.Create(lowest)));
    }
}
