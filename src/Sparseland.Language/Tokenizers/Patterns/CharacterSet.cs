using System.Globalization;
using System.Text;

namespace Sparseland.Language.Tokenizers.Patterns;

/// <summary>A set of code points: ranges and Unicode categories, perhaps turned round, perhaps without regard to case.</summary>
internal sealed class CharacterSet
{
    private readonly List<(int First, int Last)> ranges = [];
    private readonly List<CharacterSet> parts = [];
    private uint categories;
    private bool space;
    private bool complement;
    private bool ignoresCase;
    private ulong asciiLow;
    private ulong asciiHigh;

    /// <summary>Whether a code point belongs to the set.</summary>
    public bool Contains(int codePoint) => codePoint switch
    {
        < 64 => (asciiLow >> codePoint & 1) != 0,
        < 128 => (asciiHigh >> (codePoint - 64) & 1) != 0,
        _ => Decide(codePoint),
    };

    /// <summary>Adds the code points from first to last.</summary>
    public CharacterSet AddRange(int first, int last)
    {
        ranges.Add((first, last));
        return this;
    }

    /// <summary>Adds the code points of a general category.</summary>
    public CharacterSet AddCategory(UnicodeCategory category)
    {
        categories |= 1u << (int)category;
        return this;
    }

    /// <summary>Adds Unicode's White_Space.</summary>
    public CharacterSet AddSpace()
    {
        space = true;
        return this;
    }

    /// <summary>Adds all of another set.</summary>
    public CharacterSet AddSet(CharacterSet other)
    {
        parts.Add(other);
        return this;
    }

    /// <summary>Closes the set: nothing is added afterwards.</summary>
    public CharacterSet Close(bool complemented = false, bool ignoreCase = false)
    {
        (complement, ignoresCase) = (complemented, ignoreCase);
        for (var i = 0; i < 64; i++)
        {
            asciiLow |= (Decide(i) ? 1ul : 0) << i;
            asciiHigh |= (Decide(i + 64) ? 1ul : 0) << i;
        }
        return this;
    }

    private bool Decide(int codePoint)
    {
        var found = Holds(codePoint);
        if (!found && ignoresCase)
            found = CaseVariants(codePoint, this);
        return found != complement;
    }

    private static bool CaseVariants(int codePoint, CharacterSet set)
    {
        if (!Rune.IsValid(codePoint))
            return false;
        var rune = new Rune(codePoint);
        // The long s and the Kelvin sign fold to ASCII letters in Unicode; .NET's simple mapping leaves them.
        return set.Holds(Rune.ToLowerInvariant(rune).Value) || set.Holds(Rune.ToUpperInvariant(rune).Value)
            || (codePoint == 0x17F && (set.Holds('s') || set.Holds('S'))) || (codePoint == 0x212A && (set.Holds('k') || set.Holds('K')));
    }

    private bool Holds(int codePoint)
    {
        foreach (var (first, last) in ranges)
            if (codePoint >= first && codePoint <= last)
                return true;
        if (categories != 0 && (categories >> (int)CharUnicodeInfo.GetUnicodeCategory(codePoint) & 1) != 0)
            return true;
        if (space && codePoint <= char.MaxValue && char.IsWhiteSpace((char)codePoint))
            return true;
        foreach (var part in parts)
            if (part.Contains(codePoint))
                return true;
        return false;
    }
}
