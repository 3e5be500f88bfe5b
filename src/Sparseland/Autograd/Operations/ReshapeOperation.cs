using System.Numerics;
using Sparseland.Autograd.Kernels;
using Sparseland.Tensors;

namespace Sparseland.Autograd.Operations;

/// <summary>Another shape over the same elements.</summary>
public static class ReshapeOperation
{
    /// <summary>The same elements in row-major order under another shape; no copy.</summary>
    /// <exception cref="ArgumentException">The number of elements differs.</exception>
    public static Variable<T> Reshape<T>(this Variable<T> x, Shape shape) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Tape.Record(x.Value.Reshape(shape), new Gradient<T>(x), x);
    }

    private sealed class Gradient<T>(Variable<T> x) : Operation<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public override void Declare(SavedValues<T> saved) { }

        public override void Backward(Tensor<T> gradient) => x.PassGradient(gradient);
    }
}
