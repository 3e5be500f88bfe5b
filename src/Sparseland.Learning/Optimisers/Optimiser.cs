using System.Numerics;
using Sparseland.Autograd;
using Sparseland.Tensors;

namespace Sparseland.Learning.Optimisers;

/// <summary>
/// Changes parameters along their gradients. Of a parameter that trains a slice, nothing outside the slice is read or written, decay included, and state has the slice's shape. Where a parameter has a mask, entries outside it stay exactly zero, and so does the state that belongs to them.
/// The arithmetic of an element depends on that element alone, so the result is the same for any number of threads.
/// </summary>
/// <typeparam name="T">float, or double in tests.</typeparam>
public abstract class Optimiser<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Parameter<T>[] _parameters;

    /// <summary>Takes the parameters in a fixed order.</summary>
    protected Optimiser(IEnumerable<Parameter<T>> parameters)
    {
        _parameters = [.. parameters];
    }

    /// <summary>The parameters it changes.</summary>
    public IReadOnlyList<Parameter<T>> Parameters => _parameters;

    /// <summary>How many steps were made; part of the state.</summary>
    public long StepCount { get; set; }

    /// <summary>The tensors that a checkpoint must hold besides the parameters, by name.</summary>
    public abstract IEnumerable<(string Name, Tensor<T> Value)> State { get; }

    /// <summary>Makes one step with the gradients that the parameters hold. Parameters without a gradient are left as they are.</summary>
    /// <param name="learningRate">The step's rate.</param>
    public void Step(double learningRate)
    {
        StepCount++;
        for (var i = 0; i < _parameters.Length; i++)
        {
            var parameter = _parameters[i];
            if (!parameter.Trainable || !parameter.HasGradient)
                continue;
            Update(i, parameter, learningRate);
            if (parameter.Mask is { } mask)
            {
                mask.Apply(parameter.Value.Matrix);
                foreach (var state in StateOf(i))
                    mask.Apply(state.Matrix);
            }
        }
    }

    /// <summary>Forgets all gradients.</summary>
    public void ClearGradients()
    {
        foreach (var parameter in _parameters)
            parameter.ClearGradient();
    }

    /// <summary>Changes one parameter.</summary>
    protected abstract void Update(int index, Parameter<T> parameter, double learningRate);

    /// <summary>The state tensors of one parameter, of the shape of what is trained of it.</summary>
    protected abstract IEnumerable<Tensor<T>> StateOf(int index);
}
