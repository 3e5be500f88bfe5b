using Sparseland.Chance;
using Sparseland.Language.Pruning.Structures;

namespace Sparseland.Language.Tests.Pruning.Structures;

public sealed class StructureCountsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(16)]
    public void Counts_are_multiples_and_their_sum_is_what_was_wanted_within_half_a_unit(int unit)
    {
        var chance = new RandomStream(7, "wanted counts");
        for (var trial = 0; trial < 300; trial++)
        {
            var blocks = 1 + chance.NextInt(12);
            int[] available = [.. Enumerable.Repeat(unit * (4 + chance.NextInt(20)), blocks)];
            double[] wanted = [.. available.Select(all => all * (0.3 + 0.6 * chance.NextDouble()))];
            var counts = StructureCounts.Round(wanted, available, unit);
            Assert.InRange(counts.Sum() - wanted.Sum(), -unit / 2.0 - 1e-6, unit / 2.0 + 1e-6);
            for (var i = 0; i < blocks; i++)
            {
                Assert.Equal(0, counts[i] % unit);
                Assert.InRange(counts[i], unit, available[i]);
                Assert.True(Math.Abs(counts[i] - wanted[i]) <= 1.5 * unit, $"{counts[i]} for {wanted[i]}");
            }
        }
    }

    [Fact]
    public void What_is_wanted_whole_stays_whole_even_when_it_is_no_multiple() =>
        Assert.Equal([44, 44, 12], StructureCounts.Round([44, 44, 12], [44, 44, 12], 16));

    [Fact]
    public void No_set_is_emptied_and_the_others_make_up_for_it() =>
        Assert.Equal([16, 48], StructureCounts.Round([2, 62], [128, 128], 16));

    [Fact]
    public void The_largest_rounding_error_is_repaired_first()
    {
        // All three are rounded down to 10, the sum lacks nearly one step, and the set that lost most takes it.
        Assert.Equal([10, 20, 10], StructureCounts.Round([14, 14.9, 11], [100, 100, 100], 10));
    }
}
