using System.Collections;
using System.Globalization;
using System.Text;

namespace Sparseland.Language.Chat;

/// <summary>
/// Values of a template as Python has them. They are null (None), <see cref="Undefined"/>, bool, long, double, string,
/// List&lt;object?&gt;, OrderedDictionary&lt;string, object?&gt;, and what can be called.
/// </summary>
internal static class TemplateValues
{
    /// <summary>A value from outside in the types used here.</summary>
    public static object? Import(object? value, int depth = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(depth, TemplateRun.Deepest);
        return value switch
        {
            null or bool or long or double or string => value,
            int number => (long)number,
            float number => (double)number,
            IEnumerable<KeyValuePair<string, object?>> pairs => new OrderedDictionary<string, object?>(pairs.Select(pair => KeyValuePair.Create(pair.Key, Import(pair.Value, depth + 1)))),
            IEnumerable items => items.Cast<object?>().Select(item => Import(item, depth + 1)).ToList(),
            _ => throw new ArgumentException($"a template variable cannot be of type {value.GetType().Name}", nameof(value)),
        };
    }

    /// <summary>The kind of a value in words.</summary>
    public static string Kind(object? value) => value switch
    {
        null => "none",
        Undefined => "undefined",
        bool => "a boolean",
        long or double => "a number",
        string => "a string",
        List<object?> => "a list",
        OrderedDictionary<string, object?> => "a mapping",
        _ => "a function",
    };

    /// <summary>Whether a value counts as true.</summary>
    public static bool IsTrue(object? value) => value switch
    {
        null or Undefined => false,
        bool flag => flag,
        long number => number != 0,
        double number => number != 0,
        string text => text.Length > 0,
        List<object?> list => list.Count > 0,
        OrderedDictionary<string, object?> map => map.Count > 0,
        _ => true,
    };

    /// <summary>What is written for a value: Python's str().</summary>
    public static string Text(object? value) => value switch
    {
        string text => text,
        Undefined => "",
        _ => Represent(value),
    };

    /// <summary>Python's repr().</summary>
    public static string Represent(object? value)
    {
        var text = new StringBuilder();
        Represent(value, text, 0);
        return text.ToString();
    }

