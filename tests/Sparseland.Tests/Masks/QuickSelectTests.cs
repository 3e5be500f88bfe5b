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
}
