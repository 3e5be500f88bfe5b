using System.Numerics;
using Sparseland.Benchmarks.Peers;
using Sparseland.Chance;
using Sparseland.Space.Meshes;
using Sparseland.Space.Rays;
using Sparseland.Threads;

namespace Sparseland.Benchmarks.Speed;

/// <summary>Building hierarchies of boxes and following rays through them, beside Embree.</summary>
internal sealed class RaysSuite : ISpeedSuite
{
    private const int Side = 512;

    public string Name => "rays";

    public string Title => "Rays";

    public string Explanation => "A bumpy sphere of 72 thousand and of one million triangles. Peer: Embree 3 (Debian libembree-dev), default quality and flags, one thread: `rtcCommitScene` with the copy of the mesh into its buffers, "
        + $"`rtcIntersect1` and `rtcIntersect8`. Coherent: the {Side} x {Side} rays of a camera, in rows of 8 x 8 tiles; random: from random points of the box in random directions. Ours is watertight, Embree's default is not.";

    public IEnumerable<Measurement> Run(bool quick)
    {
        foreach (var around in quick ? [190] : new[] { 190, 708 })
        {
            var mesh = BumpySphere(around);
            foreach (var line in Lines(mesh, quick ? 3 : 7))
                yield return line;
        }
    }

    private IEnumerable<Measurement> Lines(TriangleMesh mesh, int rounds)
    {
        var hasPeer = NativePeer.Embree.IsAvailable;
        var size = mesh.TriangleCount < 500_000 ? $"{mesh.TriangleCount / 1000} thousand" : $"{mesh.TriangleCount / 1e6:F1} M";
        WorkerPool.ThreadCount = 1;
        var build = new List<Rival>();
        if (hasPeer)
            build.Add(new("Embree", _ => Embree.Release(Embree.Build(mesh))));
        build.Add(new("Sparseland", _ => Bvh.Build(mesh)));
        yield return Rate($"build, {size} triangles", 1, mesh.TriangleCount, Rivals.Measure(build, 1, Math.Min(rounds, 5), 0.01), 1);
        WorkerPool.ThreadCount = 2;
        yield return Rate($"build, {size} triangles", 2, mesh.TriangleCount, Rivals.Measure([build[^1]], 2, Math.Min(rounds, 5), 0.01), 0);
        WorkerPool.ThreadCount = 1;
        var bvh = Bvh.Build(mesh);
        var scene = hasPeer ? Embree.Build(mesh) : 0;
        foreach (var isCoherent in new[] { true, false })
        {
            var rays = isCoherent ? CameraRays(mesh) : RandomRays(mesh, Side * Side);
            var (hits, theirs) = (new RayHit[rays.Length], new RayHit[rays.Length]);
            var kind = isCoherent ? "coherent" : "random";
            var single = new List<Rival>();
            var packets = new List<Rival>();
            if (hasPeer)
            {
                single.Add(new("Embree", _ => Embree.Single(scene, rays, theirs, isCoherent)));
                packets.Add(new("Embree", _ => Embree.Packets(scene, rays, theirs, isCoherent)));
            }
            single.Add(new("Sparseland", _ => Single(bvh, rays, hits)));
            packets.Add(new("Sparseland", _ => bvh.FirstHits(rays, hits)));
            yield return Rate($"{kind} rays, {size} triangles, one by one{Agreement(single, hits, theirs)}", 1, rays.Length, Rivals.Measure(single, 1, rounds, 0.01), isCoherent ? 0.6 : 0.5);
            yield return Rate($"{kind} rays, {size} triangles, packets of 8{Agreement(packets, hits, theirs)}", 1, rays.Length, Rivals.Measure(packets, 1, rounds, 0.01), isCoherent ? 0.5 : 0);
        }
        if (hasPeer)
            Embree.Release(scene);
    }

