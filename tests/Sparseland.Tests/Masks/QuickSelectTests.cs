using CsCheck;
using Sparseland.Masks;

namespace Sparseland.Tests.Masks;

public class QuickSelectTests
{
    [Fact]
    public void The_value_of_a_rank_is_what_sorting_gives_with_many_ties_too()
    {
        Gen.Select(Gen.Int[1, 400], Gen.Int[0, 1000], Gen.Int[1, 1000]).Sample((length, seed, distinct) =>
        {
            var chance = new Sparseland.Chance.RandomStream((ulong)seed, "quickselect");
            var values = Enumerable.Range(0, length).Select(_ => (float)(chance.NextInt(distinct) - distinct / 2)).ToArray();
            var sorted = values.Order().ToArray();
            var rank = chance.NextInt(length);
            return QuickSelect.Select(values.ToArray(), rank) == sorted[rank];
        }, seed: "0N0XIzNsQ0O2", iter: 2000);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Orders_that_are_bad_for_pivots_work_too(int kind)
    {
        const int n = 5000;
        var values = Enumerable.Range(0, n).Select(i => kind switch { 0 => (float)i, 1 => n - i, 2 => 7f, _ => Math.Abs(i - n / 2f) }).ToArray();
        var sorted = values.Order().ToArray();
        foreach (var rank in new[] { 0, 1, n / 3, n - 1 })
            Assert.Equal(sorted[rank], QuickSelect.Select(values.ToArray(), rank));
    }

    [Theory]
    [InlineData(16384, 1 << 20)]
    [InlineData(50000, 1 << 20)]
    [InlineData(50000, 300)]
    [InlineData(50000, 3)]
    [InlineData(50000, 1)]
    public void Of_many_values_a_sample_narrows_the_search_without_changing_the_answer(int length, int distinct)
    {
        var chance = new Sparseland.Chance.RandomStream(5, "quickselect");
        var values = Enumerable.Range(0, length).Select(_ => (float)(chance.NextInt(distinct) - distinct / 2)).ToArray();
        var sorted = values.Order().ToArray();
        foreach (var rank in new[] { 0, 1, 7, length / 1000, length / 2, length * 9 / 10, length - 2, length - 1 })
            Assert.Equal(sorted[rank], QuickSelect.Select(values.ToArray(), rank));
    }

    [Fact]
    public void A_sample_that_misleads_costs_time_only()
    {
        // Exactly the places that a regular sample reads hold other values than the rest.
        var values = Enumerable.Range(0, 32768).Select(i => i % 32 == 0 ? 1000f + i : i * 7919 % 32768 / 100f).ToArray();
        var sorted = values.Order().ToArray();
        foreach (var rank in new[] { 0, 100, 16384, 31744, 32767 })
            Assert.Equal(sorted[rank], QuickSelect.Select(values.ToArray(), rank));
    }
}
