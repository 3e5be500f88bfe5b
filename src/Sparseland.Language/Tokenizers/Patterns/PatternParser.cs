using System.Globalization;
using System.Text;
using Sparseland.Errors;

namespace Sparseland.Language.Tokenizers.Patterns;

/// <summary>Reads the regular expressions that tokenizers use. What it does not know is an error that names it, never a guess.</summary>
internal sealed class PatternParser
{
    private const int DeepestGroup = 64;
    private const int MostRepeats = 1000;

    private readonly string pattern;
    private int position;
    private int depth;
    private bool ignoreCase;

    private PatternParser(string pattern) => this.pattern = pattern;

    /// <summary>The pattern as a tree.</summary>
    /// <exception cref="UnsupportedException">It uses a construct that is not known.</exception>
    public static PatternNode Parse(string pattern)
    {
        var parser = new PatternParser(pattern);
        var node = parser.Choice();
        return parser.position == pattern.Length ? node : throw parser.Unknown("unbalanced ')'");
    }

    private UnsupportedException Unknown(string what) =>
        new($"regular expression '{(pattern.Length > 200 ? pattern[..200] + "…" : pattern)}' (character {position}): {what} is not supported");

    private bool At(string text) => string.CompareOrdinal(pattern, position, text, 0, text.Length) == 0;

    private bool Take(string text)
    {
        if (!At(text))
            return false;
        position += text.Length;
        return true;
    }

    private PatternNode Choice()
    {
        if (++depth > DeepestGroup)
            throw Unknown($"nesting deeper than {DeepestGroup}");
        // (?i) holds to the end of its group.
        var outer = ignoreCase;
        var parts = new List<PatternNode> { Sequence() };
        while (Take("|"))
            parts.Add(Sequence());
        ignoreCase = outer;
        depth--;
        return parts.Count == 1 ? parts[0] : new ChoiceNode(parts);
    }

    private SequenceNode Sequence()
    {
        var parts = new List<PatternNode>();
        while (position < pattern.Length && pattern[position] is not ('|' or ')'))
            if (Take("(?i)"))
                ignoreCase = true;
            else
                parts.Add(Repeat(Atom()));
        return new SequenceNode(parts);
    }

    private PatternNode Repeat(PatternNode part)
    {
        while (position < pattern.Length)
        {
            int least, most;
            if (Take("*"))
                (least, most) = (0, int.MaxValue);
            else if (Take("+"))
                (least, most) = (1, int.MaxValue);
            else if (Take("?"))
                (least, most) = (0, 1);
            else if (!Bounds(out least, out most))
                return part;
            var kind = Take("?") ? RepeatKind.Lazy : Take("+") ? RepeatKind.Possessive : RepeatKind.Greedy;
            if (most == int.MaxValue && part.CanBeEmpty)
                throw Unknown("an unbounded repetition of what can be empty");
            part = new RepeatNode(part, least, most, kind);
        }
        return part;
    }

