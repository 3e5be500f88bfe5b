using System.Numerics;
using Sparseland.Autograd.Kernels;
using Sparseland.Tensors;

namespace Sparseland.Autograd.Operations;

/// <summary>A tensor times a number.</summary>
public static class ScaleOperation
{
    /// <summary>x times a factor.</summary>
    public static Variable<T> Scale<T>(this Variable<T> x, double factor) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(x);
        var output = x.Tape.Rent(x.Shape);
        Elementwise.Run(x.Value, output, new ScaleBy<T>(T.CreateChecked(factor)));
        return x.Tape.Record(output, new Gradient<T>(x, T.CreateChecked(factor)), x);
    }

    private sealed class Gradient<T>(Variable<T> x, T factor) : Operation<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public override void Declare(SavedValues<T> saved) { }

        public override void Backward(Tensor<T> gradient)
        {
            Elementwise.Run(gradient, gradient, new ScaleBy<T>(factor));
            x.PassGradient(gradient);
        }
    }
}
