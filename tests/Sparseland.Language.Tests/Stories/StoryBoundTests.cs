using Sparseland.Chance;
using Sparseland.Language.Stories;

namespace Sparseland.Language.Tests.Stories;

public class StoryBoundTests
{
    // Every factor is written here by hand from the guide's tables, none from the generator's code.
    [Fact]
    public void A_small_storys_surprisal_is_the_closed_form_of_its_choices()
    {
        const string text = "A tale of Tom and Anna\nThey knew the garden and the mill. Tom was in the mill. Anna was in the mill, too. Tom had an orange ball.\n"
            + "At noon, Anna went to the garden.\nThe end.";
        // What Anna can do with Tom in the mill: go (four verbs), speak (three), look around, twenty moods, ask, go together, wave.
        const double acts = 2.2 + 1.1 + 0.7 + 0.4 + 1.4 + 0.3 + 0.3 + 0.5 + (20 * 0.09) + 1.6 + 1.0 + 0.4;
        double[] chances =
        [
            0.25, 1 / 24.0, 0.3, 1 / 23.0, // the title, the first name, no list of three, the second name
            0.25, 1 / 16.0, 0.3, 1 / 15.0, // the places in the same way
            1 / 2.0, 1 / 2.0, // where each is
            0.4 / 2, 1 / 10.0, 1 / 32.0, 0.2, // Tom, of two people, holds a thing; its colour; its word; no second thing
            0.2, 0.75, // noon follows the opening, in its usual form
            1 / 2.0, 2.2 / acts, // Anna; she went; one place is left
            0.23, 0.25, // the paragraph ends; after noon the day ends
        ];
        var options = new StoryOptions { QuestionRate = 0, Shares = new StoryQuestionShares { Count = 0, Sum = 0, Key = 0 } };
        var story = new StoryDecoder(options).Decode(text);
        Assert.Equal(-chances.Sum(Math.Log), story.Surprisal, 9);
    }

    [Fact]
    public void Candidates_are_never_prefixes_of_each_other_and_surprisal_has_the_mean_of_the_entropy()
    {
        var excess = new List<double>();
        foreach (var name in new[] { "usual", "chains", "short", "reasoning" })
        {
            for (var i = 0; i < 150; i++)
            {
                var pen = new JudgingPen(new RandomStream(5, name, (ulong)i));
                new Storyteller(pen, StorySettings.Named(name), name == "short" ? 50 + i : 0).Tell(() => "");
                excess.Add(pen.Surprisal - pen.Entropy);
            }
        }
        // The differences of surprisal and entropy are a martingale's steps: their mean is zero within its standard error.
        var mean = excess.Average();
        var error = Math.Sqrt(excess.Sum(value => (value - mean) * (value - mean)) / excess.Count / excess.Count);
        Assert.InRange(mean, -4 * error, 4 * error);
        Assert.InRange(error, 0.01, 1);
    }

    [Fact]
    public void The_usual_stories_keep_their_documented_information()
    {
        var bound = StoryBound.Of(StoryCorpus.Stories(3, 0, 3000));
        Assert.Equal(3000, bound.Stories);
        Assert.InRange(bound.NatsPerStory, 140, 148);
        Assert.InRange(bound.NatsPerByte, 0.134, 0.142);
        Assert.InRange(bound.StandardError, 0.5, 1.5);
        Assert.Equal(Math.Exp(bound.Nats / 700_000), bound.Perplexity(700_000), 12);
    }

    [Fact]
    public void Sums_are_those_of_the_stories()
    {
        var stories = StoryCorpus.Stories(3, 0, 5).ToList();
        var bound = StoryBound.Of(stories);
        Assert.Equal(stories.Sum(story => story.Surprisal), bound.Nats, 9);
        Assert.Equal(stories.Sum(story => story.Choices), bound.Choices);
        Assert.Equal(stories.Sum(story => (long)story.Text.Length), bound.Bytes);
        Assert.Throws<ArgumentOutOfRangeException>(() => StoryBound.Of([]));
    }

    private sealed class JudgingPen(RandomStream chance) : StoryPen
    {
        private int _length;

        public double Entropy { get; private set; }

        public override int Length => _length;

        public override void Write(string text) => _length += text.Length;

        protected override (string Text, double Weight, int Tag) Decide(List<(string Text, double Weight, int Tag)> offers, double total)
        {
            Assert.Equal(offers.Count, offers.Select(offer => offer.Text).Distinct().Count());
            var sorted = offers.Select(offer => offer.Text).Order(StringComparer.Ordinal).ToList();
            for (var i = 1; i < sorted.Count; i++)
                Assert.False(sorted[i].StartsWith(sorted[i - 1], StringComparison.Ordinal), $"'{sorted[i - 1]}' and '{sorted[i]}'");
            Assert.All(offers, offer => Assert.True(offer.Text.Length > 0 && double.IsFinite(offer.Weight)));
            Entropy -= offers.Sum(offer => offer.Weight / total * Math.Log(offer.Weight / total));
            var point = chance.NextDouble() * total;
            var index = 0;
            while (index < offers.Count - 1 && (point -= offers[index].Weight) >= 0)
                index++;
            _length += offers[index].Text.Length;
            return offers[index];
        }
    }
}
