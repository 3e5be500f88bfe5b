using Sparseland.Language.Evaluation;

namespace Sparseland.Language.Tests.Evaluation;

public class TaskScoreTests
{
    // Newcombe 1998, table I, method 3: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
    [Theory]
    [InlineData(81, 263, 0.2553, 0.3662)]
    [InlineData(15, 148, 0.0624, 0.1605)]
    [InlineData(0, 20, 0.0000, 0.1611)]
    [InlineData(1, 29, 0.0061, 0.1718)]
    public void The_interval_is_that_of_the_published_examples(int correct, int items, double low, double high)
    {
        var interval = TaskScore.Wilson(correct, items);
        Assert.Equal(low, interval.Low, 4);
        Assert.Equal(high, interval.High, 4);
    }

    [Fact]
    public void The_interval_solves_the_equation_that_defines_it()
    {
        const int items = 57;
        for (var correct = 1; correct < items; correct++)
        {
            var interval = TaskScore.Wilson(correct, items);
            foreach (var bound in new[] { interval.Low, interval.High })
            {
                var deviation = Math.Abs((double)correct / items - bound) / Math.Sqrt(bound * (1 - bound) / items);
                Assert.Equal(1.959963984540054, deviation, 9);
            }
        }
    }

    [Fact]
    public void Without_items_nothing_is_known()
    {
        Assert.Equal((0.0, 1.0), TaskScore.Wilson(0, 0));
        Assert.Equal(0, new TaskScore("none", 0, 0, 0).Accuracy);
    }
}
