namespace Sparseland.Language.Chat;

/// <summary>Something a template can call.</summary>
internal interface ITemplateCallable
{
    /// <summary>Calls it.</summary>
    object? Call(TemplateRun run, TemplatePlace place, TemplateArguments arguments);
}

/// <summary>The arguments of a call, by position and by name.</summary>
internal sealed record TemplateArguments(IReadOnlyList<object?> Positional, IReadOnlyDictionary<string, object?> Named)
{
    /// <summary>No arguments.</summary>
    public static TemplateArguments None { get; } = new([], new Dictionary<string, object?>());

    /// <summary>An argument by position or name.</summary>
    public bool TryGet(int position, string name, out object? value)
    {
        if (position < Positional.Count)
        {
            value = Positional[position];
            return true;
        }
        return Named.TryGetValue(name, out value);
    }

    /// <summary>An argument that may be absent.</summary>
    public object? Get(int position, string name, object? otherwise = null) => TryGet(position, name, out var value) ? value : otherwise;

    /// <summary>An argument that must be a string; null when it is absent and may be.</summary>
    public string? Text(TemplatePlace place, int position, string name, bool optional = false) => Get(position, name) switch
    {
        string text => text,
        null when optional => null,
        var other => throw place.Fault($"the argument '{name}' must be a string, found {TemplateValues.Kind(other)}"),
    };

    /// <summary>An argument that must be a whole number.</summary>
    public long Whole(TemplatePlace place, int position, string name, long otherwise) => Get(position, name) switch
    {
        null => otherwise,
        long number => number,
        bool flag => flag ? 1 : 0,
        var other => throw place.Fault($"the argument '{name}' must be a whole number, found {TemplateValues.Kind(other)}"),
    };

    /// <summary>Refuses more arguments than there are names, and names that are not known.</summary>
    public void CheckNames(TemplatePlace place, string function, params IReadOnlyList<string> names)
    {
        if (Positional.Count > names.Count)
            throw place.Fault($"'{function}' takes {names.Count} arguments, found {Positional.Count}");
        foreach (var name in Named.Keys)
            if (!names.Contains(name))
                throw place.Unknown($"the argument of '{function}'", name, names);
    }
}