    private static void Represent(object? value, StringBuilder text, int depth)
    {
        CheckDepth(depth);
        switch (value)
        {
            case string content:
                var quote = content.Contains('\'', StringComparison.Ordinal) && !content.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
                text.Append(quote).Append(content.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal)
                    .Replace("\t", "\\t", StringComparison.Ordinal).Replace(quote.ToString(), $"\\{quote}", StringComparison.Ordinal)).Append(quote);
                break;
            case List<object?> list:
                text.Append('[');
                for (var i = 0; i < list.Count; i++)
                    Represent(list[i], i > 0 ? text.Append(", ") : text, depth + 1);
                text.Append(']');
                break;
            case OrderedDictionary<string, object?> map:
                text.Append('{');
                for (var i = 0; i < map.Count; i++)
                {
                    Represent(map.GetAt(i).Key, i > 0 ? text.Append(", ") : text, depth + 1);
                    Represent(map.GetAt(i).Value, text.Append(": "), depth + 1);
                }
                text.Append('}');
                break;
            default:
                text.Append(Scalar(value));
                break;
        }
        CheckLength(text);
    }

    private static string Scalar(object? value) => value switch
    {
        null => "None",
        Undefined => "Undefined",
        bool flag => flag ? "True" : "False",
        long number => number.ToString(CultureInfo.InvariantCulture),
        double number => Number(number),
        _ => "<function>",
    };

    // Python writes 1.0 for a float that is whole.
    private static string Number(double number) =>
        double.IsFinite(number) && number == Math.Floor(number) && Math.Abs(number) < 1e16
            ? number.ToString("0.0", CultureInfo.InvariantCulture) : number.ToString("R", CultureInfo.InvariantCulture).ToLowerInvariant().Replace("infinity", "inf", StringComparison.Ordinal);

    /// <summary>JSON as Python's json.dumps writes it with ensure_ascii off: ", " and ": " between, or lines with an indent.</summary>
    public static string Json(object? value, int? indent, TemplatePlace place)
    {
        var text = new StringBuilder();
        Json(value, indent, 0, text, place);
        return text.ToString();
    }

    private static void Json(object? value, int? indent, int depth, StringBuilder text, TemplatePlace place)
    {
        CheckDepth(depth);
        CheckLength(text);
        switch (value)
        {
            case null:
                text.Append("null");
                break;
            case bool flag:
                text.Append(flag ? "true" : "false");
                break;
            case string content:
                JsonString(content, text);
                break;
            case List<object?> list:
                JsonItems('[', ']', list.Count, i => Json(list[i], indent, depth + 1, text, place), indent, depth, text);
                break;
            case OrderedDictionary<string, object?> map:
                JsonItems('{', '}', map.Count, i =>
                {
                    JsonString(map.GetAt(i).Key, text);
                    text.Append(": ");
                    Json(map.GetAt(i).Value, indent, depth + 1, text, place);
                }, indent, depth, text);
                break;
            case long or double:
                text.Append(Scalar(value));
                break;
            default:
                throw place.Fault($"{Kind(value)} cannot be written as JSON");
        }
    }

    private static void JsonItems(char open, char close, int count, Action<int> item, int? indent, int depth, StringBuilder text)
    {
        text.Append(open);
        for (var i = 0; i < count; i++)
        {
            text.Append(i == 0 ? "" : indent is null ? ", " : ",");
            NewLine(depth + 1);
            item(i);
        }
        if (count > 0)
            NewLine(depth);
        text.Append(close);

        void NewLine(int level)
        {
            if (indent is { } width)
                text.Append('\n').Append(' ', width * level);
        }
    }

    private static void JsonString(string content, StringBuilder text)
    {
        text.Append('"');
        foreach (var character in content)
            text.Append(character switch
            {
                '"' => "\\\"",
                '\\' => @"\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\b' => "\\b",
                '\f' => "\\f",
                < ' ' => $"\\u{(int)character:x4}",
                _ => character.ToString(),
            });
        text.Append('"');
    }

    /// <summary>Python's ==: numbers by value, lists and mappings by their content.</summary>
    public static bool AreEqual(object? left, object? right)
    {
        var comparisons = 0;
        return AreEqual(left, right, 0, ref comparisons);
    }

    // Lists that hold one list many times over would be compared for ever, so comparisons are counted.
    private static bool AreEqual(object? left, object? right, int depth, ref int comparisons)
    {
        CheckDepth(depth);
        if (++comparisons > TemplateRun.LongestText)
            throw new Errors.ResourceLimitException("chat template: values too large to compare; give another template");
        if (AsNumber(left) is { } a && AsNumber(right) is { } b)
            return a == b;
        switch (left, right)
        {
            case (string x, string y):
                return string.Equals(x, y, StringComparison.Ordinal);
            case (List<object?> x, List<object?> y) when x.Count == y.Count:
                for (var i = 0; i < x.Count; i++)
                    if (!AreEqual(x[i], y[i], depth + 1, ref comparisons))
                        return false;
                return true;
            case (OrderedDictionary<string, object?> x, OrderedDictionary<string, object?> y) when x.Count == y.Count:
                foreach (var (key, value) in x)
                    if (!y.TryGetValue(key, out var other) || !AreEqual(value, other, depth + 1, ref comparisons))
                        return false;
                return true;
            default:
                return ReferenceEquals(left, right);
        }
    }

    /// <summary>A number, true and false included as Python counts them; else null.</summary>
    public static double? AsNumber(object? value) => value switch
    {
        long number => number,
        double number => number,
        bool flag => flag ? 1 : 0,
        _ => null,
    };

    /// <summary>Negative, zero or positive as left comes before, with or after right.</summary>
    public static int Compare(object? left, object? right, TemplatePlace place)
    {
        if (AsNumber(left) is { } a && AsNumber(right) is { } b)
            return a.CompareTo(b);
        return (left, right) is (string x, string y) ? string.CompareOrdinal(x, y) : throw place.Fault($"{Kind(left)} and {Kind(right)} have no order");
    }

    /// <summary>The entries of a list, the keys of a mapping, the characters of a string; nothing for what is undefined.</summary>
    public static List<object?> Items(object? value, TemplatePlace place) => value switch
    {
        List<object?> list => list,
        OrderedDictionary<string, object?> map => map.Keys.Cast<object?>().ToList(),
        string text => text.EnumerateRunes().Select(rune => (object?)rune.ToString()).ToList(),
        Undefined => [],
        _ => throw place.Fault($"{Kind(value)} has no entries to go through"),
    };

    private static void CheckDepth(int depth)
    {
        if (depth > TemplateRun.Deepest)
            throw new Errors.ResourceLimitException($"chat template: values nested deeper than {TemplateRun.Deepest}; give another template");
    }

    private static void CheckLength(StringBuilder text)
    {
        if (text.Length > TemplateRun.LongestText)
            throw new Errors.ResourceLimitException($"chat template: a text of more than {TemplateRun.LongestText} characters; give another template");
    }
}
