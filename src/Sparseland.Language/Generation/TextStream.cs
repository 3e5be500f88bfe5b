using Sparseland.Language.Tokenizers;

namespace Sparseland.Language.Generation;

/// <summary>
/// Decodes tokens one by one into text that never splits a character. A token's text can depend on the one before it (leading blanks), and a character's bytes
/// can be spread over tokens, so a short tail of tokens is decoded together and only what is complete goes out.
/// </summary>
internal sealed class TextStream(ITokenizer tokenizer)
{
    // A character has at most four bytes; a tail of more tokens that still ends in a replacement character is damaged and goes out as it is.
    private const int LongestCharacter = 4;

    private readonly List<int> _tail = [];
    private int _given;
    private string _givenText = "";

    /// <summary>The text that this token completes; often its own, sometimes none.</summary>
    public string Append(int token)
    {
        _tail.Add(token);
        var text = Decode(_tail.Count);
        if (text.EndsWith('\uFFFD') && _tail.Count - _given < LongestCharacter)
            return "";
        return Give(text);
    }

    /// <summary>What is left at the end, incomplete characters as the tokenizer decodes them.</summary>
    public string Flush() => _tail.Count == _given ? "" : Give(Decode(_tail.Count));

    private string Give(string text)
    {
        var fresh = text.StartsWith(_givenText, StringComparison.Ordinal) ? text[_givenText.Length..] : text;
        // The tokens just given stay as the context of the next.
        _tail.RemoveRange(0, _given);
        _given = _tail.Count;
        _givenText = Decode(_given);
        return fresh;
    }

    private string Decode(int count) => tokenizer.Decode(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_tail)[..count]);
}
