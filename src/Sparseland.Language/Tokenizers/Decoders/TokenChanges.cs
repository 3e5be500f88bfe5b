using System.Globalization;
using System.Text;
using Sparseland.Language.Tokenizers.Patterns;
using Sparseland.Language.Tokenizers.Normalizers;
using Sparseland.Language.Tokenizers.PreTokenizers;

namespace Sparseland.Language.Tokenizers.Decoders;

/// <summary>The decoders of tokenizer.json: each changes the list of tokens in place; what is left at the end is joined.</summary>
internal static class TokenChanges
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    // The clean-up of the tokenizers library, in its order.
    private static readonly (string Written, string Wanted)[] Cleaned =
    [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"), (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    ];

    /// <summary>"Fuse": one token of all.</summary>
    public static void Fuse(List<string> tokens)
    {
        var whole = string.Concat(tokens);
        tokens.Clear();
        tokens.Add(whole);
    }

    /// <summary>"Replace": every match in every token.</summary>
    public static void Replace(List<string> tokens, ITextMatcher matcher, string content)
    {
        for (var i = 0; i < tokens.Count; i++)
            tokens[i] = TextChanges.Replace(tokens[i], matcher, content);
    }

    /// <summary>"Strip": up to <paramref name="atStart"/> and <paramref name="atEnd"/> times a character from the ends of every token.</summary>
    public static void Strip(List<string> tokens, char content, int atStart, int atEnd)
    {
        for (var i = 0; i < tokens.Count; i++)
        {
            var token = tokens[i].AsSpan();
            for (var taken = 0; taken < atStart && token.Length > 0 && token[0] == content; taken++)
                token = token[1..];
            for (var taken = 0; taken < atEnd && token.Length > 0 && token[^1] == content; taken++)
                token = token[..^1];
            if (token.Length != tokens[i].Length)
                tokens[i] = token.ToString();
        }
    }

    /// <summary>"Metaspace": stand-ins become spaces; those of the first token go when a space was put before the text.</summary>
    public static void Metaspace(List<string> tokens, string standIn, PrependScheme scheme)
    {
        for (var i = 0; i < tokens.Count; i++)
            tokens[i] = tokens[i].Replace(standIn, i == 0 && scheme != PrependScheme.Never ? "" : " ", StringComparison.Ordinal);
    }

    /// <summary>"BPEDecoder": the suffix of a word becomes a space, of the last word nothing.</summary>
    public static void WordSuffix(List<string> tokens, string suffix)
    {
        for (var i = 0; i < tokens.Count && suffix.Length > 0; i++)
            tokens[i] = tokens[i].Replace(suffix, i == tokens.Count - 1 ? "" : " ", StringComparison.Ordinal);
    }

    /// <summary>"WordPiece": tokens inside a word lose their prefix, others are set apart by a space; spaces that English does not write go.</summary>
    public static void WordPiece(List<string> tokens, string prefix, bool cleans)
    {
        for (var i = 0; i < tokens.Count; i++)
        {
            if (i > 0)
                tokens[i] = prefix.Length > 0 && tokens[i].StartsWith(prefix, StringComparison.Ordinal) ? tokens[i][prefix.Length..] : " " + tokens[i];
            if (cleans)
                foreach (var (written, wanted) in Cleaned)
                    tokens[i] = tokens[i].Replace(written, wanted, StringComparison.Ordinal);
        }
    }

    /// <summary>"ByteFallback": a run of tokens "&lt;0xNN&gt;" becomes the text of its bytes, or a replacement character for each when they are no UTF-8.</summary>
    public static void ByteFallback(List<string> tokens)
    {
        var bytes = new List<byte>();
        var kept = 0;
        for (var i = 0; i < tokens.Count; i++)
        {
            if (ByteOf(tokens[i]) is { } value)
            {
                bytes.Add(value);
                continue;
            }
            FlushBytes(tokens, bytes, ref kept);
            tokens[kept++] = tokens[i];
        }
        FlushBytes(tokens, bytes, ref kept);
        tokens.RemoveRange(kept, tokens.Count - kept);
    }

    private static byte? ByteOf(string token) =>
        token.Length == 6 && token.StartsWith("<0x", StringComparison.Ordinal) && token[5] == '>'
            && byte.TryParse(token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) ? value : null;

    // The text of a run takes the place of its first token, so writing never overtakes reading.
    private static void FlushBytes(List<string> tokens, List<byte> bytes, ref int kept)
    {
        if (bytes.Count == 0)
            return;
        string text;
        try
        {
            text = Strict.GetString(bytes.ToArray());
        }
        catch (DecoderFallbackException)
        {
            text = new string('\uFFFD', bytes.Count);
        }
        tokens[kept++] = text;
        bytes.Clear();
    }
}
