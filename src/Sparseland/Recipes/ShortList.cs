namespace Sparseland.Recipes;

/// <summary>
/// The few candidates with the smallest keys, taken one by one in ascending order; of equal keys the one that came first. What a stable sort of all of them would begin with,
/// in one pass and without sorting the rest.
/// </summary>
/// <param name="capacity">How many are remembered at most.</param>
internal sealed class ShortList(int capacity)
{
    private readonly double[] _keys = new double[capacity];
    private readonly int[] _columns = new int[capacity];
    private int _count;
    private int _next;

    public void Clear() => (_count, _next) = (0, 0);

    /// <summary>Offers a candidate, before the first is taken.</summary>
    public void Add(double key, int column)
    {
        if (_count == _keys.Length && (_count == 0 || key >= _keys[_count - 1]))
            return;
        var (low, high) = (0, _count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_keys[middle] <= key)
                low = middle + 1;
            else
                high = middle;
        }
        _count = Math.Min(_count + 1, _keys.Length);
        var moved = _count - 1 - low;
        _keys.AsSpan(low, moved).CopyTo(_keys.AsSpan(low + 1));
        _columns.AsSpan(low, moved).CopyTo(_columns.AsSpan(low + 1));
        (_keys[low], _columns[low]) = (key, column);
    }

    /// <summary>Takes the next candidate.</summary>
    public bool TryTake(out int column)
    {
        var taken = _next < _count;
        column = taken ? _columns[_next++] : -1;
        return taken;
    }
}
