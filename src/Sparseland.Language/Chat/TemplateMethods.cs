using System.Globalization;

namespace Sparseland.Language.Chat;

/// <summary>The methods of strings, lists and mappings, as Python has them. Those that change a list or mapping are refused, as the reference's sandbox does.</summary>
internal static class TemplateMethods
{
    private static readonly string[] OfStrings =
        ["strip", "lstrip", "rstrip", "split", "rsplit", "splitlines", "startswith", "endswith", "removeprefix", "removesuffix", "upper", "lower", "title", "capitalize", "replace", "join", "find", "count", "isdigit"];

    private static readonly string[] OfMappings = ["get", "items", "keys", "values"];

    private static readonly string[] OfLists = ["index", "count"];

    /// <summary>Calls a method.</summary>
    public static object? Call(TemplateRun run, TemplatePlace place, object? owner, string name, TemplateArguments arguments) => owner switch
    {
        string text when OfStrings.Contains(name) => OnString(run, place, text, name, arguments),
        string => throw place.Unknown("the string method", name, OfStrings),
        OrderedDictionary<string, object?> map when OfMappings.Contains(name) => OnMapping(run, place, map, name, arguments),
        OrderedDictionary<string, object?> => throw place.Unknown("the mapping method", name, OfMappings),
        List<object?> list when OfLists.Contains(name) => OnList(place, list, name, arguments),
        List<object?> => throw place.Unknown("the list method", name, OfLists),
        _ => throw place.Fault($"'{name}' of {TemplateValues.Kind(owner)} cannot be called"),
    };

    private static object? OnString(TemplateRun run, TemplatePlace place, string text, string name, TemplateArguments arguments)
    {
        run.CheckLength(text.Length);
        return name switch
        {
            "strip" => Strip(text, arguments.Text(place, 0, "chars", optional: true), true, true),
            "lstrip" => Strip(text, arguments.Text(place, 0, "chars", optional: true), true, false),
            "rstrip" => Strip(text, arguments.Text(place, 0, "chars", optional: true), false, true),
            "split" or "rsplit" => Split(run, place, text, arguments, fromEnd: name == "rsplit"),
            "splitlines" => Lines(run, text),
            "startswith" => Any(place, arguments, part => text.StartsWith(part, StringComparison.Ordinal)),
            "endswith" => Any(place, arguments, part => text.EndsWith(part, StringComparison.Ordinal)),
            "removeprefix" => arguments.Text(place, 0, "prefix") is { } prefix && text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : text,
            "removesuffix" => arguments.Text(place, 0, "suffix") is { } suffix && text.EndsWith(suffix, StringComparison.Ordinal) ? text[..^suffix.Length] : text,
            "upper" => text.ToUpperInvariant(),
            "lower" => text.ToLowerInvariant(),
            "title" => CultureInfo.InvariantCulture.TextInfo.ToTitleCase(text.ToLowerInvariant()),
            "capitalize" => Capitalize(text),
            "replace" => Replace(run, text, arguments.Text(place, 0, "old")!, arguments.Text(place, 1, "new")!, arguments.Whole(place, 2, "count", -1)),
            "join" => Join(run, TemplateValues.Items(arguments.Get(0, "iterable"), place), text),
            "find" => (long)text.IndexOf(arguments.Text(place, 0, "sub")!, StringComparison.Ordinal),
            "count" => (long)Count(text, arguments.Text(place, 0, "sub")!),
            "isdigit" => text.Length > 0 && text.All(char.IsDigit),
            _ => throw place.Unknown("the string method", name, OfStrings),
        };
    }

    private static object? OnMapping(TemplateRun run, TemplatePlace place, OrderedDictionary<string, object?> map, string name, TemplateArguments arguments)
    {
        run.Spend(map.Count);
        return name switch
        {
            "get" => arguments.Get(0, "key") is string key && map.TryGetValue(key, out var value) ? value : arguments.Get(1, "default"),
            "items" => map.Select(pair => (object?)new List<object?> { pair.Key, pair.Value }).ToList(),
            "keys" => map.Keys.Cast<object?>().ToList(),
            "values" => map.Values.ToList(),
            _ => throw place.Unknown("the mapping method", name, OfMappings),
        };
    }

