using Sparseland.Chance;

namespace Sparseland.Tests.Chance;

public class RandomStreamTests
{
    [Fact]
    public void Equal_seed_name_and_index_give_equal_bits_and_any_difference_gives_others()
    {
        var bits = new RandomStream(1, "a").NextBits();
        Assert.Equal(bits, new RandomStream(1, "a").NextBits());
        Assert.NotEqual(bits, new RandomStream(2, "a").NextBits());
        Assert.NotEqual(bits, new RandomStream(1, "b").NextBits());
        Assert.NotEqual(bits, new RandomStream(1, "a", 1).NextBits());
    }

    [Fact]
    public void A_saved_state_continues_the_same_sequence()
    {
        var stream = new RandomStream(5, "s");
        stream.NextBits();
        var state = stream.State;
        var next = stream.NextBits();
        Assert.Equal(next, new RandomStream(9, "other") { State = state }.NextBits());
    }

    [Fact]
    public void Bounded_integers_are_uniform_within_five_deviations()
    {
        var stream = new RandomStream(3, "uniform");
        var counts = new int[10];
        const int draws = 100_000;
        for (var i = 0; i < draws; i++)
            counts[stream.NextInt(10)]++;
        var deviation = Math.Sqrt(draws * 0.1 * 0.9);
        Assert.All(counts, count => Assert.InRange(count, draws / 10 - 5 * deviation, draws / 10 + 5 * deviation));
    }

    [Fact]
    public void Normal_values_have_mean_zero_and_variance_one()
    {
        var stream = new RandomStream(4, "normal");
        var values = Enumerable.Range(0, 100_000).Select(_ => stream.NextNormal()).ToArray();
        Assert.InRange(values.Average(), -0.016, 0.016);
        Assert.InRange(values.Select(v => v * v).Average(), 0.978, 1.022);
    }
}
