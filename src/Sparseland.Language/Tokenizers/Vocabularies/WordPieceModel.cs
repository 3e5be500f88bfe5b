using System.Text;
using System.Text.Json;

namespace Sparseland.Language.Tokenizers.Vocabularies;

/// <summary>
/// WordPiece as BERT uses it (Devlin et al. 2019): from the left, the longest token that the rest of the word begins with; tokens inside a word carry a prefix.
/// A word that cannot be written so is one unknown token.
/// </summary>
/// <param name="tokens">The tokens.</param>
/// <param name="unknown">The unknown token, which is one of them.</param>
/// <param name="prefix">What tokens inside a word begin with, "##".</param>
/// <param name="longestWord">Code points beyond which a word is unknown without being looked at.</param>
internal sealed class WordPieceModel(TokenTable tokens, string unknown, string prefix, int longestWord) : ITokenModel
{
    private readonly int _unknown = tokens.Id(unknown) ?? throw new ArgumentException($"the unknown token {unknown} is not among the tokens", nameof(unknown));

    /// <inheritdoc/>
    public int Count => tokens.Count;

    /// <inheritdoc/>
    public string? TokenText(int id) => tokens.Text(id);

    /// <inheritdoc/>
    public int? TokenId(string token) => tokens.Id(token);

    /// <inheritdoc/>
    public void Encode(ReadOnlySpan<char> piece, List<int> ids)
    {
        var count = 0;
        foreach (var _ in piece.EnumerateRunes())
            count++;
        var before = ids.Count;
        if (count > longestWord || !TryEncode(piece, ids))
        {
            ids.RemoveRange(before, ids.Count - before);
            ids.Add(_unknown);
        }
    }

    private bool TryEncode(ReadOnlySpan<char> piece, List<int> ids)
    {
        var buffer = new char[prefix.Length + piece.Length];
        prefix.CopyTo(buffer);
        for (var start = 0; start < piece.Length;)
        {
            var skipped = start == 0 ? 0 : prefix.Length;
            piece[start..].CopyTo(buffer.AsSpan(skipped));
            var end = piece.Length;
            int id;
            while (!tokens.Lookup.TryGetValue(buffer.AsSpan(0, skipped + end - start), out id))
            {
                end -= end - start > 1 && char.IsLowSurrogate(piece[end - 1]) ? 2 : 1;
                if (end <= start)
                    return false;
            }
            ids.Add(id);
            start = end;
            prefix.CopyTo(buffer);
        }
        return true;
    }

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("type", "WordPiece");
        writer.WriteString("unk_token", unknown);
        writer.WriteString("continuing_subword_prefix", prefix);
        writer.WriteNumber("max_input_chars_per_word", longestWord);
        writer.WritePropertyName("vocab");
        tokens.Write(writer);
        writer.WriteEndObject();
    }
}
