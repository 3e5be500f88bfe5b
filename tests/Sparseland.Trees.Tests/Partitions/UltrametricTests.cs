using CsCheck;
using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Trees.Partitions;

namespace Sparseland.Trees.Tests.Partitions;

public class UltrametricTests
{
    [Fact]
    public void Distances_are_the_labels_of_the_lowest_common_ancestors_and_fulfil_the_strong_triangle() => Gen.Select(Gen.Int[2, 40], Gen.ULong).Sample((leaves, seed) =>
    {
        var tree = Random(leaves, 8, seed);
        Assert.Equal(leaves, tree.LeafCount);
        for (var i = 0; i < leaves; i++)
        {
            for (var j = 0; j < leaves; j++)
            {
                Assert.Equal(i == j ? 0 : Ancestors(tree, i).Intersect(Ancestors(tree, j)).Min(tree.Label), tree.Distance(i, j));
                for (var k = 0; k < leaves; k += 3)
                    Assert.True(tree.Distance(i, k) <= Math.Max(tree.Distance(i, j), tree.Distance(j, k)));
            }
        }
    }, iter: 30, seed: "0000KDc4Hx31");

    [Fact]
    public void The_distortion_is_that_of_all_pairs_and_no_less_than_the_bound() => Gen.Select(Gen.Int[1, 60], Gen.Int[1, 4], Gen.Int[1, 12], Gen.ULong).Sample((leaves, dimensions, orders, seed) =>
    {
        var tree = Random(leaves, orders, seed);
        var embedding = UltrametricEmbedding.Embed(tree, dimensions);
        var (stretch, shrink) = (0.0, 0.0);
        for (var i = 0; i < leaves; i++)
        {
            for (var j = 0; j < i; j++)
            {
                var distance = Math.Sqrt(Enumerable.Range(0, dimensions).Sum(axis => Math.Pow(embedding.Point(i)[axis] - embedding.Point(j)[axis], 2)));
                (stretch, shrink) = (Math.Max(stretch, distance / tree.Distance(i, j)), Math.Max(shrink, tree.Distance(i, j) / distance));
            }
        }
        var distortion = embedding.Distortion();
        Assert.Equal(leaves == 1 ? 1 : stretch * shrink, distortion, 1e-9 * distortion);
        Assert.True(distortion >= UltrametricEmbedding.LowerBound(tree, dimensions) * (1 - 1e-9));
        Assert.True(UltrametricEmbedding.OnLine(tree).Distortion() >= UltrametricEmbedding.LowerBound(tree, 1) * (1 - 1e-9));
    }, iter: 200, seed: "0000KDc4Hx31");

    [Fact]
    public void Equidistant_points_have_the_known_bound_and_lie_on_a_line_as_far_as_they_are_many()
    {
        var tree = Star(64, 5);
        Assert.Equal(7, UltrametricEmbedding.LowerBound(tree, 2), 1e-12);
        Assert.Equal(63, UltrametricEmbedding.LowerBound(tree, 1), 1e-12);
        Assert.Equal(63, UltrametricEmbedding.OnLine(tree).Distortion(), 1e-12);
        // A grid of 8 by 8 stretches its diagonal most.
        Assert.Equal(7 * Math.Sqrt(2), UltrametricEmbedding.Embed(tree, 2).Distortion(), 1e-9);
        Assert.Equal(1, UltrametricEmbedding.Embed(Star(2, 3), 2).Distortion());
    }

    [Fact]
    public void Large_labels_do_not_overflow() => Assert.True(double.IsFinite(UltrametricEmbedding.Embed(Star(5, 1e300), 4).Distortion()) && double.IsFinite(UltrametricEmbedding.LowerBound(Star(5, 1e300), 4)));

    [Fact]
    public void Labels_that_are_no_ultrametric_are_refused()
    {
        Assert.Contains("must not grow", Assert.Throws<InvalidSettingException>(() => new UltrametricTree([-1, 0, 1, 1, 0], [1, 2, 0, 0, 0])).Message);
        Assert.Contains("leaf", Assert.Throws<InvalidSettingException>(() => new UltrametricTree([-1, 0, 0], [1, 0, 0.5])).Message);
        Assert.Contains("inner node", Assert.Throws<InvalidSettingException>(() => new UltrametricTree([-1, 0, 0], [0, 0, 0])).Message);
        Assert.Contains("finite", Assert.Throws<InvalidSettingException>(() => new UltrametricTree([-1, 0, 0], [double.NaN, 0, 0])).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new UltrametricTree([-1, 1], [1, 0]));
        Assert.Throws<InvalidSettingException>(() => UltrametricEmbedding.Embed(Star(3, 1), 9));
    }

    private static IEnumerable<int> Ancestors(UltrametricTree tree, int leaf)
    {
        for (var node = tree.Node(leaf); node >= 0; node = tree.Parent(node))
            yield return node;
    }

    private static UltrametricTree Star(int leaves, double label) => new([-1, .. Enumerable.Repeat(0, leaves)], [label, .. new double[leaves]]);

    // Splits leaves at random until each stands alone; every inner node has at least two children.
    private static UltrametricTree Random(int leaves, int orders, ulong seed)
    {
        var chance = new RandomStream(seed, "ultrametric");
        var (parents, labels) = (new List<int> { -1 }, new List<double> { leaves == 1 ? 0 : 1 });
        var work = new Queue<(int Node, int Leaves)>([(0, leaves)]);
        while (work.TryDequeue(out var part))
        {
            for (var left = part.Leaves; part.Leaves > 1 && left > 0;)
            {
                var count = 1 + chance.NextInt(Math.Min(left, part.Leaves - 1));
                left -= count;
                parents.Add(part.Node);
                labels.Add(count == 1 ? 0 : labels[part.Node] * Math.Pow(2, -chance.NextDouble() * orders / 4));
                work.Enqueue((parents.Count - 1, count));
            }
        }
        return new([.. parents], [.. labels]);
    }
}
