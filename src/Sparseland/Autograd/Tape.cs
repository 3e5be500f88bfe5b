using System.Numerics;
using Sparseland.Tensors;

namespace Sparseland.Autograd;

/// <summary>
/// Records operations and runs them backwards. All buffers of a step come from the tape's arena: <see cref="Reset"/> takes them back, so from the second
/// step on nothing large is allocated. Not thread-safe; one tape per training loop.
/// </summary>
/// <typeparam name="T">float, or double in gradient checks.</typeparam>
public sealed class Tape<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Arena<T> _arena = new();
    private readonly Arena<int> _integers = new();
    private readonly List<Operation<T>> _operations = [];
    private readonly Dictionary<Parameter<T>, Variable<T>> _leaves = [];
    private readonly List<Variable<T>> _scoped = [];
    private readonly SavedValues<T> _saved;
    private int _scopes;

    // The gradient handed to the operation that is running backwards; null once a variable has taken it over.
    private TensorStorage<T>? _handed;

    /// <summary>An empty tape.</summary>
    public Tape()
    {
        _saved = new SavedValues<T>(this);
    }

    /// <summary>False while only values are wanted: nothing is kept for a backward pass.</summary>
    public bool Recording { get; set; } = true;

    /// <summary>Bytes the arena holds, in use or free.</summary>
    public long ArenaBytes => _arena.Bytes + _integers.Bytes;

    /// <summary>
    /// Bytes that the recorded operations keep for the backward pass, exactly: values of variables, each once, and buffers of their own, without rounding to the arena's sizes.
    /// Parameters and constants do not count. Greatest just before <see cref="Backward"/>, which brings it to zero.
    /// </summary>
    public long SavedBytes => _saved.Bytes;

    /// <summary>Buffer of the arena with undefined contents, valid until <see cref="Reset"/> or <see cref="Release"/>.</summary>
    public Tensor<T> Rent(Shape shape) => _arena.Rent(shape);

    /// <summary>Buffer of the arena filled with zeros.</summary>
    public Tensor<T> RentZeroed(Shape shape)
    {
        var tensor = _arena.Rent(shape);
        tensor.Span.Clear();
        return tensor;
    }

    /// <summary>A copy of integers, such as token ids, that lasts until <see cref="Reset"/>.</summary>
    public Tensor<int> Keep(ReadOnlySpan<int> values)
    {
        var copy = _integers.Rent(new Shape(values.Length));
        values.CopyTo(copy.Span);
        return copy;
    }

    /// <summary>Gives a rented buffer back before the step ends.</summary>
    public void Release(Tensor<T> tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        _arena.Release(tensor.Storage);
    }

    /// <summary>A parameter on this tape; the same variable for the same parameter within a step.</summary>
    public Variable<T> Leaf(Parameter<T> parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        if (!_leaves.TryGetValue(parameter, out var variable))
            _leaves[parameter] = variable = new Variable<T>(this, parameter.Value, parameter.Trainable, parameter, ownsValue: false);
        return variable;
    }

    /// <summary>Values that need no gradient. The tensor stays the caller's.</summary>
    public Variable<T> Constant(Tensor<T> value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new(this, value, needsGradient: false, parameter: null, ownsValue: false);
    }

    /// <summary>Records an operation's result.</summary>
    /// <param name="value">The result: a rented tensor, or a reshaped view of an input.</param>
    /// <param name="operation">What computes the gradient; dropped when nothing needs one.</param>
    /// <param name="inputs">The variables it read.</param>
    public Variable<T> Record(Tensor<T> value, Operation<T> operation, params ReadOnlySpan<Variable<T>> inputs)
    {
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(operation);
        var needsGradient = false;
        Variable<T>? viewed = null;
        foreach (var input in inputs)
        {
            if (input.Tape != this)
                throw new ArgumentException("the operation's inputs belong to different tapes", nameof(inputs));
            needsGradient |= input.NeedsGradient;
            if (input.Value.Storage == value.Storage)
                viewed = input.Owner;
        }
        needsGradient &= Recording;
        var output = new Variable<T>(this, value, needsGradient, parameter: null, ownsValue: viewed is null);
        output.Owner = viewed ?? output;
        output.Owner.Readers++;
        operation.Output = output;
        _saved.Mode = needsGradient ? SavedValues<T>.Purpose.Keep : SavedValues<T>.Purpose.Discard;
        operation.Declare(_saved);
        if (needsGradient)
            _operations.Add(operation);
        if (_scopes > 0)
            _scoped.Add(output);
        return output;
    }

    /// <summary>Begins a stretch of which only one result will be read later; close it with that result.</summary>
    public TapeScope<T> OpenScope()
    {
        _scopes++;
        return new TapeScope<T>(this, _scoped.Count);
    }

    /// <summary>
    /// Runs the recorded operations backwards from a scalar and leaves the gradients in the parameters. Values and gradients are recycled on the way:
    /// read the loss before this call.
    /// </summary>
    /// <param name="loss">A variable of one element.</param>
    /// <param name="scale">The gradient of the loss itself; 1 divided by the number of micro-batches when gradients add up over several.</param>
    public void Backward(Variable<T> loss, double scale = 1)
    {
        ArgumentNullException.ThrowIfNull(loss);
        if (loss.Tape != this)
            throw new ArgumentException("the loss belongs to another tape", nameof(loss));
        if (loss.Value.Length != 1)
            throw new ArgumentException($"a backward pass starts from one number, not from the shape {loss.Shape}", nameof(loss));
        if (!loss.NeedsGradient)
            throw new InvalidOperationException("nothing that led to this loss needs a gradient");
        loss.GradientBuffer(out _).Span[0] = T.CreateChecked(scale);
        for (var i = _operations.Count - 1; i >= 0; i--)
        {
            var operation = _operations[i];
            var output = operation.Output;
            if (output.TakeGradient() is { } gradient)
            {
                _handed = gradient.Storage;
                operation.Backward(gradient);
                if (_handed is not null)
                    _arena.Release(_handed);
                _handed = null;
            }
            _saved.Mode = SavedValues<T>.Purpose.Finish;
            operation.Declare(_saved);
            // Every reader of this value was recorded later, so its backward is done: the memory can serve again.
            if (output.OwnsValue)
                ReleaseOnce(output);
        }
        _operations.Clear();
    }

    /// <summary>Ends the step: forgets what was recorded and takes all buffers back.</summary>
    public void Reset()
    {
        _operations.Clear();
        _leaves.Clear();
        _scoped.Clear();
        _scopes = 0;
        _saved.Forget();
        _arena.ReleaseAll();
        _integers.ReleaseAll();
    }

    internal void CloseScope(int start, Variable<T> result)
    {
        DropScoped(start, result);
        // Outermost, nobody can close over the result any more.
        if (--_scopes == 0)
            _scoped.Clear();
    }

    internal void DropScoped(int start, Variable<T> result)
    {
        var made = false;
        for (var i = start; i < _scoped.Count; i++)
        {
            if (_scoped[i] == result)
            {
                made = true;
                continue;
            }
            _scoped[i].Owner.Readers--;
            ReleaseUnused(_scoped[i].Owner);
        }
        _scoped.RemoveRange(start, _scoped.Count - start);
        if (made)
            _scoped.Add(result);
    }

    internal void ReleaseUnused(Variable<T> owner)
    {
        if (owner is { OwnsValue: true, Readers: 0, Savers: 0 })
            ReleaseOnce(owner);
    }

    private void ReleaseOnce(Variable<T> owner)
    {
        if (owner.IsReleased)
            return;
        owner.IsReleased = true;
        _arena.Release(owner.Value.Storage);
    }

    // A buffer that became a variable's gradient is released with that variable, not after the operation that filled it.
    internal void Adopt(TensorStorage<T> storage)
    {
        if (_handed == storage)
            _handed = null;
    }

    internal void ReleaseUnlessHanded(Tensor<T> tensor)
    {
        if (_handed != tensor.Storage)
            _arena.Release(tensor.Storage);
    }
}
