using System.Numerics;
using Sparseland.Autograd.Kernels;
using Sparseland.Chance;
using Sparseland.Tensors;

namespace Sparseland.Autograd.Operations;

/// <summary>Dropout (Srivastava et al. 2014).</summary>
public static class DropoutOperation
{
    /// <summary>Sets elements to zero with a probability and divides the others by its complement, so that the expectation stays.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="probability">0 (nothing happens) up to, not including, 1.</param>
    /// <param name="random">Decides which; one draw for two elements.</param>
    public static Variable<T> Dropout<T>(this Variable<T> x, double probability, RandomStream random) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(random);
        if (!(probability >= 0 && probability < 1))
            throw new ArgumentOutOfRangeException(nameof(probability), probability, "a dropout probability is at least 0 and below 1");
        if (probability == 0)
            return x;
        var factors = x.Tape.Rent(x.Shape);
        Draw(factors.Span, probability, random);
        var output = x.Tape.Rent(x.Shape);
        Elementwise.Run(x.Value, factors, output, new Times<T>());
        return x.Tape.Record(output, new Gradient<T>(x, factors), x);
    }

    private static void Draw<T>(Span<T> factors, double probability, RandomStream random) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var kept = T.CreateChecked(1 / (1 - probability));
        var threshold = (ulong)(probability * (1UL << 32));
        for (var i = 0; i < factors.Length; i += 2)
        {
            var bits = random.NextBits();
            factors[i] = bits >> 32 < threshold ? T.Zero : kept;
            if (i + 1 < factors.Length)
                factors[i + 1] = (uint)bits < threshold ? T.Zero : kept;
        }
    }

    private sealed class Gradient<T>(Variable<T> x, Tensor<T> factors) : Operation<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public override void Declare(SavedValues<T> saved) => saved.Buffer(factors);

        public override void Backward(Tensor<T> gradient)
        {
            Elementwise.Run(factors, gradient, gradient, new Times<T>());
            x.Tape.Release(factors);
            x.PassGradient(gradient);
        }
    }
}
