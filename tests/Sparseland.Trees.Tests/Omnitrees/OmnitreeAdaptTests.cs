using System.Numerics;
using CsCheck;
using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Trees.Omnitrees;

namespace Sparseland.Trees.Tests.Omnitrees;

public class OmnitreeAdaptTests
{
    private static readonly Gen<(int Dimensions, int Refinements, ulong Seed)> Small = Gen.Select(Gen.Int[1, 4], Gen.Int[0, 25], Gen.ULong);

    [Fact]
    public void The_normal_form_keeps_every_box_and_changes_nothing_twice() => OmnitreeTests.Trees.Sample(given =>
    {
        var tree = OmnitreeTests.Random(given);
        var normal = tree.Normalize();
        Assert.Equal(normal.Tree, normal.Tree.Normalize().Tree);
        Assert.Equal(tree.Boxes().Select(box => box.ToString()).Order(), normal.Tree.Boxes().Select(box => box.ToString()).Order());
        var plain = PointerTree.From(tree);
        plain.Normalize();
        Assert.Equal(plain.ToTree(given.Dimensions), normal.Tree);
        AssertMaps(tree, normal);
    }, iter: 40, seed: "0000KDc4Hx31");

    [Fact]
    public void A_grid_of_two_by_two_is_one_node_however_it_was_made()
    {
        foreach (var text in new[] { "10 01 00 00 01 00 00", "01 10 00 00 10 00 00", "11 00 00 00 00" })
            Assert.Equal("11 00 00 00 00", Omnitree.Parse(2, text).Normalize().Tree.ToString());
        Assert.Equal("10 00 01 00 00", Omnitree.Parse(2, "10 00 01 00 00").Normalize().Tree.ToString());
    }

    // The plan of all changes at once, against each change carried out alone on nodes and pointers, with the normal form restored after each.
    [Fact]
    public void Planned_refinement_equals_refinement_one_by_one() => OmnitreeTests.Trees.Sample(given =>
    {
        var tree = OmnitreeTests.Random(given);
        var random = new RandomStream(given.Seed, "plan");
        var plan = new OmnitreePlan(tree);
        var (plain, byLibrary) = (PointerTree.From(tree), tree);
        var leaves = plain.Leaves().ToArray();
        var locations = tree.Boxes().ToArray();
        foreach (var box in Enumerable.Range(0, tree.BoxCount).Where(_ => random.NextInt(3) == 0))
        {
            var mask = 1 + random.NextInt((1 << given.Dimensions) - 1);
            plan.Refine(box, mask);
            leaves[box].Split(mask);
            byLibrary = byLibrary.Refine(byLibrary.BoxOf(byLibrary.NodesOf(locations[box])[0]), mask).Tree;
        }
        plain.Normalize();
        var adapted = tree.Adapt(plan);
        Assert.Equal(plain.ToTree(given.Dimensions), adapted.Tree);
        Assert.Equal(byLibrary.Normalize().Tree, adapted.Tree);
        AssertMaps(tree, adapted);
    }, iter: 40, seed: "0000KDc4Hx31");

    [Fact]
    public void Planned_coarsening_of_nodes_with_boxes_equals_coarsening_one_by_one() => OmnitreeTests.Trees.Sample(given =>
    {
        var tree = OmnitreeTests.Random(given).Normalize().Tree;
        var random = new RandomStream(given.Seed, "plan");
        var plan = new OmnitreePlan(tree);
        var plain = PointerTree.From(tree);
        var nodes = plain.Nodes().ToArray();
        var leaves = plain.Leaves().ToArray();
        for (var node = 0; node < nodes.Length; node++)
        {
            if (nodes[node].Mask == 0 || nodes[node].Children.Any(child => child.Mask != 0) || random.NextInt(2) == 0)
                continue;
            var mask = 1 + random.NextInt((1 << given.Dimensions) - 1);
            plan.Coarsen(node, mask);
            nodes[node].Unite(mask);
        }
        // Boxes that are not united are refined in the same plan.
        var kept = plain.Leaves().ToHashSet();
        for (var box = 0; box < leaves.Length; box++)
        {
            if (!kept.Contains(leaves[box]) || random.NextInt(4) > 0)
                continue;
            plan.Refine(box, 1);
            leaves[box].Split(1);
        }
        plain.Normalize();
        var adapted = tree.Adapt(plan);
        Assert.Equal(plain.ToTree(given.Dimensions), adapted.Tree);
        AssertMaps(tree, adapted);
    }, iter: 40, seed: "0000KDc4Hx31");

