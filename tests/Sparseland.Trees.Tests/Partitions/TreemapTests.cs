using CsCheck;
using Sparseland.Errors;
using Sparseland.Trees.Partitions;

namespace Sparseland.Trees.Tests.Partitions;

public class TreemapTests
{
    public static TheoryData<string> Methods => [.. TreemapMethods.All.Select(method => method.Name)];

    public static TheoryData<string> BoundedMethods => ["greedy", "angular", "dyadic"];

    [Theory, MemberData(nameof(Methods))]
    public void Regions_of_random_trees_have_their_areas_are_convex_nested_and_disjoint(string method) =>
        Gen.Select(Gen.Int[1, 40], Gen.Double[0.2, 5], Gen.Bool, Gen.ULong).Sample((nodes, height, heaviestFirst, seed) =>
        {
            var tree = RandomTrees.Any(nodes, seed);
            var map = Treemap.Layout(tree, new TreemapOptions { Method = TreemapMethods.Find(method), Height = height, HeaviestFirst = heaviestFirst, Directions = 36, Seed = seed });
            for (var node = 0; node < tree.Count; node++)
            {
                Assert.Equal(tree.Weight(node) > 0, map.HasRegion(node));
                if (!map.HasRegion(node))
                    continue;
                AssertArea(map, node, height);
                PolygonCutterTests.AssertConvex(map.Offsets(node));
                AssertNested(map, node);
                AssertDisjoint(map, node);
            }
        }, iter: 60, seed: "0000KDc4Hx31");

    [Theory, MemberData(nameof(BoundedMethods))]
    public void No_aspect_ratio_exceeds_its_bound_over_random_trees(string method) =>
        Gen.Select(Gen.Int[2, 300], Gen.Double[0, 12], Gen.Double[0.2, 1], Gen.Enum<Binarisation>(), Gen.ULong).Sample((nodes, orders, height, binarisation, seed) =>
        {
            var tree = RandomTrees.Any(nodes, seed, orders);
            var map = Treemap.Layout(tree, new TreemapOptions { Method = TreemapMethods.Find(method), Height = height, Binarisation = binarisation, Directions = 24 });
            for (var node = 0; node < tree.Count; node++)
                if (map.HasRegion(node))
                    Assert.InRange(map.Aspect(node), 1, map.AspectBound(node));
        }, iter: 100, seed: "0000KDc4Hx31");

    [Fact]
    public void Groups_by_leaves_need_no_more_cuts_than_the_depth_and_the_logarithm_of_the_leaves() => Gen.Select(Gen.Int[2, 400], Gen.ULong).Sample((nodes, seed) =>
    {
        var tree = RandomTrees.Any(nodes, seed);
        var map = Treemap.Layout(tree, new TreemapOptions { Method = TreemapMethods.Angular });
        var most = tree.Depth + Math.Log(tree.LeafCount) / Math.Log(1.5) + 1e-9;
        Assert.All(Enumerable.Range(0, tree.Count), node => Assert.InRange(map.Cuts(node), 0, most));
    }, iter: 100, seed: "0000KDc4Hx31");

    [Theory, MemberData(nameof(Methods))]
    public void A_tree_of_one_node_gets_the_whole_rectangle(string method)
    {
        var map = Treemap.Layout(new WeightedTreeBuilder("one", 3).Build(), new TreemapOptions { Method = TreemapMethods.Find(method), Width = 2 });
        Assert.Equal([new(0, 0), new(2, 0), new(2, 1), new(0, 1)], map.Corners(0));
    }

    [Fact]
    public void Four_equal_weights_are_four_squares_for_squarified_and_slack_and_triangles_for_angular()
    {
        var tree = RandomTrees.Flat(1, 1, 1, 1);
        foreach (var method in new[] { TreemapMethods.Squarified, TreemapMethods.Slack })
            Assert.All(Enumerable.Range(1, 4), node => Assert.Equal(2, Treemap.Layout(tree, new TreemapOptions { Method = method }).Aspect(node), 1e-12));
        var angular = Treemap.Layout(tree, new TreemapOptions { Method = TreemapMethods.Angular });
        Assert.All(Enumerable.Range(1, 4), node => Assert.Equal(0.25, angular.Area(node), 1e-15));
    }

    [Fact]
    public void A_caterpillar_has_exact_areas_at_any_depth_and_thin_rectangles_only_in_the_baselines()
    {
        var tree = RandomTrees.Caterpillar(300);
        foreach (var method in new[] { TreemapMethods.Angular, TreemapMethods.Dyadic, TreemapMethods.Squarified })
        {
            var map = Treemap.Layout(tree, new TreemapOptions { Method = method });
            for (var node = 0; node < tree.Count; node++)
                Assert.Equal(tree.Weight(node) / tree.Weight(0), map.Area(node), 1e-9 * tree.Weight(node) / tree.Weight(0));
            Assert.Equal(method == TreemapMethods.Squarified, Enumerable.Range(0, tree.Count).Max(map.Aspect) > 1e6);
        }
    }

