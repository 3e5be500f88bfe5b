using CsCheck;
using Sparseland.Errors;
using Sparseland.Trees.Partitions;

namespace Sparseland.Trees.Tests.Partitions;

public class SlackPartitionTests
{
    [Fact]
    public void No_side_ratio_exceeds_the_bound_and_no_volume_the_slack_in_any_dimension() =>
        Gen.Select(Gen.Int[1, 5], Gen.Double[0.05, 0.33], Gen.Int[1, 80], Gen.Double[0, 12], Gen.ULong).Sample((dimensions, epsilon, nodes, orders, seed) =>
        {
            var tree = RandomTrees.Any(nodes, seed, orders);
            var boxes = SlackPartition.Boxes(tree, dimensions, epsilon);
            for (var node = 0; node < tree.Count; node++)
            {
                Assert.Equal(tree.Weight(node) > 0, boxes.HasBox(node));
                if (!boxes.HasBox(node))
                    continue;
                var share = tree.Weight(node) / tree.Weight(0);
                Assert.InRange(boxes.Volume(node) / share, Math.Pow(1 - epsilon, tree.Level(node)) * (1 - 1e-9), 1 + 1e-9);
                Assert.InRange(boxes.SideRatio(node), 1, SlackPartition.RatioBound(epsilon, dimensions) * (1 + 1e-9));
                AssertInside(boxes, tree, node);
                AssertDisjoint(boxes, tree.Children(node).ToArray().Where(boxes.HasBox).ToArray());
            }
        }, iter: 200, seed: "0000KDc4Hx31");

    [Fact]
    public void The_flat_box_that_defeats_a_plain_cube_is_divided()
    {
        // Sides 1, 1 and ε³ with a share just below ε³: a cube of that volume would be higher than the box.
        const double epsilon = 0.2;
        var flat = epsilon * epsilon * epsilon;
        var boxes = SlackPartition.Boxes(RandomTrees.Flat(1 - 0.99 * flat, 0.99 * flat), epsilon, [1, 1, flat]);
        Assert.Equal(0.99 * flat * flat, boxes.Volume(2), 1e-15);
        Assert.Equal(flat, boxes.Sides(2)[2], 1e-15);
        Assert.InRange(boxes.Volume(1), (1 - epsilon) * (1 - 0.99 * flat) * flat, flat);
        Assert.InRange(boxes.SideRatio(2), 1, 1 / flat);
    }

    [Fact]
    public void The_thickness_is_the_one_whose_box_has_the_share() => Gen.Select(Gen.Double[0.01, 1].Array[1, 6], Gen.Double[1e-6, 1]).Sample((sides, share) =>
    {
        var thickness = SlackSplitter.Thickness(sides, share);
        var volume = sides.Aggregate(1.0, (product, side) => product * Math.Min(side, thickness));
        Assert.Equal(share * sides.Aggregate(1.0, (product, side) => product * side), volume, 1e-9 * volume);
    }, iter: 2000, seed: "0000KDc4Hx31");

    [Fact]
    public void A_long_outer_box_keeps_its_own_ratio()
    {
        var boxes = SlackPartition.Boxes(RandomTrees.Any(60, 2), 0.25, [100, 1]);
        Assert.All(Enumerable.Range(0, 60).Where(boxes.HasBox), node => Assert.InRange(boxes.SideRatio(node), 1, SlackPartition.RatioBound(0.25, 2, 100) * (1 + 1e-9)));
    }

    [Fact]
    public void Impossible_settings_are_refused()
    {
        var tree = RandomTrees.Flat(1, 2);
        Assert.Throws<InvalidSettingException>(() => SlackPartition.Boxes(tree, 0, 0.1));
        Assert.Throws<InvalidSettingException>(() => SlackPartition.Boxes(tree, 9, 0.1));
        Assert.Throws<InvalidSettingException>(() => SlackPartition.Boxes(tree, 2, 0.34));
        Assert.Throws<InvalidSettingException>(() => SlackPartition.Boxes(tree, 2, double.NaN));
        Assert.Throws<InvalidSettingException>(() => SlackPartition.Boxes(tree, 0.1, [1, 0]));
    }

    private static void AssertInside(SlackBoxes boxes, WeightedTree tree, int node)
    {
        var parent = tree.Parent(node);
        for (var i = 0; node > 0 && i < boxes.Dimensions; i++)
        {
            Assert.InRange(boxes.Lower(node)[i], boxes.Lower(parent)[i] - 1e-12, 1);
            Assert.InRange(boxes.Lower(node)[i] + boxes.Sides(node)[i], 0, boxes.Lower(parent)[i] + boxes.Sides(parent)[i] + 1e-12);
        }
    }

    private static void AssertDisjoint(SlackBoxes boxes, int[] nodes)
    {
        foreach (var (one, other) in from one in nodes from other in nodes where one < other select (one, other))
            Assert.Contains(Enumerable.Range(0, boxes.Dimensions), i => boxes.Lower(one)[i] + boxes.Sides(one)[i] <= boxes.Lower(other)[i] + 1e-12 || boxes.Lower(other)[i] + boxes.Sides(other)[i] <= boxes.Lower(one)[i] + 1e-12);
    }
}
