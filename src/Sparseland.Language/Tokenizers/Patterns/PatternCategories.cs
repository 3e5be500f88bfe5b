using System.Globalization;

namespace Sparseland.Language.Tokenizers.Patterns;

/// <summary>The Unicode properties that patterns may name: general categories by their short names, and a few long ones.</summary>
internal static class PatternCategories
{
    // In the order of UnicodeCategory.
    private static readonly string[] Names =
    [
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Cn",
    ];

    private static readonly (string Long, string Short)[] LongNames =
        [("Letter", "L"), ("Mark", "M"), ("Number", "N"), ("Punctuation", "P"), ("Symbol", "S"), ("Separator", "Z"), ("Other", "C"), ("Uppercase_Letter", "Lu"), ("Lowercase_Letter", "Ll")];

    /// <summary>The set of a property, open for additions, or null when the name is not known.</summary>
    public static CharacterSet? Find(string name)
    {
        foreach (var (longName, shortName) in LongNames)
            if (name == longName)
                name = shortName;
        var set = new CharacterSet();
        var found = false;
        for (var i = 0; i < Names.Length; i++)
            if (name.Length is 1 or 2 && Names[i].StartsWith(name, StringComparison.Ordinal))
            {
                set.AddCategory((UnicodeCategory)i);
                found = true;
            }
        return found ? set : null;
    }

    /// <summary>\w: letters, marks, decimal and letter numbers, connecting punctuation, joiners.</summary>
    public static CharacterSet Word()
    {
        var set = new CharacterSet().AddRange(0x200C, 0x200D);
        foreach (var name in (string[])["L", "M", "Nd", "Nl", "Pc"])
            set.AddSet(Find(name)!.Close());
        return set;
    }
}
