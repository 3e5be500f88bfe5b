using System.Globalization;
using System.Text;

namespace Sparseland.Language.Tokenizers.PreTokenizers;

/// <summary>The four classes that the patterns of byte-level tokenizers tell apart.</summary>
internal enum CharacterClass : byte
{
    /// <summary>Neither of the others: [^\s\p{L}\p{N}].</summary>
    Other,

    /// <summary>\p{L}.</summary>
    Letter,

    /// <summary>\p{N}.</summary>
    Number,

    /// <summary>\s, Unicode's White_Space.</summary>
    Space,
}

/// <summary>Classes of code points, by a table for the basic plane. Surrogate pairs count as the code point they are, as in the reference implementations.</summary>
internal static class CharacterClasses
{
    private static readonly CharacterClass[] Table = Build();

    /// <summary>The class of the code point at a place, and how many UTF-16 units it takes.</summary>
    public static CharacterClass At(ReadOnlySpan<char> text, int index, out int width)
    {
        var character = text[index];
        if (char.IsHighSurrogate(character) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]))
        {
            width = 2;
            return Classify(CharUnicodeInfo.GetUnicodeCategory(char.ConvertToUtf32(character, text[index + 1])));
        }
        width = 1;
        return Table[character];
    }

    /// <summary>The class of a code point.</summary>
    public static CharacterClass Of(Rune rune) => rune.IsBmp ? Table[rune.Value] : Classify(CharUnicodeInfo.GetUnicodeCategory(rune.Value));

    private static CharacterClass[] Build()
    {
        var table = new CharacterClass[char.MaxValue + 1];
        for (var i = 0; i < table.Length; i++)
            table[i] = char.IsWhiteSpace((char)i) ? CharacterClass.Space : Classify(CharUnicodeInfo.GetUnicodeCategory(i));
        return table;
    }

    private static CharacterClass Classify(UnicodeCategory category) => category switch
    {
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
            or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => CharacterClass.Letter,
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => CharacterClass.Number,
        _ => CharacterClass.Other,
    };
}
