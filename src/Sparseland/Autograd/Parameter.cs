using System.Numerics;
using Sparseland.Masks;
using Sparseland.Tensors;

namespace Sparseland.Autograd;

/// <summary>A tensor that training changes. Its gradient lives as long as it does and adds up over backward passes until it is cleared.</summary>
/// <typeparam name="T">float, or double in gradient checks.</typeparam>
/// <param name="name">The name in checkpoints, such as model.layers.0.mlp.up_proj.weight.</param>
/// <param name="value">The values.</param>
public sealed class Parameter<T>(string name, Tensor<T> value) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private Tensor<T>? _gradient;

    /// <summary>The name in checkpoints.</summary>
    public string Name { get; } = name;

    /// <summary>The values.</summary>
    public Tensor<T> Value { get; } = value;

    /// <summary>Whether the tape computes a gradient for it.</summary>
    public bool Trainable { get; set; } = true;

    /// <summary>Which entries may differ from zero; null when all may. Optimisers keep the others at zero, and so their state.</summary>
    public Mask? Mask { get; set; }

    /// <summary>Whether a backward pass has written the gradient since it was cleared.</summary>
    public bool HasGradient { get; internal set; }

    /// <summary>The sum of the gradients since the last <see cref="ClearGradient"/>; its contents mean nothing while <see cref="HasGradient"/> is false.</summary>
    public Tensor<T> Gradient => _gradient ??= new Tensor<T>(Value.Shape);

    /// <summary>Forgets the gradient; the memory stays.</summary>
    public void ClearGradient() => HasGradient = false;
}
