using System.Numerics;
using CsCheck;
using Sparseland.Errors;
using Sparseland.Trees.Keys;
using Sparseland.Trees.Octrees;

namespace Sparseland.Trees.Tests.Octrees;

public class OctreeBuilderTests
{
    [Fact]
    public void A_tree_of_points_has_their_cells_as_leaves_and_every_level_is_what_a_set_of_prefixes_gives() =>
        Gen.Select(Gen.Int[0, 300], Gen.Int[1, 21], Gen.ULong).Sample((count, depth, seed) =>
        {
            var points = Scenes.Points(count, seed);
            var tree = OctreeBuilder.FromPoints(points, depth);
            var codes = new ulong[count];
            MortonCode3.Encode(points, tree.Cube, depth, codes);
            AssertLevels(tree, codes);
            for (var leaf = 0; leaf < tree.LeafCount; leaf++)
                Assert.Equal(Enumerable.Range(0, count).Where(i => codes[i] == tree.LeafCode(leaf)), tree.Items(leaf).ToArray());
        }, iter: 60, seed: "0000KDc4Hx31");

    [Fact]
    public void A_tree_over_many_chunks_is_the_same_for_any_number_of_threads()
    {
        var points = Scenes.Points(200_000, 5);
        byte[]? first = null;
        ThreadCounts.Each(() =>
        {
            var tree = OctreeBuilder.FromPoints(points, 7);
            var bytes = tree.Storage.Slice(0, (int)tree.Bytes).ToArray();
            first ??= bytes;
            Assert.True(bytes.AsSpan().SequenceEqual(first));
            var codes = new ulong[points.Length];
            MortonCode3.Encode(points, tree.Cube, 7, codes);
            AssertLevels(tree, codes);
        });
    }

    [Fact]
    public void The_example_of_the_page_has_its_masks()
    {
        var tree = OctreeBuilder.FromPoints([new(0.1f), new(0.3f, 0.1f, 0.1f), new(0.9f)], 2, new Cube(Vector3.Zero, 1));
        Assert.Equal([0UL, 1UL, 63UL], Enumerable.Range(0, 3).Select(tree.LeafCode));
        Assert.Equal([0x81, 0x03, 0x80], [tree.ChildMask(0, 0), tree.ChildMask(1, 0), tree.ChildMask(1, 1)]);
        Assert.Equal([1, 2, -1], [tree.Child(0, 0, 7), tree.Child(1, 1, 7), tree.Child(1, 1, 6)]);
        Assert.Equal(new Cube(new(0.75f), 0.25f), tree.LeafCube(2));
    }

    [Fact]
    public void A_tree_of_triangles_has_the_cells_in_which_clipping_leaves_something() => Gen.Select(Gen.Int[1, 4], Gen.Int[1, 4], Gen.ULong).Sample((count, depth, seed) =>
    {
        var (vertices, triangles) = Scenes.Mesh(count, seed);
        var tree = OctreeBuilder.FromTriangles(vertices, triangles, depth, new Cube(new(-0.001f), 2.1f));
        var side = 2.1f / (1 << depth);
        for (var code = 0UL; code < 1UL << (3 * depth); code++)
        {
            var leaf = tree.FindLeaf(code);
            var items = leaf < 0 ? [] : tree.Items(leaf).ToArray();
            var (x, y, z) = MortonCode3.Decode(code);
            var centre = (Vector3Double)new Vector3(-0.001f) + new Vector3Double(x + 0.5, y + 0.5, z + 0.5) * side;
            for (var i = 0; i < count; i++)
            {
                var corners = Enumerable.Range(3 * i, 3).Select(v => (Vector3Double)vertices[triangles[v]] - centre).ToList();
                if (Clipping.Leaves(corners, side / 2 * (1 - 1e-6)))
                    Assert.Contains(i, items);
                else if (!Clipping.Leaves(corners, side / 2 * (1 + 1e-6)))
                    Assert.DoesNotContain(i, items);
            }
            Assert.Equal(items.Order(), items);
        }
    }, iter: 30, seed: "0000KDc4Hx31");

    [Fact]
    public void A_triangle_that_only_touches_a_cell_counts()
    {
        var tree = OctreeBuilder.FromTriangles([new(0.1f, 0.1f, 0.5f), new(0.2f, 0.1f, 0.5f), new(0.1f, 0.2f, 0.5f)], [0, 1, 2], 1, new Cube(Vector3.Zero, 1));
        Assert.Equal([0UL, 4UL], Enumerable.Range(0, tree.LeafCount).Select(tree.LeafCode));
    }

    [Fact]
    public void Triangles_and_fields_give_the_same_tree_for_any_number_of_threads()
    {
        var (vertices, triangles) = Scenes.Mesh(1000, 3);
        (byte[], byte[])? first = null;
        ThreadCounts.Each(() =>
        {
            var mesh = OctreeBuilder.FromTriangles(vertices, triangles, 5);
            var field = OctreeBuilder.FromField(new Scenes.Sphere(new(0.5f), 0.3f), new Cube(Vector3.Zero, 1), 5);
            var bytes = (mesh.Storage.Slice(0, (int)mesh.Bytes).ToArray(), field.Storage.Slice(0, (int)field.Bytes).ToArray());
            first ??= bytes;
            Assert.True(bytes.Item1.AsSpan().SequenceEqual(first.Value.Item1));
            Assert.True(bytes.Item2.AsSpan().SequenceEqual(first.Value.Item2));
        });
    }

