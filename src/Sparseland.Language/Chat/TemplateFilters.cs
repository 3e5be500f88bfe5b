using System.Globalization;

namespace Sparseland.Language.Chat;

/// <summary>The filters after "|".</summary>
internal static class TemplateFilters
{
    /// <summary>All names.</summary>
    public static IReadOnlyList<string> Known { get; } =
    [
        "trim", "upper", "lower", "title", "capitalize", "length", "count", "join", "tojson", "default", "d", "replace", "first", "last", "list", "string", "int", "float", "abs",
        "items", "map", "selectattr", "rejectattr", "select", "reject", "reverse", "sort", "unique", "indent", "safe", "round", "min", "max", "sum", "dictsort",
    ];

    /// <summary>Applies one.</summary>
    public static object? Apply(TemplateRun run, TemplatePlace place, string name, object? value, TemplateArguments arguments) => name switch
    {
        "default" or "d" => Default(value, arguments),
        "tojson" => TemplateValues.Json(value, arguments.Get(0, "indent") is long indent ? (int)Math.Clamp(indent, 0, 16) : null, place),
        "string" => TemplateValues.Text(value),
        "safe" => value,
        "trim" => TemplateMethods.Strip(Text(run, value), arguments.Text(place, 0, "chars", optional: true), true, true),
        "upper" => Text(run, value).ToUpperInvariant(),
        "lower" => Text(run, value).ToLowerInvariant(),
        "title" => CultureInfo.InvariantCulture.TextInfo.ToTitleCase(Text(run, value).ToLowerInvariant()),
        "capitalize" => TemplateMethods.Capitalize(Text(run, value)),
        "replace" => TemplateMethods.Replace(run, Text(run, value), arguments.Text(place, 0, "old")!, arguments.Text(place, 1, "new")!, arguments.Whole(place, 2, "count", -1)),
        "indent" => Indent(run, place, Text(run, value), arguments),
        "int" or "float" or "abs" or "round" => Number(place, name, value, arguments),
        _ => OnItems(run, place, name, value, arguments),
    };

    private static string Text(TemplateRun run, object? value)
    {
        var text = TemplateValues.Text(value);
        run.CheckLength(text.Length);
        return text;
    }

    private static object? Default(object? value, TemplateArguments arguments)
    {
        var isMissing = value is Undefined || (TemplateValues.IsTrue(arguments.Get(1, "boolean")) && !TemplateValues.IsTrue(value));
        return isMissing ? arguments.Get(0, "default_value", "") : value;
    }

    private static object? OnItems(TemplateRun run, TemplatePlace place, string name, object? value, TemplateArguments arguments)
    {
        if (name is "length" or "count")
            return value is OrderedDictionary<string, object?> map ? map.Count : (long)Items(run, place, value).Count;
        if (name is "items" or "dictsort")
            return Pairs(place, value, sorted: name == "dictsort");
        var items = Items(run, place, value);
        return name switch
        {
            "list" => items.ToList(),
            "first" => items.Count > 0 ? items[0] : Undefined.Value,
            "last" => items.Count > 0 ? items[^1] : Undefined.Value,
            "join" => Join(run, place, items, arguments),
            "reverse" => value is string ? string.Concat(items.AsEnumerable().Reverse()) : items.AsEnumerable().Reverse().ToList(),
            "sort" => Sort(place, items, arguments),
            "unique" => Unique(run, items),
            "map" => Map(run, place, items, arguments),
            "select" or "reject" => items.Where(item => Passes(place, item, arguments, 0) == (name == "select")).ToList(),
            "selectattr" or "rejectattr" => items.Where(item => Passes(place, Attribute(item, arguments.Text(place, 0, "attribute")!), arguments, 1) == (name == "selectattr")).ToList(),
            "min" => items.Count == 0 ? Undefined.Value : items.Aggregate((a, b) => TemplateValues.Compare(b, a, place) < 0 ? b : a),
            "max" => items.Count == 0 ? Undefined.Value : items.Aggregate((a, b) => TemplateValues.Compare(b, a, place) > 0 ? b : a),
            "sum" => Sum(place, items),
            _ => throw place.Unknown("the filter", name, Known),
        };
    }

    private static List<object?> Items(TemplateRun run, TemplatePlace place, object? value)
    {
        var items = TemplateValues.Items(value, place);
        run.Spend(items.Count);
        return items;
    }

    private static List<object?> Pairs(TemplatePlace place, object? value, bool sorted)
    {
        if (value is Undefined)
            return [];
        if (value is not OrderedDictionary<string, object?> map)
            throw place.Fault($"a mapping is expected, found {TemplateValues.Kind(value)}");
        // dictsort does not regard case.
        var pairs = sorted ? map.OrderBy(pair => pair.Key.ToLowerInvariant(), StringComparer.Ordinal) : map.AsEnumerable();
        return pairs.Select(pair => (object?)new List<object?> { pair.Key, pair.Value }).ToList();
    }

    private static string Join(TemplateRun run, TemplatePlace place, List<object?> items, TemplateArguments arguments)
    {
        var attribute = arguments.Text(place, 1, "attribute", optional: true);
        var parts = attribute is null ? items : items.Select(item => Attribute(item, attribute)).ToList();
        return TemplateMethods.Join(run, parts, arguments.Text(place, 0, "d", optional: true) ?? "");
    }

