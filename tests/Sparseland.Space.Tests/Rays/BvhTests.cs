using System.Numerics;
using Sparseland.Chance;
using Sparseland.Space.Meshes;
using Sparseland.Space.Rays;
using Sparseland.Threads;

namespace Sparseland.Space.Tests.Rays;

public class BvhTests
{
    public static TheoryData<string> Scenes => ["cube", "sphere", "soup", "large soup", "planes", "far away", "one point"];

    [Theory]
    [MemberData(nameof(Scenes))]
    public void EveryWalkFindsWhatBruteForceFinds(string scene)
    {
        var mesh = Scene(scene);
        var bvh = Bvh.Build(mesh);
        var numbers = bvh.WithoutVectors();
        var rays = Rays(mesh, 1500, 1);
        var hits = new RayHit[rays.Length];
        bvh.FirstHits(rays, hits);
        for (var i = 0; i < rays.Length; i++)
        {
            var expected = BruteForce.FirstHit(mesh, rays[i]);
            Assert.Equal(expected, bvh.FirstHit(rays[i]));
            Assert.Equal(expected, numbers.FirstHit(rays[i]));
            Assert.Equal(expected, hits[i]);
            Assert.Equal(expected.IsHit, bvh.AnyHit(rays[i]));
            Assert.Equal(expected.IsHit, numbers.AnyHit(rays[i]));
        }
        Assert.Contains(hits, hit => hit.IsHit != (scene == "one point"));
    }

    [Theory]
    [MemberData(nameof(Scenes))]
    public void EveryWalkFindsTheNearestPointThatBruteForceFinds(string scene)
    {
        var mesh = Scene(scene);
        var bvh = Bvh.Build(mesh);
        var numbers = bvh.WithoutVectors();
        var random = new RandomStream(2, "closest");
        for (var i = 0; i < 500; i++)
        {
            var point = mesh.Bounds.Minimum + (TestMeshes.Point(random, 2) - new Vector3(0.5f)) * (mesh.Bounds.Extent + new Vector3(0.1f));
            var expected = BruteForce.Closest(mesh, point);
            Assert.Equal(expected, bvh.Closest(point));
            Assert.Equal(expected, numbers.Closest(point));
            var distance = MathF.Sqrt(expected.DistanceSquared);
            Assert.Equal(SurfacePoint.None, bvh.Closest(point, 0.99f * distance - 1e-6f > 0 ? 0.99f * distance - 1e-6f : 0) with { DistanceSquared = float.PositiveInfinity });
            Assert.Equal(expected, bvh.Closest(point, 1.01f * distance + 1e-6f));
        }
    }

    [Theory]
    [InlineData("spot", 10_000)]
    [InlineData("stanford-bunny", 1000)]
    public void RandomRaysAtRealMeshesHitWhatBruteForceHits(string name, int count)
    {
        var mesh = TestMeshes.Classic(name);
        var bvh = Bvh.Build(mesh);
        var numbers = bvh.WithoutVectors();
        var rays = Rays(mesh, count, 3);
        var hits = new RayHit[rays.Length];
        bvh.FirstHits(rays, hits);
        var expected = new RayHit[rays.Length];
        WorkerPool.Run(rays.Length / 250, new BruteForce.Work(mesh, rays, expected));
        Assert.Equal(expected, hits);
        for (var i = 0; i < rays.Length; i += 10)
        {
            Assert.Equal(expected[i], bvh.FirstHit(rays[i]));
            Assert.Equal(expected[i], numbers.FirstHit(rays[i]));
        }
        Assert.InRange(hits.Count(hit => hit.IsHit), count / 5, count - count / 20);
    }

    [Fact]
    public void NoRayFromInsideAClosedSurfaceSlipsThroughItsEdgesOrVertices()
    {
        var mesh = TestMeshes.Sphere(24, 48);
        var bvh = Bvh.Build(mesh);
        var random = new RandomStream(4, "tight");
        for (var i = 0; i < 20_000; i++)
        {
            var corner = random.NextInt(mesh.Triangles.Length);
            var a = mesh.Positions[mesh.Triangles[corner]];
            var b = mesh.Positions[mesh.Triangles[corner % 3 == 2 ? corner - 2 : corner + 1]];
            var origin = 0.3f * (TestMeshes.Point(random, 2) - Vector3.One);
            var target = i % 3 == 0 ? a : Vector3.Lerp(a, b, (float)random.NextDouble());
            Assert.True(bvh.FirstHit(new(origin, target - origin)).IsHit, $"from {origin} to {target}");
        }
    }

