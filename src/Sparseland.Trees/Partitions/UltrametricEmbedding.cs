using Sparseland.Errors;

namespace Sparseland.Trees.Partitions;

/// <summary>
/// Points in space for the leaves of an ultrametric, with the distortion they really have: the largest stretching times the largest shrinking over all pairs. Immutable and thread-safe.
/// </summary>
/// <remarks>After section 6 of de Berg, Onak and Sidiropoulos (2013): nested boxes with slack, each with a margin as wide as its distance to its siblings.</remarks>
public sealed class UltrametricEmbedding
{
    private readonly double[] _points;

    private UltrametricEmbedding(UltrametricTree tree, int dimensions, double[] points) => (Tree, Dimensions, _points) = (tree, dimensions, points);

    /// <summary>The ultrametric.</summary>
    public UltrametricTree Tree { get; }

    /// <summary>The space's dimension.</summary>
    public int Dimensions { get; }

    /// <summary>The point of a leaf.</summary>
    public ReadOnlySpan<double> Point(int leaf) => _points.AsSpan(leaf * Dimensions, Dimensions);

    /// <summary>Embeds an ultrametric.</summary>
    /// <param name="tree">The ultrametric.</param>
    /// <param name="dimensions">The space's dimension, 1 to 8.</param>
    /// <exception cref="InvalidSettingException">The dimension is outside its range.</exception>
    public static UltrametricEmbedding Embed(UltrametricTree tree, int dimensions)
    {
        ArgumentNullException.ThrowIfNull(tree);
        if (dimensions is < 1 or > SlackPartition.MostDimensions)
            throw new InvalidSettingException($"{dimensions} dimensions: 1 to {SlackPartition.MostDimensions} are possible");
        return new(tree, dimensions, new UltrametricBoxes(tree, dimensions).Centres());
    }

    /// <summary>The baseline on a line: leaves in their order, neighbours as far apart as their distance. Shrinks nothing, and stretches by the number of leaves.</summary>
    public static UltrametricEmbedding OnLine(UltrametricTree tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        var points = new double[tree.LeafCount];
        for (var leaf = 1; leaf < points.Length; leaf++)
            points[leaf] = points[leaf - 1] + tree.Distance(leaf - 1, leaf);
        return new(tree, 1, points);
    }

    /// <summary>The distortion, over all pairs of leaves: quadratic in their number. 1 for a single leaf.</summary>
    public double Distortion()
    {
        var (least, most) = (double.PositiveInfinity, 0.0);
        for (var leaf = 0; leaf < Tree.LeafCount; leaf++)
        {
            // The leaves after this one, by the ancestor they share with it.
            var from = leaf + 1;
            for (var node = Tree.Parent(Tree.Node(leaf)); node >= 0; node = Tree.Parent(node))
            {
                var (first, count) = Tree.LeavesBelow(node);
                for (; from < first + count; from++)
                {
                    var ratio = Distance(leaf, from) / Tree.Label(node);
                    (least, most) = (Math.Min(least, ratio), Math.Max(most, ratio));
                }
            }
        }
        return Tree.LeafCount == 1 ? 1 : most / least;
    }

    /// <summary>
    /// What no embedding's distortion can fall below. Let one shrink nothing and stretch by D at most. Balls of radius Δ(v) / 2 around the points below different children of v do not meet. A
    /// neighbourhood of the points below a child u grows with its radius at least as a ball would (Brunn and Minkowski), so, as the radius of a ball of equal volume,
    /// R(v)^d ≥ Σ (R(u) + (Δ(v) − Δ(u)) / 2)^d, with R of a leaf 0. All of it has a diameter of at most (D + 1) Δ(v), and no body of that diameter is larger than the ball: R(v) ≤ (D + 1) Δ(v) / 2.
    /// </summary>
    /// <param name="tree">The ultrametric.</param>
    /// <param name="dimensions">The space's dimension.</param>
    public static double LowerBound(UltrametricTree tree, int dimensions)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimensions);
        var (radii, bound) = (new double[tree.Count], 1.0);
        for (var node = tree.Count - 1; node >= 0; node--)
        {
            var label = tree.Label(node);
            if (label > 0)
            {
                // Sums of powers in units of the label, so that no label is too large for them.
                radii[node] = label * Math.Pow(radii[node], 1.0 / dimensions);
                bound = Math.Max(bound, 2 * radii[node] / label - 1);
            }
            if (node > 0)
            {
                var above = tree.Label(tree.Parent(node));
                radii[tree.Parent(node)] += Math.Pow(radii[node] / above + (1 - label / above) / 2, dimensions);
            }
        }
        return bound;
    }

    private double Distance(int first, int second) => TensorPrimitives.Distance(Point(first), Point(second));
}
