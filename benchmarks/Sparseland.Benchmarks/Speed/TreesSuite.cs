using System.Numerics;
using Sparseland.Chance;
using Sparseland.Threads;
using Sparseland.Trees.Keys;
using Sparseland.Trees.Octrees;
using Sparseland.Trees.Partitions;
using Sparseland.Trees.Voxels;

namespace Sparseland.Benchmarks.Speed;

/// <summary>Building octrees and reading and writing voxel grids, beside what the base library offers for the same work.</summary>
internal sealed class TreesSuite : ISpeedSuite
{
    private const int Depth = 10;
    private const int Radius = 128;
    private const int Band = 3;
    private const int Leaves = 100_000;

    public string Name => "trees";

    public string Title => "Trees over space";

    public string Explanation => $"Uniform random points in a cube, Morton codes of depth {Depth}: codes and their order, and the whole octree of points, against encoding and `Span.Sort` of the words of code and place. "
        + $"Voxels: the band of {2 * Band} voxels around a sphere of radius {Radius}, float, against a `Dictionary` from coordinates to values, in the order of the bricks and at random. "
        + "Treemap: milliseconds for a tree like a file system, convex polygons with bounded aspect, against squarified rectangles, which are ours too and much simpler; the goal is a second.";

    public IEnumerable<Measurement> Run(bool quick)
    {
        var count = quick ? 1_000_000 : 10_000_000;
        var random = new RandomStream(1, "trees");
        var points = new Vector3[count];
        for (var i = 0; i < count; i++)
            points[i] = new((float)random.NextDouble(), (float)random.NextDouble(), (float)random.NextDouble());
        foreach (var threads in new[] { 1, 2 })
        {
            WorkerPool.ThreadCount = threads;
            yield return Order(points, threads);
            yield return Octree(points, threads);
        }
        WorkerPool.ThreadCount = 1;
        foreach (var line in Voxels(quick))
            yield return line;
        yield return Treemaps(quick);
    }

    private Measurement Treemaps(bool quick)
    {
        var chance = new RandomStream(3, "trees");
        var builder = new WeightedTreeBuilder();
        var folders = new List<int> { 0 };
        for (var i = 0; i < Leaves / 12; i++)
            folders.Add(builder.Add(folders[chance.NextInt(folders.Count)]));
        for (var i = 1; i <= Leaves; i++)
            builder.Add(folders[chance.NextInt(folders.Count)], 1.0 / i);
        var tree = builder.Build();
        var rivals = new[] { TreemapMethods.Squarified, TreemapMethods.Angular }.Select(method => new Rival(method == TreemapMethods.Squarified ? "Squarified" : "Sparseland", _ => Treemap.Layout(tree, new TreemapOptions { Method = method }))).ToArray();
        return Measurement.FromTimes(Name, "treemap, 100,000 leaves, angular", 1, "ms", 1, Rivals.Measure(rivals, 1, quick ? 3 : 7, 0.01));
    }

    private Measurement Order(Vector3[] points, int threads)
    {
        var (keys, indices) = (new ulong[points.Length], new int[points.Length]);
        var cube = Cube.Around(points);
        var results = Rivals.Measure([SpanSort(points, cube, keys), new("Sparseland", _ => MortonOrder.Sort(points, cube, Depth, keys, indices))], threads, 5, 0.01);
        return Rate($"sort, {points.Length / 1_000_000} M points", threads, points.Length, results, threads == 1 ? 6 : 0);
    }

    private Measurement Octree(Vector3[] points, int threads)
    {
        var keys = new ulong[points.Length];
        var cube = Cube.Around(points);
        var results = Rivals.Measure([SpanSort(points, cube, keys), new("Sparseland", _ => OctreeBuilder.FromPoints(points, Depth))], threads, 5, 0.01);
        return Rate($"octree, {points.Length / 1_000_000} M points", threads, points.Length, results, 0);
    }

    private static Rival SpanSort(Vector3[] points, Cube cube, ulong[] words) => new("Base library", _ =>
    {
        MortonCode3.Encode(points, cube, Depth, words);
        for (var i = 0; i < words.Length; i++)
            words[i] = (words[i] << 32) | (uint)i;
        words.AsSpan().Sort();
    });

    private IEnumerable<Measurement> Voxels(bool quick)
    {
        var grid = new VoxelGrid<float>(Band);
        var writer = grid.Accessor();
        for (var z = -Radius - Band; z <= Radius + Band; z++)
        {
            for (var y = -Radius - Band; y <= Radius + Band; y++)
            {
                for (var x = -Radius - Band; x <= Radius + Band; x++)
                {
                    var distance = MathF.Sqrt((float)x * x + y * y + z * z) - Radius;
                    if (Math.Abs(distance) < Band)
                        writer.Set(x, y, z, distance);
                }
            }
        }
        var ordered = grid.ActiveVoxels().Select(voxel => voxel.Coordinate).ToArray();
        var shuffled = (VoxelCoordinate[])ordered.Clone();
        new RandomStream(2, "trees").Shuffle(shuffled.AsSpan());
        var dictionary = grid.ActiveVoxels().ToDictionary(voxel => voxel.Coordinate, voxel => voxel.Value);
        foreach (var (name, places) in new[] { ("in order", ordered), ("random", shuffled) })
        {
            var results = Rivals.Measure([new("Base library", _ => Sum(dictionary, places)), new("Sparseland", _ => Sum(grid, places))], 1, quick ? 3 : 7, 0.01);
            yield return Rate($"voxels read {name}, {grid.Bytes / (double)places.Length:F1} bytes each", 1, places.Length, results, 0);
            results = Rivals.Measure([new("Base library", _ => Write(new Dictionary<VoxelCoordinate, float>(), places)), new("Sparseland", _ => Write(new VoxelGrid<float>(), places))], 1, quick ? 3 : 7, 0.01);
            yield return Rate($"voxels written {name}, empty at first", 1, places.Length, results, 0);
        }
    }

    private static float Sum(Dictionary<VoxelCoordinate, float> voxels, VoxelCoordinate[] places)
    {
        var sum = 0f;
        foreach (var place in places)
            sum += voxels.GetValueOrDefault(place);
        return sum;
    }

    private static float Sum(VoxelGrid<float> voxels, VoxelCoordinate[] places)
    {
        var accessor = voxels.Accessor();
        var sum = 0f;
        foreach (var place in places)
            sum += accessor.Get(place.X, place.Y, place.Z);
        return sum;
    }

    private static void Write(Dictionary<VoxelCoordinate, float> voxels, VoxelCoordinate[] places)
    {
        foreach (var place in places)
            voxels[place] = 1;
    }

    private static void Write(VoxelGrid<float> voxels, VoxelCoordinate[] places)
    {
        var accessor = voxels.Accessor();
        foreach (var place in places)
            accessor.Set(place.X, place.Y, place.Z, 1);
    }

    private Measurement Rate(string work, int threads, double count, IReadOnlyList<RivalResult> results, double goal) =>
        Measurement.From(Name, work, threads, "M/s", results.Select(_ => count * 1e3), results, goal);
}
