using System.Numerics;
using CsCheck;
using Sparseland.Chance;
using Sparseland.Trees.Keys;
using Sparseland.Trees.Octrees;

namespace Sparseland.Trees.Tests.Octrees;

public class LinearOctreeTests
{
    private static readonly Gen<(int Count, int Depth, ulong Seed)> Cases = Gen.Select(Gen.Int[0, 400], Gen.OneOf(Gen.Int[1, 8], Gen.Const(21)), Gen.ULong);

    [Fact]
    public void Every_point_is_found_in_its_leaf_and_an_empty_place_in_none() => Cases.Sample((count, depth, seed) =>
    {
        var points = Scenes.Points(count, seed);
        var tree = OctreeBuilder.FromPoints(points, depth);
        for (var i = 0; i < count; i++)
            Assert.Contains(i, tree.Items(tree.FindLeaf(points[i])).ToArray());
        Assert.Equal(-1, tree.FindLeaf(tree.Cube.Minimum - new Vector3(1)));
        Assert.Equal(-1, tree.FindLeaf(new Vector3(float.NaN)));
        Assert.Equal(-1, tree.FindLeaf(ulong.MaxValue));
    }, iter: 60, seed: "0000KDc4Hx31");

    [Theory]
    [InlineData(Connectivity.Faces)]
    [InlineData(Connectivity.Edges)]
    [InlineData(Connectivity.Corners)]
    public void Neighbours_are_the_leaves_one_step_away(Connectivity connectivity) => Gen.Select(Gen.Int[1, 300], Gen.Int[1, 4], Gen.ULong).Sample((count, depth, seed) =>
    {
        var tree = OctreeBuilder.FromPoints(Scenes.Points(count, seed), depth);
        var cells = Enumerable.Range(0, tree.LeafCount).Select(leaf => MortonCode3.Decode(tree.LeafCode(leaf))).ToArray();
        var found = new int[(int)connectivity];
        for (var leaf = 0; leaf < cells.Length; leaf++)
        {
            var (x, y, z) = cells[leaf];
            var expected = Enumerable.Range(0, cells.Length).Where(other =>
            {
                int[] steps = [Math.Abs((int)cells[other].X - (int)x), Math.Abs((int)cells[other].Y - (int)y), Math.Abs((int)cells[other].Z - (int)z)];
                return steps.Max() == 1 && (connectivity == Connectivity.Corners || steps.Sum() <= (connectivity == Connectivity.Faces ? 1 : 2));
            });
            var n = tree.Neighbours(leaf, connectivity, found);
            Assert.Equal(expected, found[..n].Order());
            Assert.Equal(found[..n].OrderBy(i => cells[i].Z).ThenBy(i => cells[i].Y).ThenBy(i => cells[i].X), found[..n]);
        }
    }, iter: 20, seed: "0000KDc4Hx31");

    [Fact]
    public void Points_in_a_box_are_those_that_a_scan_finds() => Gen.Select(Cases, Gen.ULong).Sample((sample, seed) =>
    {
        var points = Scenes.Points(sample.Count, sample.Seed);
        var tree = OctreeBuilder.FromPoints(points, sample.Depth);
        var random = new RandomStream(seed, "boxes");
        for (var repeat = 0; repeat < 10; repeat++)
        {
            var (a, b) = (Place(points, random), Place(points, random));
            var (lower, upper) = (Vector3.Min(a, b), Vector3.Max(a, b));
            var (found, leaves) = (new List<int>(), new List<int>());
            tree.PointsIn(lower, upper, found);
            tree.LeavesIn(lower, upper, leaves);
            Assert.Equal(Enumerable.Range(0, points.Length).Where(i => Vector3.Clamp(points[i], lower, upper) == points[i]), found.Order());
            Assert.Equal(leaves.Order(), leaves);
            var slack = new Vector3(tree.Cube.Size * 1e-5f);
            for (var leaf = 0; leaf < tree.LeafCount; leaf++)
            {
                var cube = tree.LeafCube(leaf);
                var (inner, outer) = (Meets(cube, lower + slack, upper - slack), Meets(cube, lower - slack, upper + slack));
                Assert.True(leaves.Contains(leaf) ? outer : !inner);
            }
        }
    }, iter: 30, seed: "0000KDc4Hx31");

    [Fact]
    public void The_nearest_points_are_those_of_a_full_sort() => Gen.Select(Cases, Gen.Int[1, 40], Gen.ULong).Sample((sample, wanted, seed) =>
    {
        var points = Scenes.Points(sample.Count, sample.Seed);
        var tree = OctreeBuilder.FromPoints(points, sample.Depth);
        var random = new RandomStream(seed, "places");
        var (found, distances) = (new int[wanted], new float[wanted]);
        for (var repeat = 0; repeat < 10; repeat++)
        {
            var place = Place(points, random);
            var n = tree.Nearest(place, found, distances);
            var expected = Enumerable.Range(0, points.Length).OrderBy(i => Vector3.DistanceSquared(points[i], place)).ThenBy(i => i).Take(wanted).ToArray();
            Assert.Equal(expected, found[..n]);
            Assert.Equal(expected.Select(i => Vector3.DistanceSquared(points[i], place)), distances[..n]);
        }
    }, iter: 60, seed: "0000KDc4Hx31");

