using System.Globalization;
using System.Text;
using Sparseland.Language.Tokenizers.Patterns;

namespace Sparseland.Language.Tokenizers.Normalizers;

/// <summary>The simple normalisers of tokenizer.json.</summary>
internal static class TextChanges
{
    /// <summary>Every code point in lower case. Only 'İ' becomes two (Unicode, SpecialCasing); a final sigma is not told apart.</summary>
    public static string Lowercase(string text) => text.Replace("İ", "i\u0307", StringComparison.Ordinal).ToLowerInvariant();

    /// <summary>Leaves out non-spacing marks (category Mn).</summary>
    public static string StripAccents(string text)
    {
        var kept = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            if (Rune.GetUnicodeCategory(rune) != UnicodeCategory.NonSpacingMark)
                kept.Append(rune.ToString());
        return kept.ToString();
    }

    /// <summary>Leaves out white space at the ends.</summary>
    public static string Strip(string text, bool left, bool right) => (left, right) switch
    {
        (true, true) => text.Trim(),
        (true, false) => text.TrimStart(),
        (false, true) => text.TrimEnd(),
        _ => text,
    };

    /// <summary>Puts a string before a text that is not empty.</summary>
    public static string Prepend(string text, string prefix) => text.Length == 0 ? text : prefix + text;

    /// <summary>Puts <paramref name="content"/>, as it stands, in the place of every match.</summary>
    public static string Replace(string text, ITextMatcher matcher, string content)
    {
        var budget = MatchBudget.For(text.Length);
        StringBuilder? changed = null;
        var position = 0;
        while (matcher.Find(text, position, ref budget, out var start, out var end))
        {
            (changed ??= new StringBuilder(text.Length)).Append(text, position, start - position).Append(content);
            position = end;
        }
        return changed is null ? text : changed.Append(text, position, text.Length - position).ToString();
    }
}
