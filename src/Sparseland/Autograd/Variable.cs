using System.Diagnostics;
using System.Numerics;
using Sparseland.Autograd.Kernels;
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
        Owner = this;
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

    /// <summary>The variable whose memory the values lie in: this one, unless it is a view.</summary>
    internal Variable<T> Owner { get; set; }

    /// <summary>Recorded operations that will read this memory again.</summary>
    internal int Savers { get; set; }

    /// <summary>Variables over this memory that the forward pass may still read.</summary>
    internal int Readers { get; set; }

    internal bool IsReleased { get; set; }

    internal bool HasGradient { get; private set; }

    /// <summary>
    /// The buffer for this variable's gradient, of the value's shape. An operation that can write its whole contribution in one go
    /// looks at <paramref name="accumulate"/>: false means that the contents are undefined and must be overwritten, true that they must be added to.
    /// </summary>
    public Tensor<T> GradientBuffer(out bool accumulate)
    {
        Debug.Assert(NeedsGradient, "operations skip inputs that need no gradient");
        if (Parameter is not null)
        {
            if (Parameter.Slice is not null)
                throw new InvalidOperationException($"{Parameter.Name} is trained in a slice, which linear layers alone can do");
            accumulate = Parameter.HasGradient;
            Parameter.HasGradient = true;
            return Parameter.Gradient;
        }
        accumulate = HasGradient;
        HasGradient = true;
        return _gradient ??= Tape.Rent(Value.Shape);
    }

    /// <summary>The buffer for the gradient of the slice of a parameter that is trained; otherwise as <see cref="GradientBuffer"/>.</summary>
    internal Tensor<T> SliceGradientBuffer(out bool accumulate)
    {
        accumulate = Parameter!.HasGradient;
        Parameter.HasGradient = true;
        return Parameter.Gradient;
    }

    /// <summary>Adds a contribution to the gradient, on all cores.</summary>
    public void AddGradient(Tensor<T> contribution)
    {
        ArgumentNullException.ThrowIfNull(contribution);
        var buffer = GradientBuffer(out var accumulate);
        if (contribution.Length != buffer.Length)
            throw new ArgumentException($"a gradient of the shape {contribution.Shape} for a variable of the shape {Shape}", nameof(contribution));
        Elementwise.Run(contribution, buffer, new Identity<T>(), accumulate);
    }

    /// <summary>Adds a contribution computed outside the tape's tensors, on the calling thread.</summary>
    public void AddGradient(ReadOnlySpan<T> contribution)
    {
        var buffer = GradientBuffer(out var accumulate).Span;
        if (accumulate)
            TensorPrimitives.Add(buffer, contribution, buffer);
        else
            contribution.CopyTo(buffer);
    }

    /// <summary>
    /// Adds a contribution whose buffer the operation needs no more: the one that <see cref="Operation{T}.Backward"/> was handed, or one rented whole.
    /// Where it is the first contribution the buffer itself becomes the gradient and nothing is copied. The operation must not touch it afterwards.
    /// </summary>
    public void PassGradient(Tensor<T> contribution)
    {
        ArgumentNullException.ThrowIfNull(contribution);
        if (Parameter is null && !HasGradient && _gradient is null && contribution.Length == Value.Length)
        {
            _gradient = contribution.Shape == Shape ? contribution : contribution.Reshape(Shape);
            HasGradient = true;
            Tape.Adopt(contribution.Storage);
            return;
        }
        AddGradient(contribution);
        Tape.ReleaseUnlessHanded(contribution);
    }

    internal Tensor<T>? TakeGradient()
    {
        var gradient = HasGradient ? _gradient : null;
        _gradient = null;
        HasGradient = false;
        return gradient;
    }
}
