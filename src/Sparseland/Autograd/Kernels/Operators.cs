using System.Numerics;
using System.Runtime.Intrinsics;

namespace Sparseland.Autograd.Kernels;

/// <summary>x.</summary>
internal readonly struct Identity<T> : IUnaryOperator<T> where T : unmanaged
{
    public T Apply(T x) => x;

    public Vector256<T> Apply(Vector256<T> x) => x;
}

/// <summary>x times a factor.</summary>
internal readonly struct ScaleBy<T>(T factor) : IUnaryOperator<T> where T : unmanaged, INumberBase<T>
{
    public T Apply(T x) => x * factor;

    public Vector256<T> Apply(Vector256<T> x) => x * factor;
}

/// <summary>x + y.</summary>
internal readonly struct Plus<T> : IBinaryOperator<T> where T : unmanaged, INumberBase<T>
{
    public T Apply(T x, T y) => x + y;

    public Vector256<T> Apply(Vector256<T> x, Vector256<T> y) => x + y;
}

/// <summary>x - y.</summary>
internal readonly struct Minus<T> : IBinaryOperator<T> where T : unmanaged, INumberBase<T>
{
    public T Apply(T x, T y) => x - y;

    public Vector256<T> Apply(Vector256<T> x, Vector256<T> y) => x - y;
}

/// <summary>x · y.</summary>
internal readonly struct Times<T> : IBinaryOperator<T> where T : unmanaged, INumberBase<T>
{
    public T Apply(T x, T y) => x * y;

    public Vector256<T> Apply(Vector256<T> x, Vector256<T> y) => x * y;
}
