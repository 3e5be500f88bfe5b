using System.Numerics;
using Sparseland.Tensors;

namespace Sparseland.Autograd;

/// <summary>
/// One recorded step of a computation. An operation is one file: a public extension method on variables that computes the value and calls
/// <see cref="Tape{T}.Record"/>, and a private class derived from this one that keeps what the gradient needs.
/// </summary>
/// <typeparam name="T">float, or double in gradient checks.</typeparam>
public abstract class Operation<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>What the operation made.</summary>
    public Variable<T> Output { get; internal set; } = null!;

    /// <summary>Names all that <see cref="Backward"/> will read: values of variables, and buffers rented for it. The same each time it is asked.</summary>
    /// <param name="saved">Takes the names.</param>
    public abstract void Declare(SavedValues<T> saved);

    /// <summary>Adds this operation's contribution to the gradients of its inputs (those that need one), and releases what it rented for it.</summary>
    /// <param name="gradient">The finished gradient of <see cref="Output"/>; the operation may overwrite it as scratch.</param>
    public abstract void Backward(Tensor<T> gradient);
}
