namespace Sparseland.Language.Tokenizers;

/// <summary>Turns text into token ids and back. Thread-safe.</summary>
public interface ITokenizer
{
    /// <summary>Number of ids, added tokens included.</summary>
    int VocabularySize { get; }

    /// <summary>The token that begins a text, or null.</summary>
    int? BeginToken { get; }

    /// <summary>Tokens that end a text.</summary>
    IReadOnlyList<int> EndTokens { get; }

    /// <summary>The ids of a text.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="addSpecial">Whether the tokenizer's own begin and end tokens are added as its post-processor says.</param>
    int[] Encode(string text, bool addSpecial = true);

    /// <summary>The text of some ids, as the tokenizer's decoder defines it.</summary>
    /// <param name="ids">The ids.</param>
    /// <param name="skipSpecial">Leaves out special tokens such as the begin token.</param>
    string Decode(ReadOnlySpan<int> ids, bool skipSpecial = true);

    /// <summary>The token as its file writes it, such as "Ġthe" or "▁the".</summary>
    string TokenText(int id);

    /// <summary>The id of a token as its file writes it, or null.</summary>
    int? TokenId(string token);

    /// <summary>Writes tokenizer.json (and tokenizer_config.json) into a folder so that other tools can read them.</summary>
    void Save(string folder);
}
