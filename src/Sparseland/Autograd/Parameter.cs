using System.Numerics;
using Sparseland.Masks;
using Sparseland.Tensors;

namespace Sparseland.Autograd;

/// <summary>A tensor that training changes, whole or in a slice. Its gradient lives as long as it does and adds up over backward passes until it is cleared.</summary>
/// <typeparam name="T">float, or double in gradient checks.</typeparam>
/// <param name="name">The name in checkpoints, such as model.layers.0.mlp.up_proj.weight.</param>
/// <param name="value">The values.</param>
public sealed class Parameter<T>(string name, Tensor<T> value) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private Tensor<T>? _gradient;
    private Mask? _mask;
    private ParameterSlice? _slice;

    /// <summary>The name in checkpoints.</summary>
    public string Name { get; } = name;

    /// <summary>The values.</summary>
    public Tensor<T> Value { get; } = value;

    /// <summary>Whether the tape computes a gradient for it.</summary>
    public bool Trainable { get; set; } = true;

    /// <summary>Which entries may differ from zero; null when all may. Optimisers keep the others at zero, and so their state.</summary>
    /// <exception cref="InvalidOperationException">The parameter is trained in a slice.</exception>
    public Mask? Mask
    {
        get => _mask;
        set => _mask = value is null || _slice is null ? value : throw new InvalidOperationException($"{Name} is trained in a slice and cannot have a mask as well");
    }

    /// <summary>
    /// The slice that is trained; null for the whole tensor. Gradient and optimiser state then have the slice's shape, and a linear layer keeps for its backward pass only
    /// what that gradient needs. Linear layers alone train slices. Setting it forgets the gradient.
    /// </summary>
    /// <exception cref="ArgumentException">The slice lies outside the matrix or is empty, or the parameter is not a matrix.</exception>
    /// <exception cref="InvalidOperationException">The parameter has a mask.</exception>
    public ParameterSlice? Slice
    {
        get => _slice;
        set
        {
            if (value is { } slice)
            {
                var extent = Value.Shape.Rank != 2 ? 0 : Value.Shape[slice.Kind == SliceKind.Rows ? 0 : 1];
                if (slice.Start < 0 || slice.Count < 1 || slice.Start > extent - slice.Count)
                    throw new ArgumentException($"{slice.Count} {slice.Kind} from {slice.Start} on of {Name}, which has the shape {Value.Shape}", nameof(value));
                if (_mask is not null)
                    throw new InvalidOperationException($"{Name} has a mask and cannot be trained in a slice as well");
            }
            _slice = value;
            _gradient = null;
            HasGradient = false;
        }
    }

    /// <summary>The shape of what is trained: of the gradient and of an optimiser's state.</summary>
    public Shape TrainedShape => _slice is not { } slice ? Value.Shape
        : slice.Kind == SliceKind.Rows ? new Shape(slice.Count, Value.Shape[1]) : new Shape(Value.Shape[0], slice.Count);

    /// <summary>The trained values as rows inside the tensor's memory.</summary>
    public MatrixView<T> Trained => _slice is not { } slice ? Value.Matrix
        : slice.Kind == SliceKind.Rows ? Value.Matrix.SliceRows(slice.Start, slice.Count) : Value.Matrix.Slice(0, Value.Shape[0], slice.Start, slice.Count);

    /// <summary>Whether a backward pass has written the gradient since it was cleared.</summary>
    public bool HasGradient { get; internal set; }

    /// <summary>The sum of the gradients since the last <see cref="ClearGradient"/>, of the shape <see cref="TrainedShape"/>; its contents mean nothing while <see cref="HasGradient"/> is false.</summary>
    public Tensor<T> Gradient => _gradient ??= new Tensor<T>(TrainedShape);

    /// <summary>Forgets the gradient; the memory stays.</summary>
    public void ClearGradient() => HasGradient = false;
}
