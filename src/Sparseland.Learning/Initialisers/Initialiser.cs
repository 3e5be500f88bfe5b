using System.Numerics;
using Sparseland.Chance;
using Sparseland.Tensors;

namespace Sparseland.Learning.Initialisers;

/// <summary>First values of parameters. Every function draws from the stream it is given, element by element in row-major order.</summary>
public static class Initialiser
{
    /// <summary>Normal values with mean zero.</summary>
    /// <param name="tensor">Overwritten.</param>
    /// <param name="deviation">Standard deviation.</param>
    /// <param name="chance">Where the values come from.</param>
    public static void Normal<T>(Tensor<T> tensor, double deviation, RandomStream chance) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(tensor);
        ArgumentNullException.ThrowIfNull(chance);
        foreach (ref var value in tensor.Span)
            value = T.CreateChecked(chance.NextNormal() * deviation);
    }

    /// <summary>Normal values cut off at two deviations (redrawn), as in "trunc_normal".</summary>
    /// <param name="tensor">Overwritten.</param>
    /// <param name="deviation">Standard deviation before the cut.</param>
    /// <param name="chance">Where the values come from.</param>
    public static void TruncatedNormal<T>(Tensor<T> tensor, double deviation, RandomStream chance) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(tensor);
        ArgumentNullException.ThrowIfNull(chance);
        foreach (ref var value in tensor.Span)
        {
            double drawn;
            do
                drawn = chance.NextNormal();
            while (Math.Abs(drawn) > 2);
            value = T.CreateChecked(drawn * deviation);
        }
    }

    /// <summary>Uniform values with variance 2 / (inputs + outputs) (Glorot and Bengio 2010).</summary>
    /// <param name="tensor">[outputs, inputs], overwritten.</param>
    /// <param name="chance">Where the values come from.</param>
    public static void Xavier<T>(Tensor<T> tensor, RandomStream chance) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(tensor);
        Uniform(tensor, Math.Sqrt(6.0 / (tensor.Shape.Rows + tensor.Shape.Columns)), chance);
    }

    /// <summary>Normal values with variance 2 / inputs, for layers before a rectifier (He et al. 2015).</summary>
    /// <param name="tensor">[outputs, inputs], overwritten.</param>
    /// <param name="chance">Where the values come from.</param>
    public static void Kaiming<T>(Tensor<T> tensor, RandomStream chance) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(tensor);
        Normal(tensor, Math.Sqrt(2.0 / tensor.Shape.Columns), chance);
    }

    /// <summary>Uniform values in [-bound, bound).</summary>
    /// <param name="tensor">Overwritten.</param>
    /// <param name="bound">The largest magnitude.</param>
    /// <param name="chance">Where the values come from.</param>
    public static void Uniform<T>(Tensor<T> tensor, double bound, RandomStream chance) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(tensor);
        ArgumentNullException.ThrowIfNull(chance);
        foreach (ref var value in tensor.Span)
            value = T.CreateChecked((chance.NextDouble() * 2 - 1) * bound);
    }
}