    // Any plan, against its definition on the cells of a regular grid.
    [Fact]
    public void Any_plan_comes_out_as_its_definition_on_a_grid() => Small.Sample(given =>
    {
        var (dimensions, deepest) = (given.Dimensions, given.Dimensions < 3 ? 3 : 2);
        var tree = PointerTree.Random(dimensions, given.Refinements, new(given.Seed, "tree"), deepest);
        var random = new RandomStream(given.Seed, "plan");
        var plan = new OmnitreePlan(tree);
        var locations = Enumerable.Range(0, tree.NodeCount).Select(tree.LocationOf).ToArray();
        for (var node = 0; node < tree.NodeCount; node++)
        {
            if (random.NextInt(3) == 0)
                plan.Mark(node, random.NextInt(dimensions), tree.Refinement(node) == 0 ? random.NextInt(3) - 1 : -1 - random.NextInt(2));
        }
        var adapted = tree.Adapt(plan);
        Assert.Equal(ByDefinition(tree, plan, locations, deepest + 1), adapted.Tree);
        AssertMaps(tree, adapted);
    }, iter: 40, seed: "0000KDc4Hx31");

    [Fact]
    public void Where_halves_differ_what_is_finer_stays()
    {
        // The upper half is bisected along the second dimension; united, the whole is.
        var tree = Omnitree.Parse(2, "10 00 01 00 00");
        Assert.Equal("01 00 00", tree.Coarsen(0, 1).Tree.ToString());
        // Not bisected there itself: the nodes below it that are, are meant.
        Assert.Equal("10 00 00", tree.Coarsen(0, 2).Tree.ToString());
        var united = tree.Coarsen(2, 2);
        Assert.Equal("10 00 00", united.Tree.ToString());
        Assert.Equal([1, 2], united.OldBoxes(1).ToArray());
        Assert.Equal([1], united.NewBoxes(2).ToArray());
        Assert.Equal([2], united.NewNodes(2));
    }

    [Fact]
    public void A_balanced_tree_has_neighbours_of_almost_one_size_in_boxes_of_the_old() => Small.Sample(given =>
    {
        var tree = PointerTree.Random(given.Dimensions, Math.Min(given.Refinements, 12), new(given.Seed, "tree"));
        foreach (var difference in new[] { 1, 2 })
        {
            var balanced = tree.Balance(difference);
            var boxes = balanced.Tree.Boxes().ToArray();
            for (var box = 0; box < boxes.Length; box++)
            {
                for (var face = 0; face < 2 * given.Dimensions; face++)
                {
                    foreach (var neighbour in balanced.Tree.NeighboursOf(box, face / 2, face % 2 == 1))
                        Assert.All(Enumerable.Range(0, given.Dimensions), j => Assert.InRange(boxes[neighbour].Level(j) - boxes[box].Level(j), -difference, difference));
                }
            }
            AssertMaps(tree, balanced);
            Assert.Equal(balanced.Tree, balanced.Tree.Balance(difference).Tree);
        }
    }, iter: 25, seed: "0000KDc4Hx31");

    // One corner refined thrice: the chain of neighbours follows it at one level's distance.
    [Fact]
    public void The_balance_of_a_line_is_known()
    {
        Assert.Equal("1 1 1 1 0 0 0 0 0", Omnitree.Parse(1, "1 1 1 1 0 0 0 0 0").Balance().Tree.ToString());
        Assert.Equal("1 1 0 1 0 1 0 0 1 1 0 0 0", Omnitree.Parse(1, "1 1 0 1 0 1 0 0 0").Balance().Tree.ToString());
    }

