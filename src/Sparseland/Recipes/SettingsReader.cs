using System.Globalization;
using System.Text.Json;
using Sparseland.Errors;

namespace Sparseland.Recipes;

/// <summary>Reads a JSON object of settings by name; what nobody asked for is an error with a suggestion.</summary>
internal sealed class SettingsReader
{
    private readonly JsonElement _element;
    private readonly string _place;
    private readonly HashSet<string> _known = [];

    public SettingsReader(JsonElement element, string place)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw new InvalidSettingException($"{place}: expected a JSON object, found {element.ValueKind.ToString().ToLowerInvariant()}");
        (_element, _place) = (element, place);
    }

    public string? Text(string name) => TryFind(name, out var value) ? value.ValueKind == JsonValueKind.String ? value.GetString() : throw Wrong(name, value, "a text") : null;

    public double? Number(string name) =>
        TryFind(name, out var value) ? value.ValueKind == JsonValueKind.Number ? value.GetDouble() : throw Wrong(name, value, "a number") : null;

    public bool? Flag(string name) =>
        TryFind(name, out var value) ? value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Wrong(name, value, "true or false") : null;

    public long? Integer(string name, long low, long high)
    {
        if (!TryFind(name, out var value))
            return null;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= low && number <= high
            ? number
            : throw Wrong(name, value, string.Create(CultureInfo.InvariantCulture, $"a whole number from {low} to {high}"));
    }

    public MethodChoice? Method(string name) => TryFind(name, out var value) ? MethodChoice.Read(value, $"{_place}: {name}") : null;

    public SettingsReader? Object(string name) =>
        TryFind(name, out var value) && value.ValueKind != JsonValueKind.Null ? new SettingsReader(value, $"{_place}: {name}") : null;

    public IEnumerable<SettingsReader> Objects(string name)
    {
        if (!TryFind(name, out var value))
            return [];
        if (value.ValueKind != JsonValueKind.Array)
            throw Wrong(name, value, "a list");
        return value.EnumerateArray().Select((item, index) => new SettingsReader(item, $"{_place}: {name}[{index}]"));
    }

    public void Finish()
    {
        foreach (var property in _element.EnumerateObject())
            if (!_known.Contains(property.Name))
                throw new InvalidSettingException($"{_place}: unknown setting '{property.Name}'{Suggestion.For(property.Name, _known)}; known: {string.Join(", ", _known.Order())}");
    }

    private bool TryFind(string name, out JsonElement value)
    {
        _known.Add(name);
        return _element.TryGetProperty(name, out value);
    }

    private InvalidSettingException Wrong(string name, JsonElement value, string expected) => new($"{_place}: {name} is {value.GetRawText()}, expected {expected}");
}