    [Fact]
    public void A_point_hits_the_leaf_whose_region_holds_it() => Gen.Select(Gen.Int[1, 60], Gen.Double[-0.1, 1.1], Gen.Double[-0.1, 1.1], Gen.ULong).Sample((nodes, x, y, seed) =>
    {
        var tree = RandomTrees.Any(nodes, seed, 2);
        var map = Treemap.Layout(tree, new TreemapOptions { Method = TreemapMethods.Angular });
        var hit = map.Hit(new(x, y));
        Assert.Equal(x is >= 0 and <= 1 && y is >= 0 and <= 1, hit >= 0);
        if (hit < 0)
            return;
        Assert.DoesNotContain(tree.Children(hit).ToArray(), map.HasRegion);
        Assert.InRange(Outside(map.Corners(hit), new(x, y)), 0, 1e-12);
    }, iter: 300, seed: "0000KDc4Hx31");

    [Fact]
    public void Equal_options_give_equal_pictures_and_children_stand_in_their_order()
    {
        var tree = RandomTrees.Any(200, 4);
        foreach (var method in TreemapMethods.All)
        {
            var options = new TreemapOptions { Method = method, Seed = 5 };
            var (one, two) = (Treemap.Layout(tree, options), Treemap.Layout(tree, options));
            Assert.All(Enumerable.Range(0, tree.Count), node => Assert.Equal(one.Corners(node), two.Corners(node)));
        }
        var flat = Treemap.Layout(RandomTrees.Flat(1, 1), new TreemapOptions { Method = TreemapMethods.Angular });
        Assert.True(ConvexPolygon.Contains(flat.Corners(1), new(0, 0)));
    }

    [Theory, MemberData(nameof(Methods))]
    public void Weights_that_differ_by_more_than_double_precision_can_show_are_laid_out_all_the_same(string method) => Gen.Select(Gen.Int[2, 60], Gen.ULong).Sample((nodes, seed) =>
    {
        var map = Treemap.Layout(RandomTrees.Any(nodes, seed, 300), new TreemapOptions { Method = TreemapMethods.Find(method), Directions = 12 });
        Assert.Equal(1, map.Area(0), 1e-15);
        Assert.All(Enumerable.Range(0, nodes), node => Assert.Equal(map.Tree.Weight(node) > 0, map.HasRegion(node)));
    }, iter: 50, seed: "0000KDc4Hx31");

    [Fact]
    public void Impossible_settings_are_refused()
    {
        var tree = RandomTrees.Flat(1, 2);
        Assert.Contains("0 by 1", Assert.Throws<InvalidSettingException>(() => Treemap.Layout(tree, new TreemapOptions { Width = 0 })).Message);
        Assert.Throws<InvalidSettingException>(() => Treemap.Layout(tree, new TreemapOptions { Directions = 3 }));
        Assert.Throws<InvalidSettingException>(() => Treemap.Layout(tree, new TreemapOptions { Slack = 1 }));
        Assert.Contains("did you mean 'angular'", Assert.Throws<InvalidSettingException>(() => TreemapMethods.Find("angluar")).Message);
    }

    [Fact]
    public void A_layout_can_be_stopped()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        var tree = RandomTrees.Any(6000, 1);
        foreach (var method in TreemapMethods.All.Where(method => method != TreemapMethods.Greedy))
            Assert.Throws<OperationCanceledException>(() => Treemap.Layout(tree, new TreemapOptions { Method = method }, null, source.Token));
    }

    private static void AssertArea(Treemap map, int node, double whole)
    {
        var share = whole * map.Tree.Weight(node) / map.Tree.Weight(0);
        if (map.Options.Method == TreemapMethods.Slack)
            Assert.InRange(map.Area(node), (1 - map.Options.Slack) * share, share * (1 + 1e-9));
        else
            Assert.Equal(share, map.Area(node), 1e-9 * share);
    }

    private static void AssertNested(Treemap map, int node)
    {
        if (node == 0)
            return;
        var parent = map.Corners(map.Tree.Parent(node));
        foreach (var corner in map.Corners(node))
            Assert.True(Outside(parent, corner) < 1e-12, $"node {node} leaves its parent by {Outside(parent, corner)}");
    }

    // Two convex polygons do not overlap when an edge of one has all of the other on its outer side.
    private static void AssertDisjoint(Treemap map, int node)
    {
        var children = map.Tree.Children(node).ToArray().Where(map.HasRegion).Select(map.Corners).ToArray();
        for (var i = 0; i < children.Length; i++)
            for (var j = 0; j < i; j++)
                Assert.True(Separates(children[i], children[j]) || Separates(children[j], children[i]), $"children {i} and {j} of node {node} overlap");
    }

    private static bool Separates(PlanePoint[] polygon, PlanePoint[] other)
    {
        for (var i = 0; i < polygon.Length; i++)
        {
            var (from, edge) = (polygon[i], polygon[(i + 1) % polygon.Length] - polygon[i]);
            var length = Math.Sqrt(edge.LengthSquared);
            if (length > 0 && other.All(corner => PlanePoint.Cross(edge, corner - from) / length <= 1e-12))
                return true;
        }
        return false;
    }

    private static double Outside(PlanePoint[] polygon, PlanePoint point)
    {
        var most = 0.0;
        for (var i = 0; i < polygon.Length; i++)
        {
            var edge = polygon[(i + 1) % polygon.Length] - polygon[i];
            if (edge.LengthSquared > 1e-20)
                most = Math.Max(most, -PlanePoint.Cross(edge, point - polygon[i]) / Math.Sqrt(edge.LengthSquared));
        }
        return most;
    }
}
