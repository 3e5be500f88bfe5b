using System.Globalization;
using System.Text.Json;
using Sparseland.Errors;

namespace Sparseland.Recipes;

/// <summary>
/// How a method reads its options: by name, with a default and the legal range. <see cref="Finish"/> rejects what no one asked for,
/// so a mistyped option is an error and not a default.
/// </summary>
public sealed class MethodOptions
{
    private readonly string _method;
    private readonly JsonElement _element;
    private readonly HashSet<string> _known = [];

    /// <summary>The options of a choice.</summary>
    public MethodOptions(MethodChoice choice)
    {
        ArgumentNullException.ThrowIfNull(choice);
        _method = choice.Name;
        using var document = JsonDocument.Parse(choice.Options);
        _element = document.RootElement.Clone();
    }

    /// <summary>A number.</summary>
    /// <param name="name">The option.</param>
    /// <param name="fallback">Its value when it is not given.</param>
    /// <param name="low">The smallest legal value.</param>
    /// <param name="high">The largest legal value.</param>
    public double Number(string name, double fallback, double low, double high)
    {
        if (!TryFind(name, out var value))
            return fallback;
        if (value.ValueKind != JsonValueKind.Number || value.GetDouble() is var number && !(number >= low && number <= high))
            throw Wrong(name, value, string.Create(CultureInfo.InvariantCulture, $"a number from {low} to {high}"));
        return value.GetDouble();
    }

    /// <summary>A whole number.</summary>
    public int Integer(string name, int fallback, int low, int high)
    {
        if (!TryFind(name, out var value))
            return fallback;
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt32(out var number) || number < low || number > high)
            throw Wrong(name, value, string.Create(CultureInfo.InvariantCulture, $"a whole number from {low} to {high}"));
        return number;
    }

    /// <summary>True or false.</summary>
    public bool Flag(string name, bool fallback)
    {
        if (!TryFind(name, out var value))
            return fallback;
        return value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Wrong(name, value, "true or false");
    }

    /// <summary>One of some words.</summary>
    public string Text(string name, string fallback, params IReadOnlyList<string> known)
    {
        if (!TryFind(name, out var value))
            return fallback;
        return value.ValueKind == JsonValueKind.String && known.Contains(value.GetString()!)
            ? value.GetString()!
            : throw Wrong(name, value, string.Join(", ", known) + Suggestion.For(value.ToString(), known));
    }

    /// <summary>A list of numbers, or null when it is not given.</summary>
    public double[]? Numbers(string name, double low, double high)
    {
        if (!TryFind(name, out var value))
            return null;
        if (value.ValueKind != JsonValueKind.Array)
            throw Wrong(name, value, "a list of numbers");
        return [.. value.EnumerateArray().Select(item => Legal(name, item, low, high))];
    }

    /// <summary>Numbers by name, in the order of the file, or null when they are not given.</summary>
    public IReadOnlyList<KeyValuePair<string, double>>? NamedNumbers(string name, double low, double high)
    {
        if (!TryFind(name, out var value))
            return null;
        if (value.ValueKind != JsonValueKind.Object)
            throw Wrong(name, value, "an object of numbers");
        return [.. value.EnumerateObject().Select(item => KeyValuePair.Create(item.Name, Legal($"{name}.{item.Name}", item.Value, low, high)))];
    }

    /// <summary>Ends the reading.</summary>
    /// <exception cref="InvalidSettingException">An option was given that the method does not have.</exception>
    public void Finish()
    {
        foreach (var option in _element.EnumerateObject())
            if (!_known.Contains(option.Name))
                throw new InvalidSettingException(_known.Count == 0
                    ? $"{_method} has no option '{option.Name}'; it has none"
                    : $"{_method} has no option '{option.Name}'{Suggestion.For(option.Name, _known)}; it has {string.Join(", ", _known.Order())}");
    }

    private bool TryFind(string name, out JsonElement value)
    {
        _known.Add(name);
        return _element.TryGetProperty(name, out value);
    }

    private double Legal(string name, JsonElement value, double low, double high) =>
        value.ValueKind == JsonValueKind.Number && value.GetDouble() is var number && number >= low && number <= high
            ? number
            : throw Wrong(name, value, string.Create(CultureInfo.InvariantCulture, $"a number from {low} to {high}"));

    private InvalidSettingException Wrong(string name, JsonElement value, string expected) => new($"{_method}: {name} is {value.GetRawText()}, expected {expected}");
}
