using System.Globalization;
using System.Text;

namespace Sparseland.Language.Chat;

/// <summary>What a token of a template is.</summary>
internal enum TemplateTokenKind
{
    /// <summary>Text between tags, after white-space control.</summary>
    Text,

    /// <summary>The beginning of {{ }}.</summary>
    OutputBegin,

    /// <summary>The end of {{ }}.</summary>
    OutputEnd,

    /// <summary>The beginning of {% %}.</summary>
    BlockBegin,

    /// <summary>The end of {% %}.</summary>
    BlockEnd,

    /// <summary>A name or keyword.</summary>
    Name,

    /// <summary>A string, without quotes.</summary>
    String,

    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>A number with a fraction.</summary>
    Float,

    /// <summary>An operator or bracket.</summary>
    Operator,

    /// <summary>The end of the template.</summary>
    End,
}

/// <summary>A token with its place.</summary>
internal readonly record struct TemplateToken(TemplateTokenKind Kind, string Text, TemplatePlace Place);

/// <summary>
/// Cuts a template into tokens. White space as transformers sets it: a line feed after a block or comment goes, and so does white space before one that begins a line;
/// "-" strips all white space on its side, "+" keeps it. One line feed at the end of the template goes.
/// </summary>
internal sealed class TemplateLexer
{
    // Longest first.
    private static readonly string[] Operators =
        ["**", "//", "==", "!=", "<=", ">=", "+", "-", "*", "/", "%", "~", "<", ">", "=", "(", ")", "[", "]", "{", "}", ",", ".", ":", "|"];

    private readonly string source;
    private readonly string name;
    private readonly List<TemplateToken> tokens = [];
    private int position;
    private int countedTo;
    private int line = 1;
    private int lineStart;

    private TemplateLexer(string source, string name)
    {
        // Python reads "\r\n" as one line feed.
        source = source.ReplaceLineEndings("\n");
        this.source = source.EndsWith('\n') ? source[..^1] : source;
        this.name = name;
    }

    /// <summary>All tokens, the end included.</summary>
    public static IReadOnlyList<TemplateToken> Read(string source, string name)
    {
        var lexer = new TemplateLexer(source, name);
        while (lexer.position < lexer.source.Length)
            lexer.ReadText();
        lexer.Add(TemplateTokenKind.End, "", lexer.position);
        return lexer.tokens;
    }

    private TemplatePlace Place(int at)
    {
        for (; countedTo < at; countedTo++)
            if (source[countedTo] == '\n')
                (line, lineStart) = (line + 1, countedTo + 1);
        return new TemplatePlace(name, line, at - lineStart + 1);
    }

    private void Add(TemplateTokenKind kind, string text, int at) => tokens.Add(new TemplateToken(kind, text, Place(at)));

    private bool At(string text) => string.CompareOrdinal(source, position, text, 0, text.Length) == 0;

    private void ReadText()
    {
        var begin = NextTag(position);
        var text = source.AsSpan(position, begin - position);
        if (begin == source.Length)
        {
            Emit(text);
            position = begin;
            return;
        }
        var control = begin + 2 < source.Length ? source[begin + 2] : '\0';
        if (control == '-')
            text = text.TrimEnd();
        else if (source[begin + 1] != '{' && control != '+')
            text = StripLineStart(text);
        Emit(text);
        position = begin + 2 + (control is '-' or '+' ? 1 : 0);
        if (source[begin + 1] == '#')
            SkipComment(begin);
        else
            ReadTag(begin, source[begin + 1] == '{');
    }

    private int NextTag(int from)
    {
        for (var at = source.IndexOf('{', from); at >= 0 && at + 1 < source.Length; at = source.IndexOf('{', at + 1))
            if (source[at + 1] is '{' or '%' or '#')
                return at;
        return source.Length;
    }

    // White space between the beginning of a line and a block goes; the text may begin in the middle of a line, after another tag.
    private ReadOnlySpan<char> StripLineStart(ReadOnlySpan<char> text)
    {
        var start = text.LastIndexOf('\n') + 1;
        var beginsLine = start > 0 || position == 0 || source[position - 1] == '\n';
        return beginsLine && text[start..].Trim().IsEmpty ? text[..start] : text;
    }

    private void Emit(ReadOnlySpan<char> text)
    {
        if (!text.IsEmpty)
            Add(TemplateTokenKind.Text, text.ToString(), position);
    }

    private void SkipComment(int begin)
    {
        var end = source.IndexOf("#}", position, StringComparison.Ordinal);
        if (end < 0)
            throw Place(begin).Fault("a comment that is not closed");
        position = end + 2;
        AfterBlock(source[end - 1]);
    }

    // After a block or comment: "-" takes all white space, else one line feed goes, unless "+" keeps it.
    private void AfterBlock(char control)
    {
        if (control == '-')
            SkipSpace();
        else if (control != '+' && position < source.Length && source[position] == '\n')
            position++;
    }

    private void SkipSpace()
    {
        while (position < source.Length && char.IsWhiteSpace(source[position]))
            position++;
    }

