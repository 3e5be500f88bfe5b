using System.Numerics;
using Sparseland.Benchmarks.Peers;
using Sparseland.Chance;
using Sparseland.Space.Points;
using Sparseland.Threads;

namespace Sparseland.Benchmarks.Speed;

/// <summary>Nearest points, beside nanoflann.</summary>
internal sealed unsafe class NearestSuite : ISpeedSuite
{
    private const int Queries = 100_000;

    public string Name => "nearest";

    public string Title => "Nearest points";

    public string Explanation => $"One million points of a bumpy sphere's surface, and as many in a cube; {Queries:N0} queries within 0.05 of points of the same kind. Peer: nanoflann (Debian libnanoflann-dev), "
        + "`KDTreeSingleIndexAdaptor` with leaves of 16 on one thread: `buildIndex`, and `knnSearch` for one query after the other in random order. Ours answers them as one batch, which it puts in an order of its own, or one by one.";

    public IEnumerable<Measurement> Run(bool quick)
    {
        foreach (var isSurface in new[] { true, false })
        {
            foreach (var line in Lines(isSurface, quick ? 200_000 : 1_000_000, quick ? 3 : 5))
                yield return line;
        }
    }

    private List<Measurement> Lines(bool isSurface, int count, int rounds)
    {
        var lines = new List<Measurement>();
        var points = Points(isSurface, count, 1);
        var queries = Points(isSurface, Queries, 2);
        var random = new RandomStream(3, "nearest");
        foreach (ref var query in queries.AsSpan())
            query += 0.1f * new Vector3((float)random.NextDouble() - 0.5f, (float)random.NextDouble() - 0.5f, (float)random.NextDouble() - 0.5f);
        var kind = $"{count / 1000} thousand points {(isSurface ? "on a surface" : "in a cube")}";
        fixed (Vector3* first = points)
        {
            var address = (nint)first;
            var hasPeer = NativePeer.Nanoflann.IsAvailable;
            var rivals = hasPeer ? new List<Rival> { new("nanoflann", _ => Nanoflann.Release(Nanoflann.Build((Vector3*)address, count))) } : [];
            rivals.Add(new("Sparseland", _ => PointTree.Build(points)));
            WorkerPool.ThreadCount = 1;
            lines.Add(Rate($"build, {kind}", 1, count, Rivals.Measure(rivals, 1, rounds, 0.01), 2));
            WorkerPool.ThreadCount = 2;
            lines.Add(Rate($"build, {kind}", 2, count, Rivals.Measure([rivals[^1]], 2, rounds, 0.01), 0));
            WorkerPool.ThreadCount = 1;
            var tree = PointTree.Build(points);
            var index = hasPeer ? Nanoflann.Build(first, count) : 0;
            foreach (var k in new[] { 1, 10 })
                lines.Add(Search(tree, index, queries, k, kind, rounds));
            if (hasPeer)
                Nanoflann.Release(index);
        }
        return lines;
    }

    private Measurement Search(PointTree tree, nint index, Vector3[] queries, int k, string kind, int rounds)
    {
        var (numbers, squared, theirs, theirSquared) = (new int[k * queries.Length], new float[k * queries.Length], new int[k * queries.Length], new float[k * queries.Length]);
        var rivals = index != 0 ? new List<Rival> { new("nanoflann", _ => Nanoflann.Nearest(index, queries, k, theirs, theirSquared)) } : [];
        if (k == 1)
            rivals.Add(new("Sparseland, one by one", _ => OneByOne(tree, queries, numbers, squared)));
        rivals.Add(new("Sparseland", _ => tree.Nearest(queries, k, numbers, squared)));
        foreach (var rival in rivals)
            rival.Run(0);
        var same = index == 0 ? 1 : squared.Zip(theirSquared).Count(pair => MathF.Abs(pair.First - pair.Second) <= 1e-5f * pair.First) / (double)squared.Length;
        return Rate($"k = {k}, {kind}{(same > 0.999 ? "" : $" ({100 * same:F1} % agree)")}", 1, queries.Length, Rivals.Measure(rivals, 1, rounds, 0.01), 1);
    }

    private static void OneByOne(PointTree tree, Vector3[] queries, int[] numbers, float[] squared)
    {
        for (var i = 0; i < queries.Length; i++)
            numbers[i] = tree.Nearest(queries[i], out squared[i]);
    }

    private static Vector3[] Points(bool isSurface, int count, ulong seed)
    {
        var random = new RandomStream(seed, "nearest");
        var points = new Vector3[count];
        foreach (ref var point in points.AsSpan())
        {
            point = new((float)random.NextDouble(), (float)random.NextDouble(), (float)random.NextDouble());
            if (!isSurface)
                continue;
            var direction = Vector3.Normalize(new((float)random.NextNormal(), (float)random.NextNormal(), (float)random.NextNormal()));
            point = (1 + 0.1f * MathF.Sin(9 * direction.Z) * MathF.Cos(11 * direction.X)) * direction;
        }
        return points;
    }

    private Measurement Rate(string work, int threads, double count, IReadOnlyList<RivalResult> results, double goal) =>
        Measurement.From(Name, work, threads, "M/s", results.Select(_ => count * 1e3), results, goal);
}
