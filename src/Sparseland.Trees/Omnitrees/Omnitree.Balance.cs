namespace Sparseland.Trees.Omnitrees;

public sealed unsafe partial class Omnitree
{
    /// <summary>
    /// Refines boxes until, across every face, neighbours differ by no more than a given number of levels in every dimension; 1 is the usual balance of two to one. Not part of the paper: numerical methods on
    /// grids ask for it. Boxes are only cut, never united; a balanced tree comes back in normal form with the same boxes. Each round looks at all neighbours and refines every box that is too coarse.
    /// </summary>
    /// <param name="difference">At least 1.</param>
    /// <exception cref="Errors.ResourceLimitException">There would be more nodes than a tree may have.</exception>
    public OmnitreeAdaptation Balance(int difference = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(difference, 1);
        var (tree, changed) = (Normalize().Tree, true);
        while (changed)
        {
            var locations = tree.Boxes().ToArray();
            var wanted = new PackedLevels[locations.Length];
            for (var box = 0; box < locations.Length; box++)
                wanted[box] = tree.WantedBeside(box, locations, difference);
            var plan = new OmnitreePlan(tree);
            changed = false;
            for (var box = 0; box < locations.Length; box++)
            {
                for (var dimension = 0; dimension < Dimensions; dimension++)
                {
                    if (wanted[box][dimension] <= locations[box].Levels[dimension])
                        continue;
                    // One level a round: the next asks only of the halves that still touch.
                    plan.Mark(tree.NodeOf(box), dimension, 1);
                    changed = true;
                }
            }
            if (changed)
                tree = tree.Adapt(plan).Tree;
        }
        return Onto(tree);
    }

    // The levels that the neighbours of a box ask of it: theirs less the difference.
    private PackedLevels WantedBeside(int box, OmnitreeLocation[] locations, int difference)
    {
        var deepest = default(PackedLevels);
        for (var face = 0; face < 2 * Dimensions; face++)
        {
            foreach (var neighbour in NeighboursOf(box, face >> 1, (face & 1) == 1))
                deepest = PackedLevels.Max(deepest, locations[neighbour].Levels);
        }
        for (var dimension = 0; dimension < Dimensions; dimension++)
            deepest[dimension] = Math.Max(0, deepest[dimension] - difference);
        return deepest;
    }

    // The way from this tree to one whose boxes all lie in boxes of this one.
    private OmnitreeAdaptation Onto(Omnitree finer)
    {
        var sources = new int[finer.BoxCount];
        Span<double> corner = stackalloc double[MaximumDimensions];
        var box = 0;
        foreach (var location in finer.Boxes())
        {
            for (var dimension = 0; dimension < Dimensions; dimension++)
                corner[dimension] = location.Minimum(dimension);
            sources[box++] = Locate(corner[..Dimensions]);
        }
        return new(this, finer, [.. Enumerable.Range(0, box + 1)], sources);
    }
}