    [Fact]
    public void TheHierarchyAndItsHitsDoNotDependOnTheNumberOfThreads()
    {
        var mesh = TestMeshes.Soup(70_000, 0.02f, 5);
        var rays = Rays(mesh, 2000, 6);
        var before = WorkerPool.ThreadCount;
        var found = new List<RayHit[]>();
        var bytes = new List<long>();
        try
        {
            foreach (var threads in new[] { 1, 2, 5 })
            {
                WorkerPool.ThreadCount = threads;
                var bvh = Bvh.Build(mesh);
                var hits = new RayHit[rays.Length];
                bvh.FirstHits(rays, hits);
                found.Add(hits);
                bytes.Add(bvh.Bytes);
            }
        }
        finally
        {
            WorkerPool.ThreadCount = before;
        }
        Assert.Equal(found[0], found[1]);
        Assert.Equal(found[0], found[2]);
        Assert.Single(bytes.Distinct());
    }

    [Theory]
    [InlineData("sphere")]
    [InlineData("large soup")]
    [InlineData("planes")]
    [InlineData("far away")]
    public void RaysThatGoTogetherHitWhatTheyHitAlone(string scene)
    {
        var mesh = Scene(scene);
        var bvh = Bvh.Build(mesh);
        var random = new RandomStream(11, "packets");
        var rays = new Ray[8 * 400 + 5];
        for (var i = 0; i < rays.Length; i += 8)
        {
            var origin = mesh.Bounds.Centre + (TestMeshes.Point(random, 4) - new Vector3(2)) * mesh.Bounds.Extent;
            var target = mesh.Bounds.Minimum + TestMeshes.Point(random, 1) * mesh.Bounds.Extent;
            for (var lane = i; lane < Math.Min(i + 8, rays.Length); lane++)
            {
                var spread = (i / 8 % 4) * 0.02f * mesh.Bounds.Extent;
                rays[lane] = new(origin + 0.1f * TestMeshes.Point(random, 1) * spread, target - origin + TestMeshes.Point(random, 1) * spread, i % 3 - 1, i % 5 == 0 ? 1.2f : float.PositiveInfinity);
            }
        }
        var hits = new RayHit[rays.Length];
        bvh.FirstHits(rays, hits);
        for (var i = 0; i < rays.Length; i++)
            Assert.Equal(bvh.FirstHit(rays[i]), hits[i]);
        Assert.Contains(hits, hit => hit.IsHit);
    }

    [Fact]
    public void OfTrianglesInOnePlaceTheLowestNumberIsHit()
    {
        var mesh = new TriangleMesh([Vector3.Zero, Vector3.UnitX, Vector3.UnitY], [.. Enumerable.Range(0, 100).SelectMany(_ => new[] { 0, 1, 2 })]);
        var bvh = Bvh.Build(mesh);
        var hit = bvh.FirstHit(new(new(0.25f, 0.25f, 1), -2 * Vector3.UnitZ));
        Assert.Equal(new(0, 0.5f, 0.25f, 0.25f), hit);
        Assert.Equal(0, bvh.Closest(new(0.1f, 0.1f, 3)).Triangle);
    }

    [Fact]
    public void AMeshWithoutTrianglesIsHitByNothing()
    {
        var bvh = Bvh.Build(new([Vector3.One], []));
        Assert.False(bvh.FirstHit(new(Vector3.Zero, Vector3.UnitX)).IsHit);
        Assert.Equal(SurfacePoint.None, bvh.Closest(Vector3.Zero));
    }