    [Fact]
    public void Leaves_along_a_ray_are_those_whose_boxes_it_meets_in_order() => Gen.Select(Gen.Int[0, 300], Gen.Int[1, 6], Gen.ULong).Sample((count, depth, seed) =>
    {
        var points = Scenes.Points(count, seed);
        var tree = OctreeBuilder.FromPoints(points, depth);
        var random = new RandomStream(seed, "rays");
        for (var repeat = 0; repeat < 10; repeat++)
        {
            var (origin, direction) = (Place(points, random), new Vector3((float)random.NextNormal(), (float)random.NextNormal(), (float)random.NextNormal()));
            // Along an axis from a corner of the grid, the ray runs between cells.
            if (repeat % 3 == 0)
                (origin, direction) = (tree.Cube.Minimum + new Vector3(tree.Cube.Size / 2) * new Vector3(1, 1, -1), new Vector3(0, 0, repeat % 2 == 0 ? 1 : -1));
            var reach = repeat % 2 == 0 ? float.PositiveInfinity : 2f;
            var crossings = new List<RayCrossing>();
            tree.LeavesAlong(origin, direction, reach, crossings);
            Assert.Equal(Enumerable.Range(0, tree.LeafCount).Where(leaf => Meets(tree.LeafCube(leaf), origin, direction, reach, tree.Cube.Size * 1e-5f) is true), crossings.Select(c => c.Leaf).Order().Intersect(Certain()));
            Assert.All(crossings, crossing => Assert.NotEqual(false, Meets(tree.LeafCube(crossing.Leaf), origin, direction, reach, tree.Cube.Size * 1e-5f)));
            Assert.Equal(crossings.OrderBy(c => c.Entry).ThenBy(c => c.Leaf), crossings);
            Assert.Equal(crossings.Count == 0 ? null : crossings[0], tree.FirstLeafAlong(origin, direction, reach));

            IEnumerable<int> Certain() => Enumerable.Range(0, tree.LeafCount).Where(leaf => Meets(tree.LeafCube(leaf), origin, direction, reach, tree.Cube.Size * 1e-5f) is true);
        }
    }, iter: 60, seed: "0000KDc4Hx31");

    [Fact]
    public void Questions_that_make_no_sense_are_refused()
    {
        var tree = OctreeBuilder.FromPoints([Vector3.Zero, Vector3.One], 3);
        Assert.Throws<ArgumentOutOfRangeException>(() => tree.PointsIn(Vector3.One, Vector3.Zero, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => tree.LeavesAlong(Vector3.Zero, Vector3.Zero, 1, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => tree.LeavesAlong(Vector3.Zero, new(float.NaN), 1, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => tree.Nearest(new(float.NaN), new int[1], new float[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => tree.LeafCode(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => tree.ChildMask(3, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => tree.Neighbours(0, Connectivity.Corners, new int[25]));
        var cells = OctreeBuilder.FromField(new Scenes.Sphere(new(0.5f), 0.3f), new Cube(Vector3.Zero, 1), 3);
        Assert.Throws<InvalidOperationException>(() => cells.Nearest(Vector3.Zero, new int[1], new float[1]));
    }

    // One of the points, or a place around them.
    private static Vector3 Place(Vector3[] points, RandomStream random) => points.Length > 0 && random.NextInt(2) == 0
        ? points[random.NextInt(points.Length)]
        : new((float)random.NextNormal() + 1, (float)random.NextNormal(), (float)random.NextNormal() + 5);

    private static bool Meets(Cube cube, Vector3 lower, Vector3 upper) =>
        lower.X <= cube.Maximum.X && lower.Y <= cube.Maximum.Y && lower.Z <= cube.Maximum.Z && upper.X >= cube.Minimum.X && upper.Y >= cube.Minimum.Y && upper.Z >= cube.Minimum.Z;

    // In double precision against a box that is smaller or larger by the slack: true and false are certain, null is too close to say.
    private static bool? Meets(Cube cube, Vector3 origin, Vector3 direction, float reach, float slack)
    {
        return Slab(-slack) ? true : Slab(slack) ? null : false;

        bool Slab(double grow)
        {
            var (entry, exit) = (0.0, (double)reach);
            for (var axis = 0; axis < 3; axis++)
            {
                var (lower, upper) = (cube.Minimum[axis] - grow, cube.Minimum[axis] + (double)cube.Size + grow);
                if (direction[axis] == 0)
                {
                    if (origin[axis] < lower || origin[axis] > upper)
                        return false;
                    continue;
                }
                var (a, b) = ((lower - origin[axis]) / direction[axis], (upper - origin[axis]) / direction[axis]);
                (entry, exit) = (Math.Max(entry, Math.Min(a, b)), Math.Min(exit, Math.Max(a, b)));
            }
            return entry <= exit;
        }
    }
}
