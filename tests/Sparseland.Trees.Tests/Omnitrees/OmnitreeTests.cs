using CsCheck;
using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Trees.Omnitrees;

namespace Sparseland.Trees.Tests.Omnitrees;

public class OmnitreeTests
{
    internal static readonly Gen<(int Dimensions, int Refinements, ulong Seed)> Trees = Gen.Select(Gen.Int[1, 8], Gen.Int[0, 40], Gen.ULong);

    internal static Omnitree Random((int Dimensions, int Refinements, ulong Seed) given) =>
        PointerTree.Random(given.Dimensions, Math.Min(given.Refinements, given.Dimensions > 5 ? 3 : 30), new(given.Seed, "omnitree"));

    [Fact]
    public void A_string_is_read_as_it_was_written_and_numbers_nodes_and_boxes_in_its_order() => Trees.Sample(given =>
    {
        var tree = Random(given);
        Assert.Equal(tree, Omnitree.Parse(given.Dimensions, tree.ToString()));
        Assert.Equal(tree.GetHashCode(), Omnitree.Parse(given.Dimensions, tree.ToString()).GetHashCode());
        var boxes = 0;
        for (var node = 0; node < tree.NodeCount; node++)
        {
            var isBox = tree.Refinement(node) == 0;
            Assert.Equal(isBox ? boxes : -1, tree.BoxOf(node));
            if (isBox)
                Assert.Equal(node, tree.NodeOf(boxes++));
        }
        Assert.Equal(boxes, tree.BoxCount);
        Assert.InRange(tree.NodeCount, tree.BoxCount, Math.Max(1, 2 * tree.BoxCount - 1));
    }, iter: 40, seed: "0000KDc4Hx31");

    [Fact]
    public void Children_come_with_the_first_refined_dimension_fastest()
    {
        var tree = Omnitree.Parse(3, "110 000 000 000 000");
        Assert.Equal(["1:0 1:0 0:0", "1:1 1:0 0:0", "1:0 1:1 0:0", "1:1 1:1 0:0"], tree.Boxes().Select(box => box.ToString()));
        Assert.Equal(1, tree.Locate([0.75, 0.25, 0.9]));
        Assert.Equal(2, tree.Locate([0.25, 0.75, 0.1]));
        Assert.Equal(3, tree.Locate([1, 1, 1]));
        Assert.Equal(1, tree.Locate([0.5, 0, 0]));
    }

    [Fact]
    public void Volumes_of_boxes_add_up_to_one_and_each_lies_where_its_node_says() => Trees.Sample(given =>
    {
        var tree = Random(given);
        var boxes = tree.Boxes().ToArray();
        Assert.Equal(1.0, boxes.Sum(box => box.Volume));
        for (var box = 0; box < boxes.Length; box++)
            Assert.Equal(boxes[box], tree.LocationOf(tree.NodeOf(box)));
    }, iter: 40, seed: "0000KDc4Hx31");

    [Fact]
    public void A_point_is_found_in_the_box_that_a_search_through_all_finds() => Trees.Sample(given =>
    {
        var tree = Random(given);
        var boxes = tree.Boxes().ToArray();
        var random = new RandomStream(given.Seed, "points");
        var points = new double[100 * given.Dimensions];
        for (var i = 0; i < points.Length; i++)
            points[i] = random.NextInt(4) == 0 ? random.NextInt(17) / 16.0 : random.NextDouble();
        var found = new int[100];
        tree.Locate(points, found);
        for (var i = 0; i < found.Length; i++)
        {
            var point = points[(i * given.Dimensions)..((i + 1) * given.Dimensions)];
            Assert.Equal(Array.FindIndex(boxes, box => box.Contains(point)), found[i]);
            Assert.Equal(found[i], tree.Locate(point));
        }
    }, iter: 40, seed: "0000KDc4Hx31");

    [Fact]
    public void Coordinates_outside_of_the_cube_are_refused()
    {
        var tree = Omnitree.Regular(2, 1);
        Assert.Throws<ArgumentOutOfRangeException>(() => tree.Locate([0.5, double.NaN]));
        Assert.Throws<ArgumentOutOfRangeException>(() => tree.Locate([-0.1, 0.5]));
        Assert.Throws<ArgumentOutOfRangeException>(() => tree.Locate([0.1, 0.5, 0.5]));
        Assert.Throws<ArgumentOutOfRangeException>(() => tree.Locate([0.1, 0.5], new int[2]));
    }

