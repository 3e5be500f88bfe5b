using System.Numerics;
using Sparseland.Autograd;
using Sparseland.Tensors;

namespace Sparseland.Learning.Optimisers;

/// <summary>Figures of <see cref="MomentumSgd{T}"/>.</summary>
/// <param name="Momentum">Memory of the velocity, 0 to 1; 0 is plain gradient descent.</param>
/// <param name="WeightDecay">Added to the gradient times the weight; on matrices only.</param>
/// <param name="Nesterov">Looks ahead along the velocity.</param>
public sealed record MomentumSgdOptions(double Momentum = 0.9, double WeightDecay = 0, bool Nesterov = false);

/// <summary>Stochastic gradient descent with momentum (Sutskever et al. 2013): v ← μ v + g, w ← w − η v.</summary>
/// <typeparam name="T">float, or double in tests.</typeparam>
public sealed class MomentumSgd<T> : Optimiser<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly MomentumSgdOptions _options;
    private readonly Tensor<T>[] _velocities;

    /// <summary>Makes an optimiser with fresh state.</summary>
    public MomentumSgd(IEnumerable<Parameter<T>> parameters, MomentumSgdOptions? options = null) : base(parameters)
    {
        _options = options ?? new MomentumSgdOptions();
        _velocities = [.. Parameters.Select(parameter => new Tensor<T>(parameter.TrainedShape))];
    }

    /// <inheritdoc/>
    public override IEnumerable<(string Name, Tensor<T> Value)> State
    {
        get
        {
            for (var i = 0; i < Parameters.Count; i++)
                yield return ($"sgd.velocity.{Parameters[i].Name}", _velocities[i]);
        }
    }

    /// <inheritdoc/>
    protected override IEnumerable<Tensor<T>> StateOf(int index) => [_velocities[index]];

    /// <inheritdoc/>
    protected override void Update(int index, Parameter<T> parameter, double learningRate)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        var (trained, gradients, velocities) = (parameter.Trained, parameter.Gradient.Matrix, _velocities[index].Matrix);
        var momentum = T.CreateChecked(_options.Momentum);
        var decay = parameter.Value.Shape.Rank >= 2 ? T.CreateChecked(_options.WeightDecay) : T.Zero;
        for (var row = 0; row < trained.Rows; row++)
        {
            var value = trained.Row(row);
            var gradient = gradients.Row(row);
            var velocity = velocities.Row(row);
            if (decay != T.Zero)
                TensorPrimitives.MultiplyAdd(value, decay, gradient, gradient);
            TensorPrimitives.MultiplyAdd(velocity, momentum, gradient, velocity);
            if (_options.Nesterov)
                TensorPrimitives.MultiplyAdd(velocity, momentum, gradient, gradient);
            TensorPrimitives.MultiplyAdd(_options.Nesterov ? gradient : velocity, T.CreateChecked(-learningRate), value, value);
        }
        trained.KeepAlive();
        gradients.KeepAlive();
        velocities.KeepAlive();
    }
}