    [Fact]
    public void RaysAndPointsThatAreNoNumbersFindNothing()
    {
        var bvh = Bvh.Build(TestMeshes.Cube);
        var nan = new Vector3(float.NaN, 0, 0);
        foreach (var walk in new[] { bvh, bvh.WithoutVectors() })
        {
            Assert.False(walk.FirstHit(new(Vector3.Zero, Vector3.Zero)).IsHit);
            Assert.False(walk.FirstHit(new(nan, Vector3.UnitX)).IsHit);
            Assert.False(walk.FirstHit(new(Vector3.Zero, nan)).IsHit);
            Assert.Equal(SurfacePoint.None, walk.Closest(nan));
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => bvh.Closest(Vector3.Zero, -1));
        Assert.Throws<ArgumentException>(() => bvh.FirstHits([new(Vector3.Zero, Vector3.UnitX)], []));
    }

    [Fact]
    public void ABuildThatIsCancelledEnds()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => Bvh.Build(TestMeshes.Cube, source.Token));
    }

    [Fact]
    public void TrianglesThatShrinkGeometricallyDoNotMakeTheTreeTooDeep()
    {
        var positions = new List<Vector3>();
        for (var i = 0; i < 1200; i++)
        {
            var size = MathF.ScaleB(1, -i / 12);
            positions.AddRange([new(size, 0, 0), new(1.01f * size, 0.01f * size, 0), new(size, 0, 0.01f * size)]);
        }
        var mesh = new TriangleMesh([.. positions], [.. Enumerable.Range(0, positions.Count)]);
        var bvh = Bvh.Build(mesh);
        foreach (var ray in Rays(mesh, 300, 7))
            Assert.Equal(BruteForce.FirstHit(mesh, ray), bvh.FirstHit(ray));
    }

    private static TriangleMesh Scene(string name) => name switch
    {
        "cube" => TestMeshes.Cube,
        "sphere" => TestMeshes.Sphere(16, 24),
        "soup" => TestMeshes.Soup(300, 0.5f, 8),
        "large soup" => TestMeshes.Soup(2500, 0.1f, 9),
        "planes" => new([.. Enumerable.Range(0, 20).SelectMany(i => new Vector3[] { new(0, 0, i), new(20, 0, i), new(20, 20, i), new(0, 20, i) })],
            [.. Enumerable.Range(0, 20).SelectMany(i => new[] { 4 * i, 4 * i + 1, 4 * i + 2, 4 * i, 4 * i + 2, 4 * i + 3 })]),
        "far away" => Moved(TestMeshes.Soup(500, 0.3f, 10), new(1e4f, -2e4f, 3e4f)),
        _ => new([Vector3.One], [.. new int[90]]),
    };

    private static TriangleMesh Moved(TriangleMesh mesh, Vector3 offset) => new([.. mesh.Positions.Select(position => position + offset)], mesh.Triangles);

    // From around and within the box: to random points of it, along axes, along lines between vertices, with bounds on the distance.
    private static Ray[] Rays(TriangleMesh mesh, int count, ulong seed)
    {
        var random = new RandomStream(seed, "rays");
        var rays = new Ray[count];
        for (var i = 0; i < count; i++)
        {
            var (corner, extent) = (mesh.Bounds.Minimum - mesh.Bounds.Extent, 3 * mesh.Bounds.Extent + new Vector3(0.1f));
            var origin = corner + TestMeshes.Point(random, 1) * extent;
            var target = mesh.Bounds.Minimum + TestMeshes.Point(random, 1) * mesh.Bounds.Extent;
            if (i % 4 == 1)
                target = mesh.Positions[random.NextInt(mesh.VertexCount)];
            var direction = target - origin;
            if (i % 4 == 2)
                direction = (random.NextInt(6) - 2.5f) * (random.NextInt(3) switch { 0 => Vector3.UnitX, 1 => Vector3.UnitY, _ => Vector3.UnitZ });
            if (i % 8 == 2)
                origin = mesh.Positions[random.NextInt(mesh.VertexCount)] - 2 * direction;
            rays[i] = (i % 5) switch
            {
                3 => new(origin, direction, 0.9f, 1.5f),
                4 => new(origin, direction, -3, 0.75f),
                _ => new(origin, direction),
            };
        }
        return rays;
    }
}