    [Fact]
    public void Plans_that_cannot_be_are_refused()
    {
        var tree = Omnitree.Regular(1, 1);
        Assert.Throws<MismatchException>(() => tree.Adapt(new(Omnitree.Regular(1, 1))));
        Assert.Throws<InvalidSettingException>(() => tree.Refine(0, 4));
        Assert.Throws<InvalidSettingException>(() => tree.Refine(0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => tree.Refine(4, 1));
        Assert.Throws<InvalidSettingException>(() => new OmnitreePlan(tree).Mark(0, 0, 63));
    }

    private static void AssertMaps(Omnitree old, OmnitreeAdaptation adapted)
    {
        var (before, after) = (old.Boxes().ToArray(), adapted.Tree.Boxes().ToArray());
        for (var box = 0; box < before.Length; box++)
            Assert.Equal(Enumerable.Range(0, after.Length).Where(other => after[other].Meets(before[box])), adapted.NewBoxes(box).ToArray());
        for (var box = 0; box < after.Length; box++)
            Assert.Equal(Enumerable.Range(0, before.Length).Where(other => before[other].Meets(after[box])), adapted.OldBoxes(box).ToArray());
    }

    private static Omnitree ByDefinition(Omnitree tree, OmnitreePlan plan, OmnitreeLocation[] locations, int grid)
    {
        var dimensions = tree.Dimensions;
        var bits = new OmnitreeBits(dimensions);
        // Each cell's box, its level and what all nodes around the cell add.
        var wanted = new Dictionary<string, int[]>();
        int[] Wanted(ulong[] cell)
        {
            var key = string.Join(',', cell);
            if (wanted.TryGetValue(key, out var known))
                return known;
            var box = locations[tree.NodeOf(tree.Locate(cell.Select(index => (index + 0.5) / (1 << grid)).ToArray()))];
            var levels = Enumerable.Range(0, dimensions).Select(box.Level).ToArray();
            for (var j = 0; j < dimensions; j++)
            {
                var left = 0;
                for (var node = 0; node < tree.NodeCount; node++)
                {
                    if (!Enumerable.Range(0, dimensions).All(i => cell[i] >> (grid - locations[node].Level(i)) == locations[node].Index(i)))
                        continue;
                    left += plan.Markers[node][j];
                    if (left < 0 && ((tree.Refinement(node) >> j) & 1) != 0)
                        (left, levels[j]) = (left + 1, levels[j] - 1);
                }
                levels[j] += Math.Max(0, left);
            }
            return wanted[key] = levels;
        }
        void Emit(OmnitreeLocation region)
        {
            var (least, most) = (Enumerable.Repeat(int.MaxValue, dimensions).ToArray(), new int[dimensions]);
            var sides = Enumerable.Range(0, dimensions).Select(j => 1 << (grid - region.Level(j))).ToArray();
            for (var number = 0; number < sides.Aggregate(1, (product, side) => product * side); number++)
            {
                var (rest, cell) = (number, new ulong[dimensions]);
                for (var j = 0; j < dimensions; rest /= sides[j++])
                    cell[j] = region.Index(j) * (ulong)sides[j] + (ulong)(rest % sides[j]);
                var levels = Wanted(cell);
                for (var j = 0; j < dimensions; j++)
                    (least[j], most[j]) = (Math.Min(least[j], levels[j]), Math.Max(most[j], levels[j]));
            }
            var all = Enumerable.Range(0, dimensions).Sum(j => least[j] > region.Level(j) ? 1 << j : 0);
            var mask = all != 0 ? all : Enumerable.Range(0, dimensions).Sum(j => most[j] > region.Level(j) ? 1 << j : 0);
            bits.Add(mask);
            for (var child = 0; mask != 0 && child < 1 << BitOperations.PopCount((uint)mask); child++)
            {
                var below = region;
                below.Descend(mask, child);
                Emit(below);
            }
        }
        Emit(new(dimensions));
        return bits.ToTree();
    }
}
