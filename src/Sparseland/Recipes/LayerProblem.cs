using Sparseland.Errors;
using Sparseland.Layouts;
using Sparseland.Tensors;

namespace Sparseland.Recipes;

/// <summary>One matrix to prune, with everything a method may look at. Methods do not change it.</summary>
/// <param name="name">The tensor's name.</param>
/// <param name="weights">[outputs, inputs], dense.</param>
/// <param name="statistics">What calibration gathered of its inputs; null when nothing was asked for.</param>
/// <param name="seed">The recipe's seed.</param>
public sealed class LayerProblem(string name, MatrixView<float> weights, LayerStatistics? statistics = null, ulong seed = 0)
{
    private HessianFactor? _factor;
    private double _factorDamping;

    /// <summary>The tensor's name.</summary>
    public string Name { get; } = name;

    /// <summary>[outputs, inputs], dense.</summary>
    public MatrixView<float> Weights { get; } = weights;

    /// <summary>What calibration gathered.</summary>
    /// <exception cref="InvalidOperationException">No statistics were gathered: the method does not say that it needs them.</exception>
    public LayerStatistics Statistics => statistics ?? throw new InvalidOperationException($"{Name}: the method needs statistics that it did not ask for");

    /// <summary>The recipe's seed.</summary>
    public ulong Seed { get; } = seed;

    /// <summary>How numbers of the result will be stored.</summary>
    public ElementType Values { get; init; } = ElementType.Float32;

    /// <summary>Ends a method that takes long; such a method looks at it.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>The Hessian that <see cref="Factor"/> factored: dead channels have a one on the diagonal, and the damping is added.</summary>
    /// <exception cref="NumericalException">It is singular and the method asked for no damping, or no damping suffices.</exception>
    public Tensor<double> DampedHessian(double damping)
    {
        var factor = SolvableFactor(damping);
        var hessian = Statistics.Hessian();
        for (var j = 0; j < hessian.Shape.Rows; j++)
            hessian.Matrix[j, j] = (hessian.Matrix[j, j] == 0 ? 1 : hessian.Matrix[j, j]) + factor.AddedDiagonal;
        return hessian;
    }

    /// <summary>As <see cref="Factor"/>, for methods that solve for weights: a singular Hessian without damping is refused, and a fault names the layer.</summary>
    /// <exception cref="NumericalException">It is singular and the method asked for no damping, or no damping suffices.</exception>
    public HessianFactor SolvableFactor(double damping)
    {
        HessianFactor factor;
        try
        {
            factor = Factor(damping);
        }
        catch (NumericalException fault)
        {
            throw new NumericalException($"{Name}: {fault.Message}");
        }
        return factor.FailedAttempts == 0 || damping > 0
            ? factor
            : throw new NumericalException($"{Name}: the Hessian of its inputs is singular and the damping is 0: give a damping such as 0.01, or more calibration text");
    }

    /// <summary>The factor of the inverse Hessian; computed once for all that ask with the same damping.</summary>
    public HessianFactor Factor(double damping)
    {
        if (_factor is null || _factorDamping != damping)
        {
            _factor = HessianFactor.Compute(Statistics.Hessian().Matrix, damping);
            _factorDamping = damping;
        }
        return _factor;
    }
}
