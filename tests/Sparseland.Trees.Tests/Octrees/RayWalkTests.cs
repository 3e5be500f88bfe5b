using System.Numerics;
using Sparseland.Chance;
using Sparseland.Trees.Keys;
using Sparseland.Trees.Octrees;

namespace Sparseland.Trees.Tests.Octrees;

public class RayWalkTests
{
    private static readonly LinearOctree s_tree = Cloud(7, 3000, 4);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Leaves_come_as_brute_force_finds_and_sorts_them(ulong seed)
    {
        var chance = new RandomStream(seed, "rays");
        var crossings = new RayCrossing[256];
        var met = 0;
        for (var i = 0; i < 300; i++)
        {
            var (origin, direction) = (RandomPoint(chance) * 3 - Vector3.One, RandomPoint(chance) - new Vector3(0.5f));
            var expected = BruteForce(origin, direction, float.PositiveInfinity);
            var count = s_tree.LeavesThrough(origin, direction, float.PositiveInfinity, crossings);
            Assert.Equal(expected, crossings[..count]);
            met += count;
        }
        Assert.True(met > 150);
    }

    [Fact]
    public void Rays_along_axes_in_faces_and_edges_pass_each_place_once()
    {
        // All cells of a cube, so that a ray through it must pass exactly one cell at every depth.
        var all = new Vector3[512];
        for (var i = 0; i < all.Length; i++)
            all[i] = new Vector3(i % 8, i / 8 % 8, i / 64) + new Vector3(0.5f);
        var tree = OctreeBuilder.FromPoints(all, 3, new Cube(Vector3.Zero, 8));
        var crossings = new RayCrossing[64];
        foreach (var offset in new[] { new Vector3(0, 3, 5), new Vector3(0, 0, 0), new Vector3(0, 3.5f, 5), new Vector3(0, 7, 7.25f) })
        {
            foreach (var down in new[] { false, true })
            {
                for (var axis = 0; axis < 3; axis++)
                {
                    Vector3 Turned(Vector3 v) => axis == 0 ? v : axis == 1 ? new(v.Z, v.X, v.Y) : new(v.Y, v.Z, v.X);
                    var count = tree.LeavesThrough(Turned(offset with { X = down ? 10 : -2 }), Turned(new Vector3(down ? -1 : 1, 0, 0)), float.PositiveInfinity, crossings);
                    Assert.Equal(8, count);
                    for (var k = 0; k < 8; k++)
                        Assert.Equal((2 + k, 3 + k), (crossings[k].Entry, crossings[k].Exit));
                }
            }
        }
        // In the upper faces there is nothing: they belong to the next cells.
        Assert.Equal(0, tree.LeavesThrough(new Vector3(-2, 8, 3), Vector3.UnitX, float.PositiveInfinity, crossings));
        // Through corners, without the cells that are only touched.
        Assert.Equal(8, tree.LeavesThrough(new Vector3(-1), Vector3.One, float.PositiveInfinity, crossings));
        Assert.Equal(8, tree.LeavesThrough(new Vector3(9, -1, 3.5f), new Vector3(-1, 1, 0), float.PositiveInfinity, crossings));
    }

    [Fact]
    public void Intervals_never_overlap_and_agree_with_double_precision()
    {
        var chance = new RandomStream(3, "rays");
        var crossings = new RayCrossing[256];
        for (var i = 0; i < 300; i++)
        {
            var (origin, direction) = (RandomPoint(chance), Vector3.Normalize(RandomPoint(chance) - new Vector3(0.5f)));
            var count = s_tree.LeavesThrough(origin, direction, float.PositiveInfinity, crossings);
            for (var k = 1; k < count; k++)
                Assert.True(crossings[k - 1].Exit <= crossings[k].Entry);
            for (var leaf = 0; leaf < s_tree.LeafCount; leaf++)
            {
                var cube = s_tree.LeafCube(leaf);
                var length = Length(cube, origin, direction);
                if (length > 1e-4)
                    Assert.Contains(crossings[..count], crossing => crossing.Leaf == leaf);
                else if (length < -1e-4)
                    Assert.DoesNotContain(crossings[..count], crossing => crossing.Leaf == leaf);
            }
        }
    }

    [Fact]
    public void The_walk_ends_at_its_reach_and_when_there_is_no_more_room()
    {
        var (origin, direction) = (new Vector3(-1, 0.47f, 0.53f), new Vector3(1, 0.02f, -0.03f));
        var all = new RayCrossing[64];
        var count = s_tree.LeavesThrough(origin, direction, float.PositiveInfinity, all);
        Assert.True(count > 3);
        var few = new RayCrossing[2];
        Assert.Equal(2, s_tree.LeavesThrough(origin, direction, float.PositiveInfinity, few));
        Assert.Equal(all[..2], few);
        var reach = 0.5f * (all[1].Entry + all[1].Exit);
        Assert.Equal([all[0], all[1] with { Exit = reach }], BruteForce(origin, direction, reach));
        Assert.Equal(2, s_tree.LeavesThrough(origin, direction, reach, all));
        Assert.Equal(0, s_tree.LeavesThrough(origin, -direction, reach, all));
        Assert.Throws<ArgumentOutOfRangeException>(() => s_tree.LeavesThrough(origin, Vector3.Zero, 1, new RayCrossing[1]));
        Assert.Equal(0, OctreeBuilder.FromPoints([], 3).LeavesThrough(origin, direction, 1, all));
    }

    private static RayCrossing[] BruteForce(Vector3 origin, Vector3 direction, float reach)
    {
        var found = new List<RayCrossing>();
        for (var leaf = 0; leaf < s_tree.LeafCount; leaf++)
        {
            var (x, y, z) = MortonCode3.Decode(s_tree.LeafCode(leaf));
            var (entry, exit) = (0f, reach);
            foreach (var (cell, axis) in new[] { (x, 0), (y, 1), (z, 2) })
            {
                float Face(uint index) => s_tree.Cube.Minimum[axis] + index * (s_tree.Cube.Size / (1 << s_tree.Depth));
                var (near, far) = direction[axis] < 0 ? (cell + 1, cell) : (cell, cell + 1);
                entry = Math.Max(entry, (Face(near) - origin[axis]) / direction[axis]);
                exit = Math.Min(exit, (Face(far) - origin[axis]) / direction[axis]);
            }
            if (entry < exit)
                found.Add(new(leaf, entry, exit));
        }
        return [.. found.OrderBy(crossing => crossing.Entry)];
    }

    // How long the ray is in the cube; below zero when it misses.
    private static double Length(Cube cube, Vector3 origin, Vector3 direction)
    {
        var (entry, exit) = (0.0, double.PositiveInfinity);
        for (var axis = 0; axis < 3; axis++)
        {
            var (a, b) = ((cube.Minimum[axis] - (double)origin[axis]) / direction[axis], (cube.Minimum[axis] + (double)cube.Size - origin[axis]) / direction[axis]);
            entry = Math.Max(entry, Math.Min(a, b));
            exit = Math.Min(exit, Math.Max(a, b));
        }
        return exit - entry;
    }

    private static LinearOctree Cloud(ulong seed, int count, int depth)
    {
        var chance = new RandomStream(seed, "cloud");
        return OctreeBuilder.FromPoints([.. Enumerable.Range(0, count).Select(_ => RandomPoint(chance))], depth, new Cube(Vector3.Zero, 1));
    }

    private static Vector3 RandomPoint(RandomStream chance) => new((float)chance.NextDouble(), (float)chance.NextDouble(), (float)chance.NextDouble());
}
