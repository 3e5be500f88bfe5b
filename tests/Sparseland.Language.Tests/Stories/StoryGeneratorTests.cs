using Sparseland.Errors;
using Sparseland.Language.Stories;

namespace Sparseland.Language.Tests.Stories;

public class StoryGeneratorTests
{
    [Fact]
    public void Equal_seed_and_index_give_the_equal_story_and_any_difference_another()
    {
        var story = new StoryGenerator().Generate(4, 9);
        var again = StoryCorpus.Stories(4, 7, 3).Last();
        Assert.Equal(story.Text, again.Text);
        Assert.Equal(story.Surprisal, again.Surprisal);
        Assert.Equal(story.Questions, again.Questions);
        Assert.NotEqual(story.Text, new StoryGenerator().Generate(4, 10).Text);
        Assert.NotEqual(story.Text, new StoryGenerator().Generate(5, 9).Text);
    }

    [Fact]
    public void The_texts_of_a_corpus_do_not_depend_on_where_a_range_begins() =>
        Assert.Equal(StoryCorpus.Texts(8, 0, 20).Skip(12), StoryCorpus.Texts(8, 12, 8));

    [Fact]
    public void No_two_of_ten_thousand_stories_are_equal() =>
        Assert.Equal(10_000, StoryCorpus.Texts(15, 0, 10_000).Distinct().Count());

    [Theory]
    [InlineData(50)]
    [InlineData(100)]
    [InlineData(300)]
    [InlineData(5_000)]
    [InlineData(100_000)]
    public void A_length_that_is_asked_for_is_met_to_a_few_sentences(int tokens)
    {
        for (var i = 0; i < 3; i++)
        {
            var story = new StoryGenerator(StoryOptions.OfTokens(tokens)).Generate(2, i);
            Assert.Equal(tokens, story.TargetTokens);
            Assert.InRange(story.Text.Length - tokens * StoryOptions.CharactersPerToken, 0, 900);
            Assert.EndsWith("\nThe end.", story.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Lengths_fill_the_range_that_is_asked_for()
    {
        var options = new StoryOptions { MinimumTokens = 200, MaximumTokens = 203 };
        Assert.Equal([200, 201, 202, 203], StoryCorpus.Stories(1, 0, 60, options).Select(story => story.TargetTokens).Distinct().Order());
    }

    [Fact]
    public void A_story_of_one_day_fits_a_context_of_512_tokens_in_nineteen_cases_of_twenty()
    {
        var lengths = StoryCorpus.Stories(6, 0, 2000).Select(story => story.Text.Length).Order().ToArray();
        Assert.InRange(lengths.Average(), 980, 1080);
        Assert.True(lengths[1900] <= 512 * StoryOptions.CharactersPerToken, "95 % of the stories are shorter");
        Assert.True(lengths[0] >= 200);
    }

    [Fact]
    public void Chapters_follow_each_other_and_old_facts_are_asked_for_again()
    {
        var story = new StoryGenerator(StoryOptions.OfTokens(20_000)).Generate(3, 0);
        var chapters = story.Text.Split('\n').Where(line => line.StartsWith("Chapter ", StringComparison.Ordinal)).ToList();
        Assert.True(chapters.Count > 40);
        Assert.StartsWith("Chapter 2. ", chapters[0], StringComparison.Ordinal);
        Assert.True(story.Questions.Count(question => question.Distance > 5_000) > 40);
        Assert.True(story.Questions.Max(question => question.Distance) > 40_000);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.3)]
    [InlineData(1.0)]
    public void The_needle_lies_at_its_depth_and_is_asked_for_last_and_never_before(double depth)
    {
        var story = new StoryGenerator(StoryOptions.OfTokens(8_000) with { NeedleDepth = depth }).Generate(6, 1);
        var last = story.Questions[^1];
        Assert.Equal(StoryQuestionKind.Key, last.Kind);
        Assert.Single(story.Questions, question => question.Answer == last.Answer);
        var given = last.Offset - last.Distance;
        Assert.Equal($" {last.Answer}", story.Text.Substring(given, last.Answer.Length + 1));
        Assert.InRange(given / (double)story.Text.Length, depth - 0.02, depth + 0.06);
    }

    [Fact]
    public void Settings_outside_their_range_are_refused_by_name()
    {
        (StoryOptions Options, string Word)[] faults =
        [
            (StoryOptions.OfTokens(49), "least length 49"),
            (new StoryOptions { MinimumTokens = 90, MaximumTokens = 80 }, "greatest length 80"),
            (StoryOptions.OfTokens(2_000_000), "2000000"),
            (new StoryOptions { QuestionRate = 1.1 }, "question rate"),
            (new StoryOptions { DistantShare = double.NaN }, "distant share"),
            (new StoryOptions { RestateRate = -1 }, "restate rate"),
            (new StoryOptions { LongestChain = 0 }, "longest chain"),
            (new StoryOptions { NeedleDepth = 0.5 }, "needs a length"),
            (StoryOptions.OfTokens(100) with { NeedleDepth = 2 }, "needle's depth"),
            (new StoryOptions { Sheets = new SheetOptions(0.7, 0.4) }, "sheets' chances"),
            (new StoryOptions { Sheets = new SheetOptions(FewestOperations: 5) }, "sums' operations"),
            (new StoryOptions { Sheets = new SheetOptions(GreatestOperand: 100) }, "greatest number"),
            (new StoryOptions { Shares = new StoryQuestionShares { Key = -1 } }, "question share"),
            (new StoryOptions { Shares = new StoryQuestionShares { Worked = 2 } }, "worked share"),
            (new StoryOptions { Shares = new StoryQuestionShares { Where = 0, Who = 0, Colour = 0 } }, "at least one"),
        ];
        foreach (var (options, word) in faults)
            Assert.Contains(word, Assert.Throws<InvalidSettingException>(() => new StoryGenerator(options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Kinds_without_a_share_are_not_asked_for()
    {
        var options = new StoryOptions { Shares = new StoryQuestionShares { Where = 0, Who = 1, Count = 0, Sum = 0, Said = 0, Told = 0, Colour = 0, Key = 0 } };
        var stories = StoryCorpus.Stories(1, 0, 200, options).ToList();
        Assert.All(stories.SelectMany(story => story.Questions), question => Assert.Equal(StoryQuestionKind.Who, question.Kind));
        Assert.DoesNotContain(stories, story => story.Text.Contains("The code of", StringComparison.Ordinal));
        Assert.All(stories, story => Assert.Equal(story.Surprisal, new StoryDecoder(options).Decode(story.Text).Surprisal));
    }
}
