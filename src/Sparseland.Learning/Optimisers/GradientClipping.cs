using System.Numerics;
using Sparseland.Autograd;
using Sparseland.Errors;

namespace Sparseland.Learning.Optimisers;

/// <summary>Limits the length of the whole gradient.</summary>
public static class GradientClipping
{
    /// <summary>
    /// Zeroes the gradient outside masks, measures the Euclidean length over all parameters and scales the gradient down when it is longer than the limit.
    /// </summary>
    /// <param name="parameters">Those with a gradient count.</param>
    /// <param name="limit">The longest gradient allowed; infinity only measures.</param>
    /// <returns>The length before scaling.</returns>
    /// <exception cref="NumericalException">A gradient holds NaN or infinity; the message names the parameter.</exception>
    public static double ByNorm<T>(IReadOnlyList<Parameter<T>> parameters, double limit) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(parameters);
        var sum = 0.0;
        foreach (var parameter in parameters)
        {
            if (!parameter.HasGradient)
                continue;
            parameter.Mask?.Apply(parameter.Gradient.Matrix);
            var squares = double.CreateChecked(TensorPrimitives.SumOfSquares<T>(parameter.Gradient.Span));
            if (!double.IsFinite(squares))
                throw new NumericalException($"the gradient of {parameter.Name} is not finite; lower the learning rate or look at the data of this step");
            sum += squares;
        }
        var norm = Math.Sqrt(sum);
        if (norm > limit)
        {
            var scale = T.CreateChecked(limit / norm);
            foreach (var parameter in parameters)
                if (parameter.HasGradient)
                    TensorPrimitives.Multiply(parameter.Gradient.Span, scale, parameter.Gradient.Span);
        }
        return norm;
    }
}
