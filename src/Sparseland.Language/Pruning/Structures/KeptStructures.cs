using Sparseland.Errors;

namespace Sparseland.Language.Pruning.Structures;

/// <summary>Which structures of a set stay.</summary>
public sealed record KeptStructures
{
    /// <summary>Says which stay.</summary>
    /// <param name="set">The set.</param>
    /// <param name="indices">Their numbers, ascending; at least one.</param>
    /// <exception cref="ArgumentException">None stays, one is not in the set, or the order is not ascending.</exception>
    public KeptStructures(StructureSet set, IReadOnlyList<int> indices)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(indices);
        for (var i = 0; i < indices.Count; i++)
            if ((uint)indices[i] >= (uint)set.Count || (i > 0 && indices[i] <= indices[i - 1]))
                throw new ArgumentException($"{set.Name}: structure {indices[i]} at place {i} of an ascending list from 0 to {set.Count - 1}", nameof(indices));
        if (indices.Count == 0)
            throw new ArgumentException($"{set.Name}: nothing stays; a layer keeps at least one structure", nameof(indices));
        (Set, Indices) = (set, indices);
    }

    /// <summary>The set.</summary>
    public StructureSet Set { get; }

    /// <summary>The numbers of those that stay, ascending.</summary>
    public IReadOnlyList<int> Indices { get; }

    /// <summary>Whether all stay.</summary>
    public bool IsWhole => Indices.Count == Set.Count;

    /// <summary>The highest scores: exactly <paramref name="count"/>, of equal scores the later ones.</summary>
    /// <param name="set">The set.</param>
    /// <param name="scores">One per structure.</param>
    /// <param name="count">How many stay, 1 to all.</param>
    /// <exception cref="NumericalException">A score is NaN.</exception>
    public static KeptStructures Best(StructureSet set, ReadOnlySpan<double> scores, int count)
    {
        ArgumentNullException.ThrowIfNull(set);
        if (scores.Length != set.Count)
            throw new ArgumentException($"{set.Name}: {scores.Length} scores for {set.Count} structures", nameof(scores));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, set.Count);
        var order = new int[set.Count];
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
            if (double.IsNaN(scores[i]))
                throw new NumericalException($"{set.Name}: the score of structure {i} is NaN");
        }
        var keys = scores.ToArray();
        Array.Sort(order, (a, b) => keys[a] != keys[b] ? keys[a].CompareTo(keys[b]) : a.CompareTo(b));
        var kept = order[^count..];
        Array.Sort(kept);
        return new KeptStructures(set, kept);
    }

    /// <summary>The rows or columns that stay.</summary>
    /// <param name="extent">Of each structure.</param>
    internal int[] Places(int extent)
    {
        var places = new int[Indices.Count * extent];
        for (var i = 0; i < places.Length; i++)
            places[i] = Indices[i / extent] * extent + i % extent;
        return places;
    }
}
