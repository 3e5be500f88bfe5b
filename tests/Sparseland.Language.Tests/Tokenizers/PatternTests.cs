using System.Text.RegularExpressions;
using Sparseland.Errors;
using Sparseland.Language.Tokenizers.Patterns;
using Sparseland.Language.Tokenizers.PreTokenizers;

namespace Sparseland.Language.Tests.Tokenizers;

public class PatternTests
{
    private static List<string> All(ITextMatcher matcher, string text)
    {
        var budget = MatchBudget.For(text.Length);
        var found = new List<string>();
        for (var at = 0; matcher.Find(text, at, ref budget, out var start, out var end); at = end)
            found.Add(text[start..end]);
        return found;
    }

    [Theory]
    [InlineData(@"a+b*?c??|\d{2,3}")]
    [InlineData(@"(?:ab|a)(?:c|bcd)(?:d*)")]
    [InlineData(@"[^\s\p{L}\p{N}]+|\p{Lu}\p{Ll}*")]
    [InlineData(@"(?i:HE|lL)|(?i)x[a-c]")]
    [InlineData(@"\s+(?!\S)|\s+(?=a)")]
    [InlineData(@"(?>a*)b|[\]\-x]+")]
    [InlineData(@"^a|z$|[\u00e0-\u00ff]")]
    [InlineData(@"(a|b){2,}c?|.{3}")]
    [InlineData(@"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")]
    public void In_the_basic_plane_matches_are_those_of_dotnet(string expression)
    {
        var pattern = new Pattern(expression);
        var regex = new Regex(expression, RegexOptions.CultureInvariant);
        var texts = TestTexts.Multilingual.Concat(Enumerable.Range(0, 40).Select(seed => TestTexts.Random((ulong)seed, 80)))
            .Concat(["aaabcabcdabdd 12345 xAxb HeLLo aab\n aba ababc", "Zz]--x]ab\r\n\r\n a  b"]);
        foreach (var text in texts.Select(text => string.Concat(text.Where(unit => !char.IsSurrogate(unit) && unit != 'ſ'))))
            Assert.Equal(regex.Matches(text).Select(match => match.Value).Where(value => value.Length > 0), All(pattern, text));
    }

    [Fact]
    public void Word_boundaries_lie_between_words_and_the_rest()
    {
        Assert.Equal(["ab", "ab"], All(new Pattern(@"\bab\b"), "ab cab ab_ ab"));
        Assert.Equal(["b"], All(new Pattern(@"\Bb"), "b ab"));
    }

    [Fact]
    public void Possessive_repetitions_give_nothing_back()
    {
        Assert.Empty(All(new Pattern(@"\d++\d"), "1234"));
        Assert.Equal(["1234"], All(new Pattern(@"\d+\d"), "1234"));
        Assert.Equal(["aab"], All(new Pattern(@"(?:a|ab)?+ab|aab"), "aab"));
    }

    [Fact]
    public void The_hand_written_words_are_those_of_their_expressions()
    {
        foreach (var words in WordPattern.Known)
        {
            var pattern = new Pattern(words.Expression);
            foreach (var text in TestTexts.Multilingual.Concat(Enumerable.Range(0, 200).Select(seed => TestTexts.Random((ulong)seed + 100, 120))))
                Assert.Equal(All(pattern, text), All(words, text));
        }
    }

    [Fact]
    public void A_letter_beyond_the_basic_plane_is_a_letter_and_an_emoji_goes_with_its_word()
    {
        Assert.Equal(["𝐀𝐁", " 𠮷野"], All(WordPattern.Gpt2, "𝐀𝐁 𠮷野"));
        // [^\r\n\p{L}\p{N}]?\p{L}+ takes one mark along, and the emoji is one.
        Assert.Equal(["😀hello", "😀😀", "a"], All(WordPattern.Llama3, "😀hello😀😀a"));
        Assert.Equal(["𝟏𝟐𝟑", "𝟒"], All(WordPattern.Llama3, "𝟏𝟐𝟑𝟒"));
        Assert.Equal(["don", "'T", " it", "'ſ"], All(WordPattern.Llama3, "don'T it'ſ"));
    }

    [Theory]
    [InlineData(@"(?<name>a)", "(?<n")]
    [InlineData(@"\p{Han}+", "Han")]
    [InlineData(@"a\1", "\\1")]
    [InlineData(@"[a&&b]", "&&")]
    [InlineData(@"(a*)*", "unbounded")]
    [InlineData(@"(a", "not closed")]
    [InlineData(@"a)", "')'")]
    [InlineData(@"[a", "not closed")]
    [InlineData(@"*a", "nothing before")]
    [InlineData(@"a{5000}", "{5000}")]
    public void What_is_not_known_is_named(string expression, string name) =>
        Assert.Contains(name, Assert.Throws<UnsupportedException>(() => new Pattern(expression)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_hostile_pattern_ends()
    {
        Assert.Throws<ResourceLimitException>(() => All(new Pattern(@"(?:a|a)+(?:a|a)+(?:a|a)+b"), new string('a', 200)));
        Assert.Throws<UnsupportedException>(() => new Pattern(string.Concat(Enumerable.Repeat("(?:", 500)) + "a" + string.Concat(Enumerable.Repeat("){9}", 500))));
        Assert.Throws<UnsupportedException>(() => new Pattern("(?:(?:(?:(?:a{1000}){1000}){1000}){1000})"));
    }
}
