using Sparseland.Chance;
using Sparseland.Recipes;

namespace Sparseland.Tests.Recipes;

public class LevelMutationTests
{
    private static readonly LevelRange[] Ranges = [.. Enumerable.Range(0, 12).Select(layer => new LevelRange(20, layer % 2 == 0 ? 3 : 2, -(layer % 5), 4 - layer % 3))];
    private static readonly int[] Kinds = [.. Enumerable.Range(0, 12).Select(layer => layer % 2)];

    [Fact]
    public void Over_thousands_of_mutations_every_kind_keeps_its_sum_and_every_layer_its_range()
    {
        var mutation = new LevelMutation(Ranges, Kinds);
        var chance = new RandomStream(1, "mutations");
        var genome = new int[12];
        for (var i = 0; i < 5000; i++)
        {
            var before = genome;
            genome = mutation.Mutate(genome, chance);
            for (var kind = 0; kind < 2; kind++)
            {
                Assert.Equal(0, Enumerable.Range(kind, 11).Where(layer => layer < 12 && Kinds[layer] == kind).Sum(layer => genome[layer]));
                Assert.Equal(120, Enumerable.Range(0, 12).Where(layer => Kinds[layer] == kind).Sum(layer => Ranges[layer].KeptAt(genome[layer])));
            }
            for (var layer = 0; layer < 12; layer++)
                Assert.InRange(genome[layer], Ranges[layer].Lowest, Ranges[layer].Highest);
            Assert.InRange(before.Zip(genome, (a, b) => Math.Abs(a - b)).Sum(), 0, 8);
        }
    }

    [Fact]
    public void Offspring_differ_from_their_parent_and_from_each_other()
    {
        var parent = new int[12];
        var offspring = new LevelMutation(Ranges, Kinds).Offspring(parent, 50, new RandomStream(2, "offspring"));
        Assert.Equal(50, offspring.Count);
        Assert.Equal(51, offspring.Append(parent).Select(genome => LevelMutation.Key(genome)).Distinct().Count());
    }

    [Fact]
    public void Where_few_genomes_exist_the_search_for_them_ends()
    {
        LevelRange[] two = [new(4, 1, -1, 1), new(4, 1, -1, 1)];
        var offspring = new LevelMutation(two, [0, 0]).Offspring([0, 0], 24, new RandomStream(3, "few"));
        Assert.Equal(["-1 1", "1 -1"], offspring.Select(genome => LevelMutation.Key(genome)).Order(StringComparer.Ordinal));
        Assert.Empty(new LevelMutation(two, [0, 1]).Offspring([0, 0], 24, new RandomStream(3, "none")));
    }

    [Theory]
    [InlineData(32, 16, 24, 4, 9, -2, 2)]
    [InlineData(32, 1, 24, 4, 9, -2, 4)]
    [InlineData(8, 1, 4, 1, 9, -4, 3)]
    [InlineData(8, 1, 8, 1, 9, 0, 4)]
    [InlineData(8, 1, 1, 1, 9, -4, 0)]
    [InlineData(480, 16, 240, 16, 5, -2, 2)]
    public void A_range_stays_between_the_minimum_and_all(int available, int minimum, int centre, int step, int levels, int lowest, int highest)
    {
        var range = LevelRange.Around(available, minimum, centre, step, levels);
        Assert.Equal((lowest, highest), (range.Lowest, range.Highest));
        Assert.Equal(centre, range.KeptAt(0));
        Assert.All(range.Levels, level => Assert.InRange(range.KeptAt(level), minimum, available));
    }
}
