using System.Text.Json;
using Sparseland.Errors;

namespace Sparseland.Files;

/// <summary>Reads small JSON files that may come from anywhere: bounded in size and depth, with messages that name the place.</summary>
public static class JsonFile
{
    /// <summary>The deepest nesting that is read.</summary>
    public const int MaxDepth = 64;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxBytes">The most bytes it may have.</param>
    /// <exception cref="InvalidFileException">It is missing, too large or not JSON.</exception>
    public static JsonDocument Read(string path, int maxBytes = 16 << 20) => Parse(path, ReadBytes(path, maxBytes));

    /// <summary>Reads a small file whole.</summary>
    /// <exception cref="InvalidFileException">It is missing or too large.</exception>
    public static byte[] ReadBytes(string path, int maxBytes = 16 << 20)
    {
        var file = MappedFile.Open(path);
        if (file.Length > maxBytes)
            throw new InvalidFileException(path, "", $"it has {file.Length} bytes; at most {maxBytes} are read of such a file", "is it the right file?");
        var bytes = file.Slice(0, (int)file.Length).ToArray();
        GC.KeepAlive(file);
        return bytes;
    }

    /// <summary>Parses the content of a file.</summary>
    /// <param name="path">The name for messages.</param>
    /// <param name="utf8">The content; it must not change while the document is used.</param>
    /// <exception cref="InvalidFileException">It is not JSON.</exception>
    public static JsonDocument Parse(string path, ReadOnlyMemory<byte> utf8)
    {
        if (utf8.Span.StartsWith("\uFEFF"u8))
            utf8 = utf8[3..];
        try
        {
            CheckText(utf8.Span);
            return JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = MaxDepth });
        }
        catch (InvalidOperationException fault)
        {
            throw new InvalidFileException(path, "", "a text in it is not valid Unicode", "correct it, or fetch it again", fault);
        }
        catch (JsonException fault)
        {
            throw new InvalidFileException(path, $"line {fault.LineNumber + 1}, byte {fault.BytePositionInLine}", "it is not valid JSON", "correct it, or fetch it again", fault);
        }
    }

    // A parsed document checks the encoding of a text only when it is asked for it, and then throws something that no reader expects: so all are looked at here.
    private static void CheckText(ReadOnlySpan<byte> utf8)
    {
        if (!System.Text.Unicode.Utf8.IsValid(utf8))
            throw new InvalidOperationException("invalid UTF-8");
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
        while (reader.Read())
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
                reader.GetString();
    }
}
