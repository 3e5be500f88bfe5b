using System.Text.Json;

namespace Sparseland.Language.Tokenizers.Vocabularies;

/// <summary>What turns one pre-token into ids: the "model" of tokenizer.json. Immutable but for caches; thread-safe.</summary>
internal interface ITokenModel
{
    /// <summary>One more than the largest id.</summary>
    int Count { get; }

    /// <summary>The token as the file writes it, or null where the id has none.</summary>
    string? TokenText(int id);

    /// <summary>The id of a token as the file writes it.</summary>
    int? TokenId(string token);

    /// <summary>Appends the ids of a pre-token.</summary>
    void Encode(ReadOnlySpan<char> piece, List<int> ids);

    /// <summary>Writes the "model" object of tokenizer.json.</summary>
    void Write(Utf8JsonWriter writer);
}
