using System.Globalization;
using System.Text;
using System.Text.Json;
using Sparseland.Errors;

namespace Sparseland.Recipes;

/// <summary>One of a recipe's choices: a method's name and its own options, which only the method itself reads.</summary>
public sealed record MethodChoice
{
    /// <summary>A choice by name, with options as the text of a JSON object.</summary>
    /// <param name="name">The registered name.</param>
    /// <param name="options">A JSON object; stored without spaces, so that equal choices compare equal.</param>
    /// <exception cref="InvalidSettingException">The options are not a JSON object.</exception>
    public MethodChoice(string name, string options = "{}")
    {
        ArgumentNullException.ThrowIfNull(name);
        Name = name;
        Options = Canonical(name, options);
    }

    /// <summary>The registered name.</summary>
    public string Name { get; }

    /// <summary>The options as a compact JSON object, "{}" when all are at their defaults.</summary>
    public string Options { get; }

    /// <summary>Reads the short form that people type: a name, or a name with options such as owl:lambda=0.08,outlierFactor=5.</summary>
    /// <exception cref="InvalidSettingException">An option has no value.</exception>
    public static MethodChoice Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
            return new MethodChoice(text.Trim());
        var json = new StringBuilder("{");
        foreach (var part in text[(colon + 1)..].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || equals == part.Length - 1)
                throw new InvalidSettingException($"'{text}': '{part}' is not an option; write name:option=value,option=value");
            json.Append(json.Length > 1 ? "," : "").Append(Quoted(part[..equals].Trim())).Append(':').Append(Literal(part[(equals + 1)..].Trim()));
        }
        return new MethodChoice(text[..colon].Trim(), json.Append('}').ToString());
    }

    /// <summary>The short form that <see cref="Parse"/> reads.</summary>
    public override string ToString()
    {
        using var document = JsonDocument.Parse(Options);
        var parts = document.RootElement.EnumerateObject().Select(option => $"{option.Name}={option.Value}").ToArray();
        return parts.Length == 0 ? Name : $"{Name}:{string.Join(",", parts)}";
    }

    internal static MethodChoice Read(JsonElement element, string place)
    {
        if (element.ValueKind == JsonValueKind.String)
            return Parse(element.GetString()!);
        if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty("method", out var name) || name.ValueKind != JsonValueKind.String)
            throw new InvalidSettingException($"{place}: expected a method's name, or an object with \"method\" and its options");
        return new MethodChoice(name.GetString()!, WithoutMethod(element));
    }

    internal void Write(Utf8JsonWriter json)
    {
        using var document = JsonDocument.Parse(Options);
        if (Options == "{}")
        {
            json.WriteStringValue(Name);
            return;
        }
        json.WriteStartObject();
        json.WriteString("method", Name);
        foreach (var option in document.RootElement.EnumerateObject())
            option.WriteTo(json);
        json.WriteEndObject();
    }

    private static string WithoutMethod(JsonElement element)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            foreach (var option in element.EnumerateObject().Where(option => option.Name != "method"))
                option.WriteTo(json);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static string Canonical(string name, string options)
    {
        try
        {
            using var document = JsonDocument.Parse(options);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return WithoutMethod(document.RootElement);
        }
        catch (JsonException)
        {
            // Reported below, with the method's name.
        }
        throw new InvalidSettingException($"options of {name}: '{options}' is not a JSON object");
    }

    private static string Literal(string value) =>
        value is "true" or "false" || (double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) && !value.StartsWith('+') && !value.StartsWith('.'))
            ? value
            : Quoted(value);

    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text)}\"";
}