    // "a.b.0": entries of entries.
    private static object? Attribute(object? item, string path)
    {
        foreach (var part in path.Split('.'))
            item = TemplateItem.Get(item, long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : part);
        return item;
    }

    private static List<object?> Map(TemplateRun run, TemplatePlace place, List<object?> items, TemplateArguments arguments)
    {
        if (arguments.Named.TryGetValue("attribute", out var attribute))
            return items.Select(item => Attribute(item, attribute as string ?? throw place.Fault("the argument 'attribute' must be a string")) is var found && found is Undefined
                && arguments.Named.TryGetValue("default", out var otherwise) ? otherwise : found).ToList();
        var filter = arguments.Text(place, 0, "filter")!;
        var rest = new TemplateArguments(arguments.Positional.Skip(1).ToArray(), arguments.Named);
        // "map" within "map" would nest without bound.
        return Known.Contains(filter) && filter != "map" ? items.Select(item => Apply(run, place, filter, item, rest)).ToList() : throw place.Unknown("the filter to map with", filter, Known);
    }

    // Without a test the value itself decides.
    private static bool Passes(TemplatePlace place, object? value, TemplateArguments arguments, int at)
    {
        if (arguments.Positional.Count <= at)
            return TemplateValues.IsTrue(value);
        var test = arguments.Text(place, at, "test")!;
        return TemplateTests.Holds(place, test == "==" ? "eq" : test == "!=" ? "ne" : test, value, new TemplateArguments(arguments.Positional.Skip(at + 1).ToArray(), arguments.Named));
    }

    private static List<object?> Sort(TemplatePlace place, List<object?> items, TemplateArguments arguments)
    {
        arguments.CheckNames(place, "sort", "reverse", "case_sensitive", "attribute");
        var attribute = arguments.Text(place, 2, "attribute", optional: true);
        var keepsCase = TemplateValues.IsTrue(arguments.Get(1, "case_sensitive"));
        var comparer = Comparer<object?>.Create((a, b) => TemplateValues.Compare(a, b, place));
        var keyed = items.Select(item => (Item: item, Key: Fold(attribute is null ? item : Attribute(item, attribute)))).ToArray();
        // Sorting hides what its comparer throws, so it must not: what compares with the first compares with all.
        foreach (var (_, key) in keyed)
            TemplateValues.Compare(keyed[0].Key, key, place);
        return (TemplateValues.IsTrue(arguments.Get(0, "reverse")) ? keyed.OrderByDescending(pair => pair.Key, comparer) : keyed.OrderBy(pair => pair.Key, comparer)).Select(pair => pair.Item).ToList();

        object? Fold(object? key) => key is string text && !keepsCase ? text.ToLowerInvariant() : key;
    }

    private static List<object?> Unique(TemplateRun run, List<object?> items)
    {
        var kept = new List<object?>();
        foreach (var item in items)
        {
            run.Spend(kept.Count);
            if (!kept.Exists(known => TemplateValues.AreEqual(known, item)))
                kept.Add(item);
        }
        return kept;
    }

    private static object Sum(TemplatePlace place, List<object?> items)
    {
        if (items.TrueForAll(item => item is long or bool))
            return (long)items.Sum(item => TemplateValues.AsNumber(item)!.Value);
        return items.Sum(item => TemplateValues.AsNumber(item) ?? throw place.Fault($"{TemplateValues.Kind(item)} in a sum"));
    }

    private static object? Number(TemplatePlace place, string name, object? value, TemplateArguments arguments)
    {
        // As objects throughout: else a whole number would become a fraction, the one type that holds both.
        if (name is "int" or "float")
        {
            var number = TemplateValues.AsNumber(value) ?? (value is string text && double.TryParse(text.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out var parsed) ? parsed : double.NaN);
            if (!double.IsFinite(number))
                return arguments.Get(0, "default", name == "int" ? (object)0L : 0.0);
            if (name == "float")
                return number;
            return value is long ? value : (long)Math.Clamp(Math.Truncate(number), long.MinValue, long.MaxValue);
        }
        return (name, value) switch
        {
            ("abs", long whole) when whole != long.MinValue => (object)Math.Abs(whole),
            ("abs", double fraction) => (object)Math.Abs(fraction),
            ("round", long or double) => (object)Math.Round(TemplateValues.AsNumber(value)!.Value, (int)Math.Clamp(arguments.Whole(place, 0, "precision", 0), 0, 15), MidpointRounding.ToEven),
            _ => throw place.Fault($"'{name}' asks for a number, found {TemplateValues.Kind(value)}"),
        };
    }

    // Every line but the first, and empty ones only when asked.
    private static string Indent(TemplateRun run, TemplatePlace place, string text, TemplateArguments arguments)
    {
        var width = new string(' ', (int)Math.Clamp(arguments.Whole(place, 0, "width", 4), 0, 100));
        var (first, blank) = (TemplateValues.IsTrue(arguments.Get(1, "first")), TemplateValues.IsTrue(arguments.Get(2, "blank")));
        var lines = text.Split('\n');
        run.CheckLength(text.Length + (lines.Length * (long)width.Length));
        return string.Join('\n', lines.Select((line, i) => (i == 0 ? first : blank || line.Length > 0) ? width + line : line));
    }
}
