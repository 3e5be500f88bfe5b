using CsCheck;
using Sparseland.Language.Contextual;

namespace Sparseland.Language.Tests.Contextual;

public class NeuronSelectionTests
{
    [Fact]
    public void The_largest_scores_are_those_that_sorting_puts_first() =>
        Gen.Select(Gen.Int[0, 6].Select(score => score * 0.37f).Array[1, 80], Gen.Int[0, 80]).Sample((scores, wanted) =>
        {
            var count = Math.Min(wanted, scores.Length);
            var expected = scores.Select((score, index) => (score, index)).OrderByDescending(pair => pair.score).ThenBy(pair => pair.index).Take(count).Select(pair => pair.index).Order();
            Assert.Equal(expected, NeuronSelection.Largest(scores, count));
        }, iter: 300, seed: "0000KDc4Hx31");

    [Fact]
    public void Extreme_scores_keep_their_order()
    {
        float[] scores = [0, float.Epsilon, 1e-30f, 1, float.MaxValue, float.PositiveInfinity, 1e30f];
        for (var count = 0; count <= scores.Length; count++)
        {
            int[] order = [5, 4, 6, 3, 2, 1, 0];
            Assert.Equal(order.Take(count).Order(), NeuronSelection.Largest(scores, count));
        }
    }

    [Fact]
    public void Shares_are_rounded_as_the_authors_round_them()
    {
        Assert.Equal(5, NeuronSelection.KeptCount(11, 0.5));
        Assert.Equal(6, NeuronSelection.KeptCountAfterDropping(11, 0.5));
        Assert.Equal((1, 1), (NeuronSelection.KeptCount(8, 0.01), NeuronSelection.KeptCountAfterDropping(8, 0.01)));
        Assert.Equal((8, 8), (NeuronSelection.KeptCount(8, 1), NeuronSelection.KeptCountAfterDropping(8, 1)));
    }
}
