using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Sparseland.Tensors;

namespace Sparseland.Autograd.Kernels;

/// <summary>A function of one number, as one lane and as a vector.</summary>
internal interface IUnaryOperator<T> where T : unmanaged
{
    T Apply(T x);

    Vector256<T> Apply(Vector256<T> x);
}

/// <summary>A function of two numbers, as one lane and as a vector.</summary>
internal interface IBinaryOperator<T> where T : unmanaged
{
    T Apply(T x, T y);

    Vector256<T> Apply(Vector256<T> x, Vector256<T> y);
}

/// <summary>
/// Loops over whole tensors of equal length on all cores, written once for every operator. The destination may be one of the inputs.
/// TensorPrimitives has no fused forms of the activations and their gradients; a pass less over memory is what these loops are for.
/// </summary>
internal static class Elementwise
{
    /// <summary>destination = f(x), or destination += f(x).</summary>
    public static void Run<T, TOperator>(Tensor<T> x, Tensor<T> destination, TOperator op, bool accumulate = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperator : struct, IUnaryOperator<T> =>
        Ranges.Run(checked((int)destination.Length), Ranges.Elements, new Unary<T, TOperator>(x, destination, op, accumulate));

    /// <summary>destination = f(x, y), or destination += f(x, y).</summary>
    public static void Run<T, TOperator>(Tensor<T> x, Tensor<T> y, Tensor<T> destination, TOperator op, bool accumulate = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperator : struct, IBinaryOperator<T> =>
        Ranges.Run(checked((int)destination.Length), Ranges.Elements, new Binary<T, TOperator>(x, y, destination, op, accumulate));

    private readonly struct Unary<T, TOperator>(Tensor<T> x, Tensor<T> destination, TOperator op, bool accumulate) : IRangeWork
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperator : struct, IUnaryOperator<T>
    {
        public void Run(int start, int count)
        {
            var inputs = x.Span.Slice(start, count);
            var results = destination.Span.Slice(start, count);
            ref var a = ref MemoryMarshal.GetReference(inputs);
            ref var r = ref MemoryMarshal.GetReference(results);
            var i = 0;
            if (VectorMath.IsVectorized<T>())
            {
                for (; i <= count - Vector256<T>.Count; i += Vector256<T>.Count)
                {
                    var value = op.Apply(Vector256.LoadUnsafe(ref a, (nuint)i));
                    (accumulate ? value + Vector256.LoadUnsafe(ref r, (nuint)i) : value).StoreUnsafe(ref r, (nuint)i);
                }
            }
            for (; i < count; i++)
            {
                var value = op.Apply(inputs[i]);
                results[i] = accumulate ? results[i] + value : value;
            }
        }
    }

    private readonly struct Binary<T, TOperator>(Tensor<T> x, Tensor<T> y, Tensor<T> destination, TOperator op, bool accumulate) : IRangeWork
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperator : struct, IBinaryOperator<T>
    {
        public void Run(int start, int count)
        {
            var first = x.Span.Slice(start, count);
            var second = y.Span.Slice(start, count);
            var results = destination.Span.Slice(start, count);
            ref var a = ref MemoryMarshal.GetReference(first);
            ref var b = ref MemoryMarshal.GetReference(second);
            ref var r = ref MemoryMarshal.GetReference(results);
            var i = 0;
            if (VectorMath.IsVectorized<T>())
            {
                for (; i <= count - Vector256<T>.Count; i += Vector256<T>.Count)
                {
                    var value = op.Apply(Vector256.LoadUnsafe(ref a, (nuint)i), Vector256.LoadUnsafe(ref b, (nuint)i));
                    (accumulate ? value + Vector256.LoadUnsafe(ref r, (nuint)i) : value).StoreUnsafe(ref r, (nuint)i);
                }
            }
            for (; i < count; i++)
            {
                var value = op.Apply(first[i], second[i]);
                results[i] = accumulate ? results[i] + value : value;
            }
        }
    }
}
