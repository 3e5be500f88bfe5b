using Sparseland.Errors;
using Sparseland.Progress;

namespace Sparseland.Trees.Partitions;

/// <summary>
/// Nested boxes in any dimension whose side ratios stay below a constant, whatever weights and depth: a box may be smaller than its share, by a factor of at least 1 − ε per level of the tree. Space that
/// nobody gets stays empty. After the rectangular partitions with slack of de Berg, Onak and Sidiropoulos (2013); the construction and its proof are ours, see <see cref="SlackSplitter"/>.
/// </summary>
public static class SlackPartition
{
    /// <summary>The largest ε.</summary>
    public const double MostEpsilon = 0.33;

    /// <summary>The most dimensions.</summary>
    public const int MostDimensions = 8;

    /// <summary>The ε per level that loses at most a given share over all levels of a tree.</summary>
    /// <param name="slack">The share, above 0 and below 1.</param>
    /// <param name="depth">Levels below the root.</param>
    public static double EpsilonFor(double slack, int depth) => Math.Min(slack / Math.Max(depth, 1), MostEpsilon);

    /// <summary>What no side ratio exceeds: that of the outer box, or ε to the power of minus the dimension.</summary>
    /// <param name="epsilon">The loss per level.</param>
    /// <param name="dimensions">The dimension.</param>
    /// <param name="outerRatio">Longest over shortest side of the outer box.</param>
    public static double RatioBound(double epsilon, int dimensions, double outerRatio = 1) => Math.Max(outerRatio, Math.Pow(epsilon, -dimensions));

    /// <summary>Finds boxes in a cube of side 1.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="dimensions">The dimension, 1 to <see cref="MostDimensions"/>.</param>
    /// <param name="epsilon">What a box may lose of its share at each level, above 0 and at most <see cref="MostEpsilon"/>.</param>
    /// <param name="progress">Told how many nodes are done.</param>
    /// <param name="cancellation">Heeded between nodes.</param>
    /// <exception cref="InvalidSettingException">A setting is outside its range.</exception>
    public static SlackBoxes Boxes(WeightedTree tree, int dimensions, double epsilon, IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        if (dimensions is < 1 or > MostDimensions)
            throw new InvalidSettingException($"{dimensions} dimensions: 1 to {MostDimensions} are possible");
        Span<double> sides = stackalloc double[dimensions];
        sides.Fill(1);
        return Boxes(tree, epsilon, sides, progress, cancellation);
    }

    /// <summary>Finds boxes in a given one.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="epsilon">What a box may lose of its share at each level, above 0 and at most <see cref="MostEpsilon"/>.</param>
    /// <param name="sides">The outer box's sides, above zero; their number is the dimension.</param>
    /// <param name="progress">Told how many nodes are done.</param>
    /// <param name="cancellation">Heeded between nodes.</param>
    /// <exception cref="InvalidSettingException">A setting is outside its range.</exception>
    public static SlackBoxes Boxes(WeightedTree tree, double epsilon, ReadOnlySpan<double> sides, IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(tree);
        if (!(epsilon > 0 && epsilon <= MostEpsilon))
            throw new InvalidSettingException($"an epsilon of {epsilon}: it must be above 0 and at most {MostEpsilon}");
        if (sides.Length is < 1 or > MostDimensions)
            throw new InvalidSettingException($"{sides.Length} dimensions: 1 to {MostDimensions} are possible");
        foreach (var side in sides)
            if (!(side > 0 && double.IsFinite(side)))
                throw new InvalidSettingException($"a box with a side of {side}: sides must be above zero and finite");
        var dimensions = sides.Length;
        var order = new ChildOrder(tree, heaviestFirst: true);
        var (lower, all) = (new double[tree.Count * dimensions], new double[tree.Count * dimensions]);
        sides.CopyTo(all);
        var splitter = new SlackSplitter(dimensions, epsilon, tree.Weights.ToArray(), lower, all);
        for (var node = 0; node < tree.Count; node++)
        {
            if (node % 4096 == 0)
            {
                cancellation.ThrowIfCancellationRequested();
                progress?.Report(new("dividing boxes", node, tree.Count));
            }
            var children = order.ChildrenOf(node);
            splitter.Split(order.Nodes.AsSpan(children.Start, children.Count), lower.AsSpan(node * dimensions, dimensions), all.AsSpan(node * dimensions, dimensions));
        }
        return new(dimensions, epsilon, lower, all);
    }
}
