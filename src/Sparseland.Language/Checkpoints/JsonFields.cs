using System.Text.Json;
using Sparseland.Errors;
using Sparseland.Files;

namespace Sparseland.Language.Checkpoints;

/// <summary>The fields of a JSON object that a person may have edited: typed, ranged, and with messages that name file and field. A field that is null counts as absent.</summary>
/// <param name="path">The file.</param>
/// <param name="place">The object's place in the file, ending in a dot, or empty for the root.</param>
/// <param name="value">The object.</param>
internal readonly struct JsonFields(string path, string place, JsonElement value)
{
    /// <summary>The object itself.</summary>
    public JsonElement Value => value;

    /// <summary>Whether a field is there and not null.</summary>
    public bool Has(string name) => TryGet(name, out _);

    /// <summary>Whether a field is there and null.</summary>
    public bool IsNull(string name) => value.TryGetProperty(name, out var field) && field.ValueKind == JsonValueKind.Null;

    /// <summary>A whole number.</summary>
    public int Int(string name, int? absent, int least, int most)
    {
        if (!TryGet(name, out var field))
            return absent ?? throw Missing(name);
        return field.ValueKind == JsonValueKind.Number && field.TryGetInt32(out var number) && number >= least && number <= most
            ? number
            : throw Fault(name, $"a whole number from {least} to {most} is expected, not {Shown(field)}");
    }

    /// <summary>The first of several names for one number.</summary>
    public int Int(string name, string otherName, int? absent, int least, int most) => Has(name) || !Has(otherName) ? Int(name, absent, least, most) : Int(otherName, absent, least, most);

    /// <summary>A finite number.</summary>
    public double Double(string name, double? absent, double least, double most)
    {
        if (!TryGet(name, out var field))
            return absent ?? throw Missing(name);
        return field.ValueKind == JsonValueKind.Number && field.TryGetDouble(out var number) && number >= least && number <= most
            ? number
            : throw Fault(name, $"a number from {least} to {most} is expected, not {Shown(field)}");
    }

    /// <summary>True or false.</summary>
    public bool Bool(string name, bool absent)
    {
        if (!TryGet(name, out var field))
            return absent;
        return field.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Fault(name, $"true or false is expected, not {Shown(field)}"),
        };
    }

    /// <summary>A string, or null when absent.</summary>
    public string? Text(string name)
    {
        if (!TryGet(name, out var field))
            return null;
        return field.ValueKind == JsonValueKind.String ? Decoded(name, field) : throw Fault(name, $"a string is expected, not {Shown(field)}");
    }

    /// <summary>A nested object, or null when absent.</summary>
    public JsonFields? Object(string name)
    {
        if (!TryGet(name, out var field))
            return null;
        return field.ValueKind == JsonValueKind.Object ? new JsonFields(path, $"{place}{name}.", field) : throw Fault(name, $"an object is expected, not {Shown(field)}");
    }

    /// <summary>One token id or a list of them.</summary>
    public IReadOnlyList<int>? Tokens(string name)
    {
        if (!TryGet(name, out var field))
            return null;
        if (field.ValueKind == JsonValueKind.Number)
            return [Int(name, null, 0, int.MaxValue)];
        if (field.ValueKind != JsonValueKind.Array || field.GetArrayLength() > 1000)
            throw Fault(name, $"a token id or a list of them is expected, not {Shown(field)}");
        var ids = new List<int>();
        foreach (var item in field.EnumerateArray())
            ids.Add(item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out var id) && id >= 0 ? id : throw Fault(name, $"{Shown(item)} is not a token id"));
        return ids;
    }

    /// <summary>A list of strings, or null when absent.</summary>
    public IReadOnlyList<string>? Texts(string name)
    {
        if (!TryGet(name, out var field))
            return null;
        if (field.ValueKind != JsonValueKind.Array)
            throw Fault(name, $"a list of strings is expected, not {Shown(field)}");
        var texts = new List<string>();
        foreach (var item in field.EnumerateArray())
            texts.Add(item.ValueKind == JsonValueKind.String ? Decoded(name, item) : throw Fault(name, $"{Shown(item)} is not a string"));
        return texts;
    }

    /// <summary>The exception for a field that cannot be used.</summary>
    public InvalidFileException Fault(string name, string problem) => new(path, place + name, problem, "correct the file, or fetch it again");

    /// <summary>The exception for something valid that is not supported.</summary>
    public UnsupportedException Unsupported(string name, string problem) => new($"{path} ({place}{name}): {problem}");

    private InvalidFileException Missing(string name) => Fault(name, "the field is missing");

    private string Decoded(string name, JsonElement field)
    {
        try
        {
            return field.GetString()!;
        }
        catch (InvalidOperationException fault)
        {
            throw new InvalidFileException(path, place + name, "the string is not valid Unicode", "correct the file, or fetch it again", fault);
        }
    }

    private bool TryGet(string name, out JsonElement field) => value.TryGetProperty(name, out field) && field.ValueKind != JsonValueKind.Null;

    private static string Shown(JsonElement field) => field.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        _ => PrintableName.Of(field.GetRawText()),
    };
}
