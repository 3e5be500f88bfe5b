using System.Text.Json;

namespace Sparseland.Language.Tokenizers.Vocabularies;

/// <summary>Tokens by id and ids by token. Ids may have holes; a token stands once.</summary>
internal sealed class TokenTable
{
    private readonly string?[] texts;
    private readonly Dictionary<string, int> ids;

    /// <summary>Takes the tokens in the order of their ids; null marks a hole. Of equal tokens the first keeps the name.</summary>
    public TokenTable(string?[] texts)
    {
        this.texts = texts;
        ids = new Dictionary<string, int>(texts.Length, StringComparer.Ordinal);
        for (var id = 0; id < texts.Length; id++)
            if (texts[id] is { } text)
                ids.TryAdd(text, id);
        Lookup = ids.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>One more than the largest id.</summary>
    public int Count => texts.Length;

    /// <summary>Finds ids by a span.</summary>
    public Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> Lookup { get; }

    /// <summary>The token of an id, or null.</summary>
    public string? Text(int id) => (uint)id < (uint)texts.Length ? texts[id] : null;

    /// <summary>The id of a token, or null.</summary>
    public int? Id(string token) => ids.TryGetValue(token, out var id) ? id : null;

    /// <summary>The ids of the tokens "&lt;0x00&gt;" to "&lt;0xFF&gt;", or null unless all 256 are there.</summary>
    public int[]? ByteTokens()
    {
        var found = new int[256];
        for (var value = 0; value < 256; value++)
        {
            if (Id($"<0x{value:X2}>") is not { } id)
                return null;
            found[value] = id;
        }
        return found;
    }

    /// <summary>Writes {"token": id, ...}.</summary>
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        for (var id = 0; id < texts.Length; id++)
            if (texts[id] is { } text && ids[text] == id)
                writer.WriteNumber(text, id);
        writer.WriteEndObject();
    }
}
