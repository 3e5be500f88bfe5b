using System.Numerics;
using Sparseland.Tensors;

namespace Sparseland.Autograd;

/// <summary>
/// What an operation names in <see cref="Operation{T}.Declare"/>: all that its backward pass will read. The tape counts the bytes, keeps those values until that pass,
/// and gives everything else back as soon as the forward pass is done with it.
/// </summary>
/// <typeparam name="T">float, or double in gradient checks.</typeparam>
public sealed class SavedValues<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Tape<T> _tape;

    internal SavedValues(Tape<T> tape)
    {
        _tape = tape;
    }

    internal enum Purpose
    {
        /// <summary>The operation was recorded: what it names is kept.</summary>
        Keep,

        /// <summary>It was not recorded: buffers of its own go back at once.</summary>
        Discard,

        /// <summary>Its backward pass is done: values that no other operation needs go back.</summary>
        Finish,
    }

    internal Purpose Mode { get; set; }

    /// <summary>Bytes that recorded operations keep: values of variables, each once, and buffers. Parameters and constants are there anyway and do not count.</summary>
    internal long Bytes { get; private set; }

    /// <summary>The values of a variable, the operation's own output included.</summary>
    public unsafe void Value(Variable<T> variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        var owner = variable.Owner;
        if (Mode == Purpose.Discard || !owner.OwnsValue)
            return;
        if (Mode == Purpose.Keep)
        {
            if (owner.Savers++ == 0)
                Bytes += owner.Value.Length * sizeof(T);
            return;
        }
        if (--owner.Savers > 0)
            return;
        Bytes -= owner.Value.Length * sizeof(T);
        _tape.ReleaseUnused(owner);
    }

    /// <summary>A buffer that the operation rented for itself; its backward pass releases it or hands it on.</summary>
    public unsafe void Buffer(Tensor<T> buffer)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        if (Mode == Purpose.Discard)
            _tape.Release(buffer);
        else
            Bytes += (Mode == Purpose.Keep ? 1 : -1) * buffer.Length * sizeof(T);
    }

    /// <summary>Integers that the operation keeps, such as token ids; the tape takes them back at its reset.</summary>
    public void Buffer(Tensor<int> buffer)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        if (Mode != Purpose.Discard)
            Bytes += (Mode == Purpose.Keep ? 1 : -1) * buffer.Length * sizeof(int);
    }

    internal void Forget() => Bytes = 0;
}
