using System.Text.RegularExpressions;
using Sparseland.Language.Stories;

namespace Sparseland.Language.Tests.Stories;

public class StoryTextTests
{
    private static readonly string[] Texts = [.. StoryCorpus.Texts(71, 0, 1500)];
    private static readonly string All = string.Join('\n', Texts);

    [Theory]
    [InlineData(@"\ba [aeiou]")]
    [InlineData(@"\ban [^aeiou]")]
    [InlineData(@"\b1 (?:apples|pears|plums|nuts|eggs|cakes|cookies|carrots)\b")]
    [InlineData(@"(?<!\b1) (?:apple|pear|plum|nut|egg|cake|cookie|carrot)\b")]
    [InlineData(@"\b0 [a-z]")]
    [InlineData(@"  | \n|\n\n|\n | [.,?!]")]
    [InlineData(@"[^\n -~]")]
    [InlineData(@"[.?!] [a-z]")]
    [InlineData(@", (?:He|She)\b|\w (?:He|She)\b")]
    [InlineData(@"(?:In the morning|At noon), (?:he|she)\b")]
    public void What_would_be_wrong_never_occurs(string fault) => Assert.DoesNotMatch(fault, All);

    [Fact]
    public void Pronouns_agree_with_the_subject_before_them()
    {
        const string men = "Tom|Ben|Jack|Sam|Max|Leo|Paul|Finn|Oscar|Hugo|David|Peter";
        var women = string.Join('|', Names().Except(men.Split('|')));
        Assert.DoesNotMatch($@"\. (?:{men}) (?:went|ran|walked|took) [^.]*\. She\b", All);
        Assert.DoesNotMatch($@"\. (?:{women}) (?:went|ran|walked|took) [^.]*\. He\b", All);
        Assert.Matches($@"\. (?:{women}) (?:went|ran|walked|took) [^.]*\. She\b", All);
    }

    [Fact]
    public void Words_are_few_and_all_of_them_are_used_often()
    {
        var words = Regex.Matches(All, @"[A-Za-z]+|\d+").GroupBy(match => match.Value).ToDictionary(group => group.Key, group => group.Count());
        Assert.InRange(words.Count, 300, 450);
        foreach (var list in new[] { StoryLexicon.People, StoryLexicon.Places, StoryLexicon.Things, StoryLexicon.Colours, StoryLexicon.Locks })
            Assert.All(list, word => Assert.True(words[word] > 50, word));
        Assert.All(StoryLexicon.Utterances, utterance => Assert.Contains($", \"{utterance}\"", All, StringComparison.Ordinal));
    }

    [Fact]
    public void No_form_of_sentence_dominates_the_paragraphs()
    {
        var forms = new Dictionary<string, int>();
        foreach (var line in All.Split('\n').Where(line => !line.StartsWith("Q: ", StringComparison.Ordinal) && !line.StartsWith("A: ", StringComparison.Ordinal)))
        {
            foreach (var sentence in line.Split(". "))
                forms[FormOf(sentence)] = forms.GetValueOrDefault(FormOf(sentence)) + 1;
        }
        var total = forms.Values.Sum();
        Assert.True(forms.Count > 150, $"{forms.Count} forms");
        Assert.All(forms, form => Assert.True(form.Value < 0.14 * total, $"'{form.Key}' is {form.Value} of {total} sentences"));
    }

    [Fact]
    public void Lines_are_titles_paragraphs_questions_and_answers_and_the_end()
    {
        foreach (var text in Texts)
        {
            var lines = text.Split('\n');
            Assert.Matches("^(A story about|A tale of|One day with) ", lines[0]);
            Assert.Equal("The end.", lines[^1]);
            for (var i = 1; i < lines.Length - 1; i++)
            {
                Assert.Equal(lines[i].StartsWith("Q: ", StringComparison.Ordinal), lines[i + 1].StartsWith("A: ", StringComparison.Ordinal));
                Assert.Contains(lines[i][^1], ".?\"");
            }
        }
    }

    private static IEnumerable<string> Names() => StoryLexicon.People;

    // The sentence with every name, place, thing, colour and number taken out.
    private static string FormOf(string sentence)
    {
        sentence = Regex.Replace(sentence, "\"[^\"]*\"?", "SPEECH");
        sentence = Regex.Replace(sentence, string.Join('|', StoryLexicon.People), "NAME");
        sentence = Regex.Replace(sentence, $@"\b(?:{string.Join('|', [.. StoryLexicon.Places, .. StoryLexicon.Things, .. StoryLexicon.Colours, .. StoryLexicon.Locks])})\b", "WORD");
        sentence = Regex.Replace(sentence, @"\b(?:no|\d+) \w+", "NUMBER");
        return Regex.Replace(sentence, @"\b[Ss]?[Hh]e\b", "PRONOUN");
    }
}