    // {n}, {n,}, {n,m}; anything else is a brace.
    private bool Bounds(out int least, out int most)
    {
        (least, most) = (0, 0);
        var close = pattern.IndexOf('}', position);
        if (!At("{") || close < 0)
            return false;
        var parts = pattern[(position + 1)..close].Split(',');
        if (parts.Length > 2 || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out least))
            return false;
        if (parts.Length == 1)
            most = least;
        else if (parts[1].Length == 0)
            most = int.MaxValue;
        else if (!int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out most))
            return false;
        if (least > MostRepeats || most < least || (most != int.MaxValue && most > MostRepeats))
            throw Unknown($"the repetition {pattern[position..(close + 1)]}");
        position = close + 1;
        return true;
    }

    private PatternNode Atom()
    {
        if (Take("("))
            return Group();
        if (Take("["))
            return new SetNode(Class());
        if (Take("."))
            return new SetNode(new CharacterSet().AddRange('\n', '\n').Close(complemented: true));
        if (Take("^") || Take(@"\A"))
            return new PlaceNode(PlaceKind.Start);
        if (Take("$") || Take(@"\z"))
            return new PlaceNode(PlaceKind.End);
        if (Take(@"\b"))
            return new PlaceNode(PlaceKind.WordBoundary);
        if (Take(@"\B"))
            return new PlaceNode(PlaceKind.NoWordBoundary);
        if (pattern[position] is '*' or '+' or '?')
            throw Unknown($"'{pattern[position]}' with nothing before it");
        return new SetNode(Member(out var single) is { } set ? set.Close(ignoreCase: ignoreCase) : new CharacterSet().AddRange(single, single).Close(ignoreCase: ignoreCase));
    }

    private PatternNode Group()
    {
        var kind = Take("?:") ? ':' : Take("?i:") ? 'i' : Take("?=") ? '=' : Take("?!") ? '!' : Take("?>") ? '>' : '(';
        if (kind == '(' && (At("?") || At("*")))
            throw Unknown($"the group '({pattern.AsSpan(position, Math.Min(3, pattern.Length - position))}'");
        var outer = ignoreCase;
        ignoreCase |= kind == 'i';
        var inner = Choice();
        ignoreCase = outer;
        if (!Take(")"))
            throw Unknown("a group that is not closed");
        return kind switch
        {
            '=' => new AheadNode(inner, Negative: false),
            '!' => new AheadNode(inner, Negative: true),
            '>' => new AtomicNode(inner),
            _ => inner,
        };
    }

    private CharacterSet Class()
    {
        var set = new CharacterSet();
        var negated = Take("^");
        for (var first = true; first || !At("]"); first = false)
        {
            if (position >= pattern.Length)
                throw Unknown("a class that is not closed");
            if (At("&&") || At("[:") || At("--"))
                throw Unknown($"'{pattern.AsSpan(position, 2)}' in a class");
            if (Take("["))
            {
                set.AddSet(Class());
                continue;
            }
            if (Member(out var low) is { } part)
            {
                set.AddSet(part.Close());
                continue;
            }
            var high = low;
            if (At("-") && position + 1 < pattern.Length && pattern[position + 1] != ']')
            {
                position++;
                if (Member(out high) is not null || high < low)
                    throw Unknown("a range whose end is not above its beginning");
            }
            set.AddRange(low, high);
        }
        position++;
        return set.Close(negated, ignoreCase);
    }

    // One character, or an escape that stands for a set.
    private CharacterSet? Member(out int single)
    {
        Rune.DecodeFromUtf16(pattern.AsSpan(position), out var rune, out var width);
        position += width;
        single = rune.Value;
        if (single != '\\')
            return null;
        if (position >= pattern.Length)
            throw Unknown("a backslash at the end");
        var escape = pattern[position++];
        single = escape switch
        {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'f' => '\f',
            'v' => '\v',
            '0' => '\0',
            'a' => '\a',
            'e' => '\u001B',
            'x' => At("{") ? Braced() : Hexadecimal(2),
            'u' => At("{") ? Braced() : Hexadecimal(4),
            _ => escape,
        };
        if (!char.IsAsciiLetterOrDigit(escape) || "nrtfv0aexu".Contains(escape, StringComparison.Ordinal))
            return null;
        return escape switch
        {
            's' => new CharacterSet().AddSpace(),
            'S' => Complement(new CharacterSet().AddSpace()),
            'd' => new CharacterSet().AddCategory(UnicodeCategory.DecimalDigitNumber),
            'D' => Complement(new CharacterSet().AddCategory(UnicodeCategory.DecimalDigitNumber)),
            'w' => PatternCategories.Word(),
            'W' => Complement(PatternCategories.Word()),
            'p' => Property(),
            'P' => Complement(Property()),
            _ => throw Unknown($"the escape '\\{escape}'"),
        };
    }

    private static CharacterSet Complement(CharacterSet set) => new CharacterSet().AddSet(set.Close(complemented: true));

    private CharacterSet Property()
    {
        var close = pattern.IndexOf('}', position);
        var name = At("{") && close > 0 ? pattern[(position + 1)..close] : pattern.Substring(position, Math.Min(1, pattern.Length - position));
        var negated = name.StartsWith('^');
        var set = PatternCategories.Find(negated ? name[1..] : name) ?? throw Unknown($"the property '{name}'");
        position += At("{") ? name.Length + 2 : name.Length;
        return negated ? Complement(set) : set;
    }

    private int Braced()
    {
        var close = pattern.IndexOf('}', position);
        if (close < 0 || !int.TryParse(pattern.AsSpan(position + 1, close - position - 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) || value is < 0 or > 0x10FFFF)
            throw Unknown("a hexadecimal escape that is none");
        position = close + 1;
        return value;
    }

    private int Hexadecimal(int digits)
    {
        if (position + digits > pattern.Length || !int.TryParse(pattern.AsSpan(position, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            throw Unknown("a hexadecimal escape that is none");
        position += digits;
        return value;
    }
}