    private void ReadTag(int begin, bool isOutput)
    {
        Add(isOutput ? TemplateTokenKind.OutputBegin : TemplateTokenKind.BlockBegin, source.Substring(begin, 2), begin);
        var close = isOutput ? "}}" : "%}";
        // A dictionary's braces may stand beside the tag's: "}}" inside brackets is no end.
        var depth = 0;
        while (true)
        {
            SkipSpace();
            if (position >= source.Length)
                throw Place(begin).Fault($"'{source.AsSpan(begin, 2)}' without '{close}'");
            var control = source[position];
            if (depth == 0 && (At(close) || (control is '-' or '+' && string.CompareOrdinal(source, position + 1, close, 0, 2) == 0)))
            {
                Add(isOutput ? TemplateTokenKind.OutputEnd : TemplateTokenKind.BlockEnd, close, position);
                position += control is '-' or '+' ? 3 : 2;
                if (!isOutput || control == '-')
                    AfterBlock(control);
                if (!isOutput && tokens is [.., { Kind: TemplateTokenKind.BlockBegin }, { Text: "raw" }, _])
                    ReadRaw(begin);
                return;
            }
            ReadToken(ref depth);
        }
    }

    // {% raw %} ... {% endraw %}: the text between as it stands.
    private void ReadRaw(int begin)
    {
        tokens.RemoveRange(tokens.Count - 3, 3);
        for (var at = source.IndexOf("{%", position, StringComparison.Ordinal); at >= 0; at = source.IndexOf("{%", at + 2, StringComparison.Ordinal))
        {
            var end = source.IndexOf("%}", at + 2, StringComparison.Ordinal);
            if (end < 0 || source[(at + 2)..end].Trim('-', '+', ' ', '\t', '\n') != "endraw")
                continue;
            var text = source.AsSpan(position, at - position);
            Emit(source[at + 2] == '-' ? text.TrimEnd() : source[at + 2] == '+' ? text : StripLineStart(text));
            position = end + 2;
            AfterBlock(source[end - 1]);
            return;
        }
        throw Place(begin).Fault("'raw' without 'endraw'");
    }

    private void ReadToken(ref int depth)
    {
        var start = position;
        var first = source[position];
        if (char.IsLetter(first) || first == '_')
        {
            while (position < source.Length && (char.IsLetterOrDigit(source[position]) || source[position] == '_'))
                position++;
            Add(TemplateTokenKind.Name, source[start..position], start);
        }
        else if (char.IsAsciiDigit(first))
        {
            ReadNumber(start);
        }
        else if (first is '"' or '\'')
        {
            ReadString(start, first);
        }
        else
        {
            var found = Array.Find(Operators, At) ?? throw Place(position).Unknown("the character", first.ToString());
            depth += found is "(" or "[" or "{" ? 1 : found is ")" or "]" or "}" ? -1 : 0;
            position += found.Length;
            Add(TemplateTokenKind.Operator, found, start);
        }
    }

    private void ReadNumber(int start)
    {
        var isFloat = false;
        while (position < source.Length && (char.IsAsciiDigit(source[position]) || source[position] == '_' || (!isFloat && IsFraction())))
        {
            isFloat |= source[position] == '.';
            position++;
        }
        var text = source[start..position].Replace("_", "", StringComparison.Ordinal);
        if (isFloat ? !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _) : !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            throw Place(start).Fault($"'{text}' is not a number that can be held");
        Add(isFloat ? TemplateTokenKind.Float : TemplateTokenKind.Integer, text, start);
    }

    // "1.5" is a number; "messages.0.x" and "1..." are not.
    private bool IsFraction() => source[position] == '.' && position + 1 < source.Length && char.IsAsciiDigit(source[position + 1])
        && !(tokens[^1] is { Kind: TemplateTokenKind.Operator, Text: "." });

    private void ReadString(int start, char quote)
    {
        var text = new StringBuilder();
        for (position++; ; position++)
        {
            if (position >= source.Length)
                throw Place(start).Fault("a string that is not closed");
            if (source[position] == quote)
                break;
            if (source[position] == '\\' && position + 1 < source.Length)
                ReadEscape(text);
            else
                text.Append(source[position]);
        }
        position++;
        Add(TemplateTokenKind.String, text.ToString(), start);
    }

    private void ReadEscape(StringBuilder text)
    {
        var escape = source[++position];
        var digits = escape switch
        {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => 0,
        };
        if (digits > 0 && position + digits < source.Length && int.TryParse(source.AsSpan(position + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var point) && Rune.IsValid(point))
        {
            text.Append(new Rune(point).ToString());
            position += digits;
            return;
        }
        text.Append(escape switch
        {
            'n' => "\n",
            't' => "\t",
            'r' => "\r",
            'b' => "\b",
            'f' => "\f",
            'v' => "\v",
            '0' => "\0",
            '\n' => "",
            '\\' or '\'' or '"' => escape.ToString(),
            // As Python: an unknown escape stays as it stands.
            _ => $"\\{escape}",
        });
    }
}
