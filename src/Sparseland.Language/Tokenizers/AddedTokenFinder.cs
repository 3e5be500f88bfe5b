using System.Buffers;
using System.Text;
using Sparseland.Language.Tokenizers.PreTokenizers;

namespace Sparseland.Language.Tokenizers;

/// <summary>Finds added tokens in a text: the leftmost first, of those that begin at one place the longest.</summary>
internal sealed class AddedTokenFinder
{
    private readonly Dictionary<char, List<(string Text, AddedToken Token)>> byFirst = [];
    private readonly SearchValues<char> firsts;

    /// <summary>Takes the tokens with the texts they are looked for by; empty texts are never found.</summary>
    public AddedTokenFinder(IEnumerable<(string Text, AddedToken Token)> tokens)
    {
        foreach (var (text, token) in tokens)
            if (text.Length > 0)
            {
                if (!byFirst.TryGetValue(text[0], out var list))
                    byFirst[text[0]] = list = [];
                list.Add((text, token));
            }
        foreach (var list in byFirst.Values)
            list.Sort((a, b) => b.Text.Length.CompareTo(a.Text.Length));
        firsts = SearchValues.Create(byFirst.Keys.ToArray());
    }

    /// <summary>Whether there is anything to find.</summary>
    public bool IsEmpty => byFirst.Count == 0;

    /// <summary>The next token at or after a place, with the stretch it takes (stripped white space included), or null.</summary>
    public (int Start, int End, AddedToken Token)? Find(ReadOnlySpan<char> text, int from)
    {
        for (var at = from; at < text.Length;)
        {
            var offset = text[at..].IndexOfAny(firsts);
            if (offset < 0)
                return null;
            at += offset;
            foreach (var (content, token) in byFirst[text[at]])
                if (text[at..].StartsWith(content, StringComparison.Ordinal))
                {
                    var end = at + content.Length;
                    if (token.SingleWord && !(IsBoundary(text, at, before: true) && IsBoundary(text, end, before: false)))
                        break;
                    return Stretch(text, from, at, end, token);
                }
            at++;
        }
        return null;
    }

    private static (int, int, AddedToken) Stretch(ReadOnlySpan<char> text, int from, int start, int end, AddedToken token)
    {
        while (token.LeftStrip && start > from && char.IsWhiteSpace(text[start - 1]))
            start--;
        while (token.RightStrip && end < text.Length && char.IsWhiteSpace(text[end]))
            end++;
        return (start, end, token);
    }

    private static bool IsBoundary(ReadOnlySpan<char> text, int at, bool before)
    {
        var rest = before ? text[..at] : text[at..];
        var status = before ? Rune.DecodeLastFromUtf16(rest, out var rune, out _) : Rune.DecodeFromUtf16(rest, out rune, out _);
        return status != OperationStatus.Done || !(rune.Value == '_' || CharacterClasses.Of(rune) is CharacterClass.Letter or CharacterClass.Number);
    }
}
