namespace Sparseland.Language.Generation;

/// <summary>Looks for stop strings in a text that comes in pieces, and holds back only what may still become one.</summary>
public sealed class StopMatcher
{
    private readonly string[] _stops;
    private string _pending = "";

    /// <summary>A matcher for some stop strings; none lets everything through.</summary>
    public StopMatcher(IReadOnlyList<string> stops)
    {
        ArgumentNullException.ThrowIfNull(stops);
        _stops = [.. stops];
    }

    /// <summary>Whether a stop string appeared; what follows it is dropped.</summary>
    public bool HasMatched { get; private set; }

    /// <summary>Takes a piece of text.</summary>
    /// <returns>What is certainly before any stop string.</returns>
    public string Append(string text)
    {
        if (_stops.Length == 0)
            return text;
        if (HasMatched)
            return "";
        _pending += text;
        var first = _stops.Select(stop => _pending.IndexOf(stop, StringComparison.Ordinal)).Where(index => index >= 0).DefaultIfEmpty(-1).Min();
        HasMatched = first >= 0;
        var safe = HasMatched ? first : _pending.Length - _stops.Max(Overlap);
        var result = _pending[..safe];
        _pending = HasMatched ? "" : _pending[safe..];
        return result;
    }

    /// <summary>What was held back, when the text ends without a stop string.</summary>
    public string Flush()
    {
        var rest = _pending;
        _pending = "";
        return rest;
    }

    // The longest end of the pending text that begins the stop string.
    private int Overlap(string stop)
    {
        for (var length = Math.Min(stop.Length - 1, _pending.Length); length > 0; length--)
            if (_pending.AsSpan(_pending.Length - length).SequenceEqual(stop.AsSpan(0, length)))
                return length;
        return 0;
    }
}
