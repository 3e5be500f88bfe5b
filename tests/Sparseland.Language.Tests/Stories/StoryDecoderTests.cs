using Sparseland.Errors;
using Sparseland.Language.Stories;

namespace Sparseland.Language.Tests.Stories;

public class StoryDecoderTests
{
    public static TheoryData<string, int> Settings => new()
    {
        { "usual", 3000 }, { "short", 400 }, { "long", 3 }, { "needle", 5 }, { "chains", 400 }, { "reasoning", 400 }, { "sheets", 400 },
    };

    [Theory]
    [MemberData(nameof(Settings))]
    public void Decoding_a_text_gives_its_choices_surprisal_and_questions_again(string name, int count)
    {
        var options = StorySettings.Named(name);
        var decoder = new StoryDecoder(options);
        foreach (var story in StoryCorpus.Stories(11, 0, count, options))
        {
            var decoded = decoder.Decode(story.Text, story.TargetTokens);
            Assert.Equal(story.Choices, decoded.Choices);
            Assert.Equal(story.Surprisal, decoded.Surprisal);
            Assert.Equal(story.Questions, decoded.Questions);
        }
    }

    [Fact]
    public void A_text_that_no_choices_lead_to_is_refused_with_its_place()
    {
        var text = StoryCorpus.Texts(1, 0, 50).First(story => story.StartsWith("A story about", StringComparison.Ordinal));
        var decoder = new StoryDecoder();
        Assert.Throws<MismatchException>(() => decoder.Decode(""));
        Assert.Throws<MismatchException>(() => decoder.Decode(text[..^1]));
        Assert.Throws<MismatchException>(() => decoder.Decode(text + " "));
        Assert.Contains("at character 13", Assert.Throws<MismatchException>(() => decoder.Decode(text[..13] + " Xenia" + text[13..])).Message, StringComparison.Ordinal);
    }
}
