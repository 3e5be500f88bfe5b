namespace Sparseland.Trees.Partitions;

/// <summary>How a node's children are put into two groups, and those again, until each stands alone.</summary>
public enum Binarisation
{
    /// <summary>In the middle of their list: keeps the order, but a path may take depth · log n cuts.</summary>
    MiddleOfList = 0,

    /// <summary>
    /// By their leaves: two groups with at most two thirds of the leaves each, neighbours together where that can be; a child that has more stands alone. A path takes at most depth + log n / log 1.5 cuts.
    /// </summary>
    ByLeaves = 1,

    /// <summary>The same by weight: balanced cuts wherever no child dominates.</summary>
    ByWeight = 2,
}

/// <summary>Splits ranges of children in two. Reorders them where a child must stand alone.</summary>
internal sealed class Binariser(WeightedTree tree, Binarisation way)
{
    private const double MostShare = 2.0 / 3;

    /// <summary>Splits a range of at least two children.</summary>
    /// <param name="children">Nodes; their order may change.</param>
    /// <returns>How many belong to the first group.</returns>
    public int Split(Span<int> children)
    {
        if (way == Binarisation.MiddleOfList || children.Length == 2)
            return children.Length / 2;
        var (total, largest) = (0.0, 0);
        for (var i = 0; i < children.Length; i++)
        {
            total += Size(children[i]);
            if (Size(children[i]) > Size(children[largest]))
                largest = i;
        }
        var (sum, best, place) = (0.0, double.PositiveInfinity, 0);
        for (var i = 1; i < children.Length; i++)
        {
            sum += Size(children[i - 1]);
            var larger = Math.Max(sum, total - sum);
            if (larger < best)
                (best, place) = (larger, i);
        }
        if (best <= MostShare * total)
            return place;
        // No place in the list is balanced, so some child has more than a third: alone it is balanced, or nothing is.
        var child = children[largest];
        children[..largest].CopyTo(children[1..]);
        children[0] = child;
        return 1;
    }

    private double Size(int node) => way == Binarisation.ByWeight ? tree.Weight(node) : tree.LeafCounts[node];
}
