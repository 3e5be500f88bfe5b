using Sparseland.Chance;
using Sparseland.Language.Pruning.Comparing;

namespace Sparseland.Language.Tests.Pruning.Comparing;

public class PairedDifferenceTests
{
    [Fact]
    public void The_interval_is_that_of_student_for_three_pairs()
    {
        // Differences -0.1, -0.2, -0.3: mean -0.2, deviation 0.1, half width 4.303 · 0.1 / √3.
        var difference = PairedDifference.Of([1.0, 1.1, 1.2], [1.1, 1.3, 1.5]);
        Assert.Equal(-0.2, difference.Mean, 1e-12);
        Assert.Equal(-0.2 - 0.248434, difference.Low, 1e-5);
        Assert.Equal(-0.2 + 0.248434, difference.High, 1e-5);
        // Zero is within: the intervals overlap, however large the mean is.
        Assert.Equal(Standing.Undecided, difference.Standing);
    }

    [Fact]
    public void Pairs_that_move_together_are_separated_though_their_seeds_spread_widely()
    {
        var difference = PairedDifference.Of([1.0, 2.0, 3.0], [1.1, 2.11, 3.09]);
        Assert.Equal(Standing.Better, difference.Standing);
        Assert.Equal(Standing.Worse, PairedDifference.Of([1.1, 2.11, 3.09], [1.0, 2.0, 3.0]).Standing);
        Assert.Equal("-9.5 % [-11.7, -7.2]", difference.ToString());
    }

    [Fact]
    public void A_difference_within_the_margin_is_equivalence_and_not_victory()
    {
        Assert.Equal(Standing.Equivalent, PairedDifference.Of([1.0, 2.0, 3.0], [1.001, 2.001, 3.001]).Standing);
        Assert.Equal(Standing.Equivalent, PairedDifference.Of([1.0, 2.0, 3.0], [1.0, 2.0, 3.0]).Standing);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Fewer_than_three_seeds_decide_nothing(int seeds) =>
        Assert.Equal(Standing.Undecided, PairedDifference.Of([.. Enumerable.Repeat(1.0, seeds)], [.. Enumerable.Repeat(9.0, seeds)]).Standing);

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(40)]
    public void Two_samples_of_one_kind_are_told_apart_in_about_one_of_twenty_comparisons(int seeds)
    {
        var chance = new RandomStream(7, "negative control", (ulong)seeds);
        const int repetitions = 2000;
        var separated = Enumerable.Range(0, repetitions).Count(_ =>
            PairedDifference.Of([.. Enumerable.Range(0, seeds).Select(_ => chance.NextNormal())], [.. Enumerable.Range(0, seeds).Select(_ => chance.NextNormal())]).Standing is Standing.Better or Standing.Worse);
        Assert.InRange(separated / (double)repetitions, 0.03, 0.07);
    }

    [Fact]
    public void Unequal_numbers_of_seeds_cannot_be_paired() => Assert.Throws<ArgumentException>(() => PairedDifference.Of([1, 2], [1]));
}