    private static object? OnList(TemplatePlace place, List<object?> list, string name, TemplateArguments arguments)
    {
        var wanted = arguments.Get(0, "value");
        if (name == "count")
            return (long)list.Count(item => TemplateValues.AreEqual(item, wanted));
        var at = list.FindIndex(item => TemplateValues.AreEqual(item, wanted));
        return at >= 0 ? (long)at : throw place.Fault("the value is not in the list");
    }

    /// <summary>Leaves characters out at the ends: those given, else white space.</summary>
    public static string Strip(string text, string? characters, bool left, bool right)
    {
        var set = characters?.ToCharArray();
        if (left)
            text = set is null ? text.TrimStart() : set.Length == 0 ? text : text.TrimStart(set);
        if (right)
            text = set is null ? text.TrimEnd() : set.Length == 0 ? text : text.TrimEnd(set);
        return text;
    }

    /// <summary>The first character in upper, the others in lower case.</summary>
    public static string Capitalize(string text) => text.Length == 0 ? text : text[..1].ToUpperInvariant() + text[1..].ToLowerInvariant();

    /// <summary>Puts texts together with a separator between them.</summary>
    public static string Join(TemplateRun run, List<object?> items, string separator)
    {
        run.Spend(items.Count);
        var texts = items.Select(TemplateValues.Text).ToArray();
        run.CheckLength(texts.Sum(text => (long)text.Length) + (separator.Length * (long)texts.Length));
        return string.Join(separator, texts);
    }

    /// <summary>Puts one string in the place of another, everywhere or a number of times.</summary>
    public static string Replace(TemplateRun run, string text, string old, string with, long most)
    {
        if (old.Length == 0 || most == 0)
            return text;
        var times = most < 0 ? Count(text, old) : Math.Min(Count(text, old), most);
        run.CheckLength(text.Length + (times * ((long)with.Length - old.Length)));
        if (most < 0)
            return text.Replace(old, with, StringComparison.Ordinal);
        var result = new System.Text.StringBuilder();
        var position = 0;
        for (var i = 0L; i < times; i++)
        {
            var at = text.IndexOf(old, position, StringComparison.Ordinal);
            result.Append(text, position, at - position).Append(with);
            position = at + old.Length;
        }
        return result.Append(text, position, text.Length - position).ToString();
    }

    private static long Count(string text, string part)
    {
        var count = 0L;
        for (var at = part.Length == 0 ? -1 : text.IndexOf(part, StringComparison.Ordinal); at >= 0; at = text.IndexOf(part, at + part.Length, StringComparison.Ordinal))
            count++;
        return count;
    }

    private static bool Any(TemplatePlace place, TemplateArguments arguments, Func<string, bool> holds) => arguments.Get(0, "prefix") switch
    {
        string part => holds(part),
        // A tuple: any of them.
        List<object?> parts => parts.Exists(part => part is string text && holds(text)),
        var other => throw place.Fault($"a string is expected, found {TemplateValues.Kind(other)}"),
    };

    private static List<object?> Lines(TemplateRun run, string text)
    {
        var lines = text.Split('\n').Select(line => (object?)line.TrimEnd('\r')).ToList();
        if (text.Length == 0 || text.EndsWith('\n'))
            lines.RemoveAt(lines.Count - 1);
        run.Spend(lines.Count);
        return lines;
    }

    private static List<object?> Split(TemplateRun run, TemplatePlace place, string text, TemplateArguments arguments, bool fromEnd)
    {
        var separator = arguments.Text(place, 0, "sep", optional: true);
        var most = arguments.Whole(place, 1, "maxsplit", -1);
        if (separator is { Length: 0 })
            throw place.Fault("split by an empty string");
        if (separator is null && most >= 0)
            throw place.Unknown("a limit of a split by white space", most.ToString(CultureInfo.InvariantCulture));
        var parts = separator is null ? text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) : text.Split(separator);
        run.Spend(parts.Length);
        if (most >= 0 && parts.Length - 1 > most)
            parts = fromEnd ? [string.Join(separator, parts[..(int)(parts.Length - most)]), .. parts[(int)(parts.Length - most)..]]
                : [.. parts[..(int)most], string.Join(separator, parts[(int)most..])];
        return parts.Cast<object?>().ToList();
    }
}