    [Fact]
    public void A_regular_tree_is_the_grid_in_normal_form()
    {
        var tree = Omnitree.Regular(2, 0, 1);
        Assert.Equal("101 100 000 000 100 000 000 100 000 000 100 000 000", tree.ToString());
        Assert.Equal(8, tree.BoxCount);
        Assert.True(Omnitree.Regular(2, 2).IsUniform);
        Assert.False(tree.IsUniform);
        Assert.Equal(1, Omnitree.Regular(0, 0, 0, 0, 0, 0, 0, 0).BoxCount);
        Assert.Contains("add up to 26", Assert.Throws<ResourceLimitException>(() => Omnitree.Regular(20, 20)).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidSettingException>(() => Omnitree.Regular(63));
        Assert.Throws<InvalidSettingException>(() => Omnitree.Regular([]));
        Assert.Throws<InvalidSettingException>(() => Omnitree.Root(9));
    }

    [Theory]
    [InlineData("10 00", "node 2", "1 subtrees")]
    [InlineData("00 00", "node 1", "1 nodes are left over")]
    [InlineData("11 00 10 00 00 00", "node 6", "1 subtrees")]
    [InlineData("10 00 0", "node 2", "1 bits")]
    [InlineData("10 02 00", "node 1", "letter '2'")]
    [InlineData("", "node 0", "no node at all")]
    public void What_is_no_tree_is_refused_with_the_node_where_it_shows(string text, string node, string problem)
    {
        var message = Assert.Throws<MismatchException>(() => Omnitree.Parse(2, text)).Message;
        Assert.Contains(node, message, StringComparison.Ordinal);
        Assert.Contains(problem, message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tree_may_be_62_levels_deep_and_no_deeper()
    {
        var text = string.Concat(Enumerable.Repeat("1 0 ", 62)) + "0";
        var tree = Omnitree.Parse(1, text);
        Assert.Equal(62, tree.BoxCount - 1);
        Assert.Equal((1UL << 62) - 1, tree.LocationOf(tree.NodeOf(62)).Index(0));
        Assert.Equal(62, tree.Locate([1.0]));
        Assert.Contains("node 124", Assert.Throws<MismatchException>(() => Omnitree.Parse(1, "1 0 " + text)).Message, StringComparison.Ordinal);
        Assert.Contains("level 63", Assert.Throws<InvalidSettingException>(() => tree.Refine(62, 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nodes_of_a_region_hold_it_and_neighbours_touch_the_face() => Trees.Sample(given =>
    {
        var tree = Random(given);
        var boxes = tree.Boxes().ToArray();
        var random = new RandomStream(given.Seed, "regions");
        for (var repeat = 0; repeat < 5; repeat++)
        {
            var node = random.NextInt(tree.NodeCount);
            Assert.Equal([node], tree.NodesOf(tree.LocationOf(node)));
            var (box, dimension, upper) = (random.NextInt(boxes.Length), random.NextInt(given.Dimensions), random.NextInt(2) == 1);
            var face = upper ? boxes[box].Maximum(dimension) : boxes[box].Minimum(dimension);
            var expected = Enumerable.Range(0, boxes.Length).Where(other => other != box && (upper ? boxes[other].Minimum(dimension) : boxes[other].Maximum(dimension)) == face
                && Enumerable.Range(0, given.Dimensions).All(j => j == dimension || (boxes[other].Minimum(j) < boxes[box].Maximum(j) && boxes[other].Maximum(j) > boxes[box].Minimum(j))));
            Assert.Equal(expected, tree.NeighboursOf(box, dimension, upper));
        }
    }, iter: 40, seed: "0000KDc4Hx31");

    [Fact]
    public void A_slice_has_the_boxes_that_the_plane_meets() => Gen.Select(Gen.Int[2, 5], Gen.Int[0, 30], Gen.ULong).Sample(given =>
    {
        var tree = Random(given).Normalize().Tree;
        var boxes = tree.Boxes().ToArray();
        var random = new RandomStream(given.Item3, "slice");
        var dimension = random.NextInt(tree.Dimensions);
        foreach (var value in new[] { 0, 1, 0.5, random.NextDouble() })
        {
            var slice = tree.Slice(dimension, value);
            Assert.Equal(slice.Tree, slice.Tree.Normalize().Tree);
            Assert.Equal(new OmnitreeSlices(tree, dimension).At(value).Tree, slice.Tree);
            var index = 0;
            foreach (var box in slice.Tree.Boxes())
            {
                var source = boxes[slice.Boxes[index++]];
                Assert.True(value >= source.Minimum(dimension) && (value < source.Maximum(dimension) || value == 1));
                for (var j = 0; j < box.Dimensions; j++)
                    Assert.Equal((box.Minimum(j), box.Maximum(j)), (source.Minimum(j < dimension ? j : j + 1), source.Maximum(j < dimension ? j : j + 1)));
            }
        }
    }, iter: 30, seed: "0000KDc4Hx31");

    [Fact]
    public void Slices_between_two_bounds_are_made_once()
    {
        var slices = new OmnitreeSlices(Omnitree.Parse(2, "10 00 11 00 00 00 00"), 0);
        Assert.Equal([0, 0.5, 0.75], slices.Bounds.ToArray());
        Assert.Same(slices.At(0.5), slices.At(0.7));
        Assert.Equal("0", slices.At(0.2).Tree.ToString());
        Assert.Equal("1 0 0", slices.At(1).Tree.ToString());
        Assert.Equal([2, 4], slices.At(0.9).Boxes.ToArray());
        Assert.Throws<InvalidSettingException>(() => slices.At(1.5));
        Assert.Throws<InvalidSettingException>(() => Omnitree.Root(1).Slice(0, 0.5));
    }
}
