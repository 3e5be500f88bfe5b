using System.Text.Json;
using Sparseland.Errors;

namespace Sparseland.Language.Tokenizers.Readers;

/// <summary>A JSON value that knows where it stands, so that a fault in it can be named.</summary>
internal readonly struct JsonPlace(JsonElement element, string file, string path)
{
    /// <summary>The value itself.</summary>
    public JsonElement Element => element;

    /// <summary>The file it is in.</summary>
    public string File => file;

    /// <summary>Where in the file, such as "model.vocab".</summary>
    public string Path => path;

    /// <summary>Reads a file and hands its root on; faults of the JSON become faults of the file.</summary>
    public static T Read<T>(string file, Func<JsonPlace, T> read) => Read(file, System.IO.File.ReadAllBytes(file), read);

    /// <summary>Parses bytes and hands the root on; faults of the JSON become faults of the file.</summary>
    public static T Read<T>(string file, ReadOnlyMemory<byte> content, Func<JsonPlace, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(content);
            return read(new JsonPlace(document.RootElement, file, ""));
        }
        // InvalidOperationException: a string that is no valid UTF-16 once its escapes are read.
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            throw new InvalidFileException(file, "", $"not readable as JSON: {exception.Message.ReplaceLineEndings(" ")}", "get the file again", exception);
        }
    }

    /// <summary>The place alone, for faults that show only when the tokenizer is used.</summary>
    public JsonPlace Detached() => new(default, file, path);

    /// <summary>The fault of this value.</summary>
    public InvalidFileException Fault(string problem) =>
        new(file, path, problem, "get the file again, or convert the tokenizer anew");

    /// <summary>A construct this version does not know.</summary>
    public UnsupportedException Unknown(string what, string found, params ReadOnlySpan<string> known) =>
        new($"{file} ({path}): {what} '{found}' is not supported{Suggestion.For(found, known.ToArray())}; known: {string.Join(", ", known.ToArray())}");

    /// <summary>A member that must be there.</summary>
    public JsonPlace this[string name] => Find(name) ?? throw Fault($"'{name}' is missing");

    /// <summary>A member, or null when it is absent or null.</summary>
    public JsonPlace? Find(string name)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw Fault($"expected an object, found {element.ValueKind}");
        return element.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null ? new JsonPlace(member, file, Join(name)) : null;
    }

    /// <summary>The elements of an array.</summary>
    public IReadOnlyList<JsonPlace> Items()
    {
        if (element.ValueKind != JsonValueKind.Array)
            throw Fault($"expected an array, found {element.ValueKind}");
        var items = new List<JsonPlace>(element.GetArrayLength());
        foreach (var item in element.EnumerateArray())
            items.Add(new JsonPlace(item, file, $"{path}[{items.Count}]"));
        return items;
    }

    /// <summary>The value as a string.</summary>
    public string Text() => element.ValueKind == JsonValueKind.String ? element.GetString()! : throw Fault($"expected a string, found {element.ValueKind}");

    /// <summary>The value as a whole number of at least zero.</summary>
    public int Count() =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var value) && value >= 0 ? value : throw Fault($"expected a whole number of at least 0, found {element.GetRawText()}");

    /// <summary>The value as true or false.</summary>
    public bool Flag() => element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Fault($"expected true or false, found {element.ValueKind}"),
    };

    /// <summary>A member as a string, or null.</summary>
    public string? Text(string name) => Find(name)?.Text();

    /// <summary>A member as true or false, with what holds when it is absent.</summary>
    public bool Flag(string name, bool otherwise) => Find(name)?.Flag() ?? otherwise;

    private string Join(string name) => path.Length == 0 ? name : $"{path}.{name}";
}
