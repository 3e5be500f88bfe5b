using System.Numerics;

namespace Sparseland.Autograd;

/// <summary>
/// A stretch of a computation of which only one result is read later. Closing it gives back every value inside that no backward pass needs: a layer without
/// trainable weights then keeps nothing but what the layers below it need to pass gradients on.
/// </summary>
/// <typeparam name="T">float, or double in gradient checks.</typeparam>
public readonly ref struct TapeScope<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Tape<T> _tape;
    private readonly int _start;

    internal TapeScope(Tape<T> tape, int start)
    {
        _tape = tape;
        _start = start;
    }

    /// <summary>Gives back what was made inside so far, other than the result, and goes on: for layers one after the other.</summary>
    /// <param name="result">What the computation from here on reads.</param>
    /// <returns>The result.</returns>
    public Variable<T> Retain(Variable<T> result)
    {
        ArgumentNullException.ThrowIfNull(result);
        _tape.DropScoped(_start, result);
        return result;
    }

    /// <summary>Ends the scope. Variables made inside, other than the result, must not be read any more.</summary>
    /// <param name="result">What the computation after the scope reads.</param>
    /// <returns>The result.</returns>
    public Variable<T> Close(Variable<T> result)
    {
        ArgumentNullException.ThrowIfNull(result);
        _tape.CloseScope(_start, result);
        return result;
    }
}