    // A ratio of times means nothing when the answers differ: the share of rays on which both agree must be all but what lies on edges.
    private static string Agreement(List<Rival> rivals, RayHit[] hits, RayHit[] theirs)
    {
        if (rivals.Count < 2)
            return "";
        foreach (var rival in rivals)
            rival.Run(0);
        var same = hits.Zip(theirs).Count(pair => pair.First.IsHit == pair.Second.IsHit && (!pair.First.IsHit || MathF.Abs(pair.First.Distance - pair.Second.Distance) < 1e-4f));
        return same > 0.999 * hits.Length ? "" : $" ({100.0 * same / hits.Length:F1} % agree)";
    }

    private static void Single(Bvh bvh, Ray[] rays, RayHit[] hits)
    {
        for (var i = 0; i < rays.Length; i++)
            hits[i] = bvh.FirstHit(rays[i]);
    }

    private static TriangleMesh BumpySphere(int around)
    {
        var rings = around;
        var positions = new Vector3[(rings + 1) * around];
        for (var ring = 0; ring <= rings; ring++)
        {
            for (var i = 0; i < around; i++)
            {
                var (polar, azimuth) = (MathF.PI * ring / rings, 2 * MathF.PI * i / around);
                var radius = 1 + 0.1f * MathF.Sin(9 * polar) * MathF.Cos(11 * azimuth) + 0.03f * MathF.Sin(31 * azimuth) * MathF.Sin(27 * polar);
                positions[ring * around + i] = radius * new Vector3(MathF.Sin(polar) * MathF.Cos(azimuth), MathF.Sin(polar) * MathF.Sin(azimuth), MathF.Cos(polar));
            }
        }
        var triangles = new int[6 * rings * around];
        for (var cell = 0; cell < rings * around; cell++)
        {
            var (ring, i) = (cell / around, cell % around);
            var (a, b) = (ring * around + i, ring * around + (i + 1) % around);
            ((ReadOnlySpan<int>)[a, a + around, b, b, a + around, b + around]).CopyTo(triangles.AsSpan(6 * cell));
        }
        return new(positions, triangles);
    }

    private static Ray[] CameraRays(TriangleMesh mesh)
    {
        var rays = new Ray[Side * Side];
        var origin = mesh.Bounds.Centre + new Vector3(1.1f, -2.4f, 0.7f);
        var forward = Vector3.Normalize(mesh.Bounds.Centre - origin);
        var right = Vector3.Normalize(Vector3.Cross(forward, Vector3.UnitZ));
        var up = Vector3.Cross(right, forward);
        for (var i = 0; i < rays.Length; i++)
        {
            // Tiles of 8 x 8, and within one eight rays of 4 x 2 after the other, as a renderer follows them.
            var (tile, within) = (i / 64, i % 64);
            var x = tile % (Side / 8) * 8 + (within / 8 % 2 * 4) + within % 4;
            var y = tile / (Side / 8) * 8 + (within / 16 * 2) + within / 4 % 2;
            var (u, v) = ((x + 0.5f) / Side - 0.5f, 0.5f - (y + 0.5f) / Side);
            rays[i] = new(origin, Vector3.Normalize(forward + 0.9f * (u * right + v * up)));
        }
        return rays;
    }

    private static Ray[] RandomRays(TriangleMesh mesh, int count)
    {
        var random = new RandomStream(3, "rays");
        var rays = new Ray[count];
        for (var i = 0; i < count; i++)
        {
            var place = new Vector3((float)random.NextDouble(), (float)random.NextDouble(), (float)random.NextDouble());
            var direction = new Vector3((float)random.NextNormal(), (float)random.NextNormal(), (float)random.NextNormal());
            rays[i] = new(mesh.Bounds.Minimum + place * mesh.Bounds.Extent, Vector3.Normalize(direction));
        }
        return rays;
    }

    private Measurement Rate(string work, int threads, double count, IReadOnlyList<RivalResult> results, double goal) =>
        Measurement.From(Name, work, threads, "M/s", results.Select(_ => count * 1e3), results, goal);
}
