using Sparseland.Language.Tokenizers.Patterns;

namespace Sparseland.Language.Tokenizers.PreTokenizers;

/// <summary>
/// The patterns that nearly every byte-level tokenizer uses, matched by hand over code points: many times the speed of a regular expression,
/// and right for letters beyond the basic plane, which .NET's expressions see as two surrogates that are no letters.
/// Every place of a text belongs to a match.
/// </summary>
internal sealed class WordPattern : ITextMatcher
{
    private readonly int longestNumber;
    private readonly bool wide;

    private WordPattern(string expression, bool wide, int longestNumber)
    {
        Expression = expression;
        this.wide = wide;
        this.longestNumber = longestNumber;
    }

    /// <summary>GPT-2 (Radford et al. 2019, encoder.py).</summary>
    public static WordPattern Gpt2 { get; } = new(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+", wide: false, longestNumber: int.MaxValue);

    /// <summary>Llama 3, and cl100k_base: numbers in groups of three digits, a leading mark stays with its word, line feeds with their run.</summary>
    public static WordPattern Llama3 { get; } = new(
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+", wide: true, longestNumber: 3);

    /// <summary>Qwen2: as Llama 3 with single digits.</summary>
    public static WordPattern Qwen2 { get; } = new(
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+", wide: true, longestNumber: 1);

    /// <summary>All patterns matched by hand.</summary>
    public static IReadOnlyList<WordPattern> Known { get; } = [Gpt2, Llama3, Qwen2];

    /// <summary>The regular expression this is, as tokenizer.json files write it.</summary>
    public string Expression { get; }

    /// <summary>The end of the match that begins at <paramref name="start"/>; always beyond it.</summary>
    public int Next(ReadOnlySpan<char> text, int start)
    {
        var character = text[start];
        if (character == '\'' && Contraction(text[(start + 1)..]) is > 0 and var length)
            return start + 1 + length;
        return wide ? NextWide(text, start) : NextNarrow(text, start);
    }

    /// <inheritdoc/>
    public bool Find(ReadOnlySpan<char> text, int from, ref long budget, out int start, out int end)
    {
        (start, end) = (from, from < text.Length ? Next(text, from) : from);
        return end > start;
    }

    private static int NextNarrow(ReadOnlySpan<char> text, int start)
    {
        var kind = CharacterClasses.At(text, start, out var width);
        if (kind != CharacterClass.Space)
            return RunEnd(text, start + width, kind);
        if (text[start] == ' ' && start + 1 < text.Length && CharacterClasses.At(text, start + 1, out width) is not CharacterClass.Space and var following)
            return RunEnd(text, start + 1 + width, following);
        return SpaceEnd(text, start, RunEnd(text, start, CharacterClass.Space));
    }

    private int NextWide(ReadOnlySpan<char> text, int start)
    {
        var kind = CharacterClasses.At(text, start, out var width);
        var after = start + width;
        if (kind == CharacterClass.Letter)
            return RunEnd(text, after, kind);
        if (kind == CharacterClass.Number)
            return NumberEnd(text, after);
        var following = after < text.Length ? CharacterClasses.At(text, after, out width) : CharacterClass.Space;
        if (following == CharacterClass.Letter && text[start] is not ('\r' or '\n'))
            return RunEnd(text, after + width, CharacterClass.Letter);
        if (kind == CharacterClass.Other)
            return LineEnd(text, RunEnd(text, after, kind));
        if (text[start] == ' ' && following == CharacterClass.Other)
            return LineEnd(text, RunEnd(text, after + width, CharacterClass.Other));
        var end = RunEnd(text, start, CharacterClass.Space);
        var lastBreak = text[start..end].LastIndexOfAny('\r', '\n');
        return lastBreak >= 0 ? start + lastBreak + 1 : SpaceEnd(text, start, end);
    }

    // \s+(?!\S)|\s+ : the last space before a word is left to the word. All white space is in the basic plane.
    private static int SpaceEnd(ReadOnlySpan<char> text, int start, int end) => end < text.Length && end - start > 1 ? end - 1 : end;

    private static int RunEnd(ReadOnlySpan<char> text, int index, CharacterClass kind)
    {
        while (index < text.Length && CharacterClasses.At(text, index, out var width) == kind)
            index += width;
        return index;
    }

    private int NumberEnd(ReadOnlySpan<char> text, int index)
    {
        for (var digits = 1; digits < longestNumber && index < text.Length && CharacterClasses.At(text, index, out var width) == CharacterClass.Number; digits++)
            index += width;
        return index;
    }

    private static int LineEnd(ReadOnlySpan<char> text, int index)
    {
        while (index < text.Length && text[index] is '\r' or '\n')
            index++;
        return index;
    }

    private int Contraction(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
            return 0;
        var (first, second) = (Fold(text[0]), text.Length > 1 ? Fold(text[1]) : '\0');
        return (first, second) switch
        {
            ('s' or 't' or 'm' or 'd', _) => 1,
            ('r' or 'v', 'e') or ('l', 'l') => 2,
            _ => 0,
        };
    }

    // Unicode folds the long s to s as well.
    private char Fold(char character) => !wide ? character : character == 'ſ' ? 's' : char.ToLowerInvariant(character);
}
