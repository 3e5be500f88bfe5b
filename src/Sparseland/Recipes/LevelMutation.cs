using Sparseland.Chance;

namespace Sparseland.Recipes;

/// <summary>
/// The mutations of Týr-the-Pruner's search: one layer becomes a level less sparse and another of the same kind a level sparser, so that the sum of the levels of every kind never changes.
/// Kinds are told apart by what a step removes, so the parameters of the whole model stay the same to the last one.
/// </summary>
/// <param name="ranges">The levels of every layer.</param>
/// <param name="kinds">Layers with equal numbers may exchange levels.</param>
public sealed class LevelMutation(IReadOnlyList<LevelRange> ranges, IReadOnlyList<int> kinds)
{
    private const int MostExchanges = 4;

    // Random draws rarely miss a new genome; where few genomes exist they do, and an end must come.
    private const int TriesPerOffspring = 32;

    /// <summary>A mutated copy: the smaller of two draws from 1 to 4 exchanges. Where no exchange is possible it is a plain copy.</summary>
    /// <param name="parent">Levels, one per layer.</param>
    /// <param name="chance">Chance.</param>
    public int[] Mutate(ReadOnlySpan<int> parent, RandomStream chance)
    {
        ArgumentNullException.ThrowIfNull(chance);
        var genome = parent.ToArray();
        var exchanges = Math.Min(1 + chance.NextInt(MostExchanges), 1 + chance.NextInt(MostExchanges));
        for (var i = 0; i < exchanges; i++)
        {
            int[] givers = [.. Enumerable.Range(0, genome.Length).Where(layer => genome[layer] > ranges[layer].Lowest && Takers(genome, layer).Any())];
            if (givers.Length == 0)
                break;
            var giver = givers[chance.NextInt(givers.Length)];
            int[] takers = [.. Takers(genome, giver)];
            genome[giver]--;
            genome[takers[chance.NextInt(takers.Length)]]++;
        }
        return genome;
    }

    /// <summary>Mutations of a parent that differ from it and from each other; fewer where there are no more to be found.</summary>
    /// <param name="parent">Levels, one per layer.</param>
    /// <param name="count">How many are wanted.</param>
    /// <param name="chance">Chance.</param>
    public IReadOnlyList<int[]> Offspring(int[] parent, int count, RandomStream chance)
    {
        ArgumentNullException.ThrowIfNull(parent);
        var known = new HashSet<string> { Key(parent) };
        var offspring = new List<int[]>();
        for (var tries = 0; offspring.Count < count && tries < count * TriesPerOffspring; tries++)
        {
            var genome = Mutate(parent, chance);
            if (known.Add(Key(genome)))
                offspring.Add(genome);
        }
        return offspring;
    }

    /// <summary>Levels as text, equal for equal levels.</summary>
    public static string Key(IEnumerable<int> genome) => string.Join(' ', genome);

    private IEnumerable<int> Takers(int[] genome, int giver) =>
        Enumerable.Range(0, genome.Length).Where(layer => layer != giver && kinds[layer] == kinds[giver] && genome[layer] < ranges[layer].Highest);
}
