using System.Numerics;
using Sparseland.Tensors;

namespace Sparseland.Autograd;

/// <summary>A tensor on a tape: what an operation reads and makes. Valid until the tape's <see cref="Tape{T}.Reset"/>.</summary>
/// <typeparam name="T">float, or double in gradient checks.</typeparam>
public sealed class Variable<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private Tensor<T>? _gradient;

    internal Variable(Tape<T> tape, Tensor<T> value, bool needsGradient, Parameter<T>? parameter, bool ownsValue)
    {
        Tape = tape;
        Value = value;
        NeedsGradient = needsGradient;
        Parameter = parameter;
        OwnsValue = ownsValue;
    }

    /// <summary>The tape it belongs to.</summary>
    public Tape<T> Tape { get; }

    /// <summary>The values. Copy what shall outlive the step; during the backward pass values are recycled as soon as nothing needs them.</summary>
    public Tensor<T> Value { get; }

    /// <summary>The shape of the values.</summary>
    public Shape Shape => Value.Shape;

    /// <summary>Whether a gradient flows to it. An operation may skip the work for inputs that need none.</summary>
    public bool NeedsGradient { get; }

    /// <summary>The parameter behind it, if it is one.</summary>
    public Parameter<T>? Parameter { get; }

    internal bool OwnsValue { get; }

    internal bool HasGradient { get; private set; }

    /// <summary>
    /// The buffer for this variable's gradient, of the value's shape. An operation that can write its whole contribution in one go
    /// looks at <paramref name="accumulate"/>: false means that the contents are undefined and must be overwritten, true that they must be added to.
    /// </summary>
    public Tensor<T> GradientBuffer(out bool accumulate)
    {
        if (Parameter is not null)
        {
            accumulate = Parameter.HasGradient;
            Parameter.HasGradient = true;
            return Parameter.Gradient;
        }
        accumulate = HasGradient;
        HasGradient = true;
        return _gradient ??= Tape.Rent(Value.Shape);
    }

    /// <summary>Adds a contribution to the gradient.</summary>
    public void AddGradient(ReadOnlySpan<T> contribution)
    {
        var buffer = GradientBuffer(out var accumulate).Span;
        if (accumulate)
            TensorPrimitives.Add(buffer, contribution, buffer);
        else
            contribution.CopyTo(buffer);
    }

    internal Tensor<T>? TakeGradient()
    {
        var gradient = HasGradient ? _gradient : null;
        _gradient = null;
        HasGradient = false;
        return gradient;
    }
}