    [Fact]
    public void A_tree_of_a_field_holds_every_cell_the_surface_meets_and_none_that_is_far() => Gen.Select(Gen.Int[1, 5], Gen.ULong).Sample((depth, seed) =>
    {
        var point = Scenes.Points(1, seed)[0];
        var cube = new Cube(point - new Vector3(0.7f), 1.5f);
        var (centre, radius) = (point, 0.55f);
        var tree = OctreeBuilder.FromField(new Scenes.Sphere(centre, radius), cube, depth);
        Assert.Equal(OctreeKind.Cells, tree.Kind);
        var side = cube.Size / (1 << depth);
        for (var code = 0UL; code < 1UL << (3 * depth); code++)
        {
            var (x, y, z) = MortonCode3.Decode(code);
            var lower = cube.Minimum + new Vector3(x, y, z) * side;
            var nearest = Vector3.Distance(Vector3.Clamp(centre, lower, lower + new Vector3(side)), centre);
            var farthest = Vector3.Max(Vector3.Abs(centre - lower), Vector3.Abs(lower + new Vector3(side) - centre)).Length();
            var found = tree.FindLeaf(code) >= 0;
            if (nearest <= radius && farthest >= radius)
                Assert.True(found);
            var distance = Math.Abs(Vector3.Distance(lower + new Vector3(side / 2), centre) - radius);
            if (distance > side * 0.8661f + 1e-5f)
                Assert.False(found);
        }
    }, iter: 10, seed: "0000KDc4Hx31");

    [Fact]
    public void What_cannot_be_built_is_refused_in_one_line()
    {
        var cube = new Cube(Vector3.Zero, 1);
        AssertMessage<NumericalException>("point 1 of 2 is (0, NaN, 0)", () => OctreeBuilder.FromPoints([Vector3.Zero, new(0, float.NaN, 0)], 4));
        AssertMessage<MismatchException>("point 0 of 1", () => OctreeBuilder.FromPoints([new(2)], 4, cube));
        AssertMessage<NumericalException>("the field is NaN at", () => OctreeBuilder.FromField(default(Scenes.Broken), cube, 4));
        AssertMessage<MismatchException>("triangle 0 names vertex 7", () => OctreeBuilder.FromTriangles([Vector3.Zero, Vector3.One], [0, 1, 7], 4));
        AssertMessage<MismatchException>("2 vertex numbers", () => OctreeBuilder.FromTriangles([Vector3.Zero, Vector3.One], [0, 1], 4));
        AssertMessage<MismatchException>("vertex 1 of 2", () => OctreeBuilder.FromTriangles([Vector3.Zero, new(3)], [0, 1, 1], 4, cube));
        Assert.Throws<ArgumentOutOfRangeException>(() => OctreeBuilder.FromPoints([Vector3.Zero], 22));
        Assert.Throws<ArgumentOutOfRangeException>(() => OctreeBuilder.FromField(default(Scenes.Broken), new Cube(Vector3.Zero, 0), 4));
    }

    [Fact]
    public void A_tree_above_the_limit_is_refused_with_the_depth_that_fits()
    {
        var points = Scenes.Points(5000, 3);
        var limit = OctreeBuilder.FromPoints(points, 4).Bytes;
        AssertMessage<ResourceLimitException>("depth 4 fits", () => OctreeBuilder.FromPoints(points, 12, limitBytes: limit));
        Assert.Equal(limit, OctreeBuilder.FromPoints(points, 4, limitBytes: limit).Bytes);
        var (ball, cube) = (new Scenes.Sphere(new(0.5f), 0.3f), new Cube(Vector3.Zero, 1));
        AssertMessage<ResourceLimitException>("depth 5 fits", () => OctreeBuilder.FromField(ball, cube, 9, limitBytes: 25_000));
        Assert.True(OctreeBuilder.FromField(ball, cube, 5, limitBytes: 25_000).LeafCount > 0);
        var (vertices, triangles) = Scenes.Mesh(30, 2);
        var fault = Assert.Throws<ResourceLimitException>(() => OctreeBuilder.FromTriangles(vertices, triangles, 12, limitBytes: 200_000));
        var fits = int.Parse(fault.Message.Split("depth ")[2].Split(' ')[0]);
        Assert.True(OctreeBuilder.FromTriangles(vertices, triangles, fits, limitBytes: 200_000).LeafCount > 0);
        Assert.Throws<ResourceLimitException>(() => OctreeBuilder.FromTriangles(vertices, triangles, fits + 1, limitBytes: 200_000));
    }

    private static void AssertLevels(LinearOctree tree, ulong[] codes)
    {
        for (var level = 0; level <= tree.Depth; level++)
        {
            var shift = 3 * (tree.Depth - level);
            var nodes = codes.Select(code => code >> shift).Distinct().Order().ToArray();
            Assert.Equal(nodes.Length, tree.NodeCount(level));
            if (level == tree.Depth)
            {
                Assert.Equal(nodes, Enumerable.Range(0, tree.LeafCount).Select(tree.LeafCode));
                break;
            }
            var children = codes.Select(code => code >> (shift - 3)).Distinct().Order().ToArray();
            var byParent = children.ToLookup(child => child >> 3);
            var numbers = children.Select((child, i) => (child, i)).ToDictionary(pair => pair.child, pair => pair.i);
            for (var node = 0; node < nodes.Length; node++)
            {
                Assert.Equal(byParent[nodes[node]].Sum(child => 1 << (int)(child & 7)), tree.ChildMask(level, node));
                for (var octant = 0; octant < 8; octant++)
                    Assert.Equal(numbers.GetValueOrDefault((nodes[node] << 3) | (uint)octant, -1), tree.Child(level, node, octant));
            }
        }
    }

    private static void AssertMessage<T>(string part, Action action) where T : SparselandException
    {
        var fault = Assert.Throws<T>(action);
        Assert.Contains(part, fault.Message.Replace("<", "(", StringComparison.Ordinal).Replace(">", ")", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain('\n', fault.Message);
    }
}
