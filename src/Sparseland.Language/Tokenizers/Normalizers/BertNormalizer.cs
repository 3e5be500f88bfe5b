using System.Globalization;
using System.Text;

namespace Sparseland.Language.Tokenizers.Normalizers;

/// <summary>"BertNormalizer" (Devlin et al. 2019): control characters go, white space becomes spaces, ideographs stand alone, accents and capitals go.</summary>
/// <param name="CleansText">Whether control characters go and white space becomes spaces.</param>
/// <param name="SeparatesIdeographs">Whether spaces are put around ideographs.</param>
/// <param name="StripsAccents">Whether non-spacing marks go.</param>
/// <param name="Lowercases">Whether capitals go.</param>
internal sealed record BertNormalizer(bool CleansText, bool SeparatesIdeographs, bool StripsAccents, bool Lowercases)
{
    // The ranges of the tokenizers library, one of which begins at 2B920 where Unicode's block begins at 2B820.
    private static readonly (int First, int Last)[] Ideographs =
        [(0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F), (0x2B920, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F)];

    /// <summary>Changes a text.</summary>
    public string Apply(string text)
    {
        if (CleansText || SeparatesIdeographs)
            text = Clean(text);
        if (StripsAccents)
            text = TextChanges.StripAccents(UnicodeNormalization.Normalize(text, NormalizationForm.FormD));
        return Lowercases ? TextChanges.Lowercase(text) : text;
    }

    private string Clean(string text)
    {
        var cleaned = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (CleansText && IsControl(rune))
                continue;
            if (CleansText && Rune.IsWhiteSpace(rune))
                cleaned.Append(' ');
            else if (SeparatesIdeographs && Ideographs.Any(range => rune.Value >= range.First && rune.Value <= range.Last))
                cleaned.Append(' ').Append(rune.ToString()).Append(' ');
            else
                cleaned.Append(rune.ToString());
        }
        return cleaned.ToString();
    }

    private static bool IsControl(Rune rune) => rune.Value is 0 or 0xFFFD
        || (rune.Value is not ('\t' or '\n' or '\r') && Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse);
}
