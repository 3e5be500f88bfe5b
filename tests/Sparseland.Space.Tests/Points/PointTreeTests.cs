using System.Numerics;
using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Space.Points;
using Sparseland.Threads;

namespace Sparseland.Space.Tests.Points;

public class PointTreeTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 3)]
    [InlineData(20, 30)]
    [InlineData(9, 9)]
    [InlineData(500, 10)]
    [InlineData(3000, 1)]
    [InlineData(3000, 70)]
    public void TheNeighboursAreThoseOfBruteForceInItsOrder(int count, int neighbours)
    {
        foreach (var points in new[] { Uniform(count, 1), Lattice(count), Clusters(count) })
        {
            var tree = PointTree.Build(points);
            var queries = Uniform(60, 2).Select(point => 1.5f * point - new Vector3(0.25f)).Concat(points.Take(30)).ToArray();
            var (numbers, squared) = (new int[queries.Length * neighbours], new float[queries.Length * neighbours]);
            tree.Nearest(queries, neighbours, numbers, squared);
            for (var i = 0; i < queries.Length; i++)
            {
                var expected = BruteForce(points, queries[i]).Take(neighbours).ToArray();
                Assert.Equal(expected.Select(pair => pair.Number), numbers[(i * neighbours)..(i * neighbours + expected.Length)]);
                Assert.Equal(expected.Select(pair => pair.Squared), squared[(i * neighbours)..(i * neighbours + expected.Length)]);
                Assert.All(numbers[(i * neighbours + expected.Length)..((i + 1) * neighbours)], number => Assert.Equal(-1, number));
                Assert.Equal(expected[0].Number, tree.Nearest(queries[i], out var square));
                Assert.Equal(expected[0].Squared, square);
            }
        }
    }

    [Fact]
    public void TheNeighboursDoNotDependOnTheNumberOfThreads()
    {
        var points = Uniform(50_000, 3);
        var queries = Uniform(3000, 4);
        var found = new List<int[]>();
        var before = WorkerPool.ThreadCount;
        foreach (var threads in new[] { 1, 2, 5 })
        {
            WorkerPool.ThreadCount = threads;
            var numbers = new int[4 * queries.Length];
            PointTree.Build(points).Nearest(queries, 4, numbers, new float[numbers.Length]);
            found.Add(numbers);
        }
        WorkerPool.ThreadCount = before;
        Assert.Equal(found[0], found[1]);
        Assert.Equal(found[0], found[2]);
    }

    [Fact]
    public void ALargeBatchGivesWhatItsQueriesGiveAloneAlsoBesideOneThatIsNoNumber()
    {
        var tree = PointTree.Build(Uniform(2000, 7));
        var queries = Uniform(3000, 8);
        foreach (var isWhole in new[] { true, false })
        {
            if (!isWhole)
                queries[100] = new(float.NaN, 0, 0);
            var (numbers, squared) = (new int[queries.Length], new float[queries.Length]);
            tree.Nearest(queries, 1, numbers, squared);
            for (var i = 0; i < queries.Length; i++)
                Assert.Equal((tree.Nearest(queries[i], out var square), square), (numbers[i], squared[i]));
        }
    }

    [Fact]
    public void TheCurveGoesFromCellToNeighbouringCell()
    {
        // All cells of a lattice of 16^3, whose order must be a path of steps of length one.
        var cells = Enumerable.Range(0, 4096).Select(i => new Vector3(i & 15, (i >> 4) & 15, i >> 8)).ToArray();
        new RandomStream(5, "cells").Shuffle(cells.AsSpan());
        var order = HilbertOrder.Of(cells);
        Assert.Equal(4096, order.Distinct().Count());
        for (var i = 1; i < order.Length; i++)
            Assert.Equal(1, Vector3.Distance(cells[order[i - 1]], cells[order[i]]));
    }

    [Fact]
    public void BadInputIsRefused()
    {
        Assert.Throws<MismatchException>(() => PointTree.Build([]));
        Assert.Throws<NumericalException>(() => PointTree.Build([Vector3.Zero, new(0, float.NaN, 0)]));
        Assert.Throws<NumericalException>(() => PointTree.Build([new(float.PositiveInfinity, 0, 0)]));
        Assert.Throws<ArgumentOutOfRangeException>(() => PointTree.Build([Vector3.Zero]).Nearest([Vector3.One], 2, new int[1], new float[2]));
        Assert.Equal(-1, PointTree.Build([Vector3.Zero]).Nearest(new(float.NaN), out _));
    }

    private static IEnumerable<(int Number, float Squared)> BruteForce(Vector3[] points, Vector3 query) =>
        points.Select((point, i) => (Number: i, Squared: (point.X - query.X) * (point.X - query.X) + (point.Y - query.Y) * (point.Y - query.Y) + (point.Z - query.Z) * (point.Z - query.Z))).OrderBy(pair => pair.Squared).ThenBy(pair => pair.Number);

    private static Vector3[] Uniform(int count, ulong seed)
    {
        var random = new RandomStream(seed, "points");
        return [.. Enumerable.Range(0, count).Select(_ => TestMeshes.Point(random, 1))];
    }

    // Many ties, and places with several points.
    private static Vector3[] Lattice(int count) => [.. Enumerable.Range(0, count).Select(i => new Vector3(i % 9, i / 9 % 9, i / 81 % 9) / 8)];

    private static Vector3[] Clusters(int count) => [.. Uniform(count, 6).Select((point, i) => (i % 3) switch { 0 => point, 1 => new Vector3(0.5f) + 1e-5f * point, _ => new Vector3(0.25f) })];
}
