using Sparseland.Benchmarks.Peers;
using Sparseland.Chance;
using Sparseland.Threads;
using Sparseland.Trees.Voxels;

namespace Sparseland.Benchmarks.Speed;

/// <summary>Reading and writing sparse voxel grids, beside OpenVDB.</summary>
internal sealed class VoxelsSuite : ISpeedSuite
{
    private const int Radius = 178;
    private const int Band = 3;

    public string Name => "voxels";

    public string Title => "Voxel grids";

    public string Explanation => $"The band of {2 * Band} voxels around a sphere of radius {Radius}, float. Peer: OpenVDB (Debian libopenvdb-dev), FloatGrid on one thread: its accessor's `getValue` and `setValue`, and `memUsage`; "
        + "all of them called in a loop of C++. In order: brick by brick. Written: into a grid that is empty at first. Ours reads voxel after voxel too, and, beside that, thousands with one call.";

    public IEnumerable<Measurement> Run(bool quick)
    {
        WorkerPool.ThreadCount = 1;
        var hasPeer = NativePeer.OpenVdb.IsAvailable;
        var grid = Sphere(quick ? Radius / 2 : Radius);
        var ordered = grid.ActiveVoxels().Select(voxel => voxel.Coordinate).ToArray();
        var values = grid.ActiveVoxels().Select(voxel => voxel.Value).ToArray();
        var shuffled = (VoxelCoordinate[])ordered.Clone();
        new RandomStream(2, "voxels").Shuffle(shuffled.AsSpan());
        var theirs = hasPeer ? OpenVdb.Create(ordered, values, Band) : 0;
        var sizes = hasPeer ? $"{grid.Bytes / (double)ordered.Length:F2} bytes an active voxel, OpenVDB {OpenVdb.Bytes(theirs) / (double)ordered.Length:F2}" : $"{grid.Bytes / (double)ordered.Length:F2} bytes an active voxel";
        var rounds = quick ? 3 : 7;
        var buffer = new float[4096];
        foreach (var (name, places, readGoal, writeGoal) in new[] { ("random", shuffled, 1.5, 2.0), ("in order", ordered, 1.0, 0.0) })
        {
            var rivals = hasPeer ? new List<Rival> { new("OpenVDB", _ => OpenVdb.Read(theirs, places)) } : [];
            // Reading many at once is for random places; in order one by one is faster.
            if (places == shuffled)
                rivals.Add(new("Sparseland, many at once", _ => Sum(grid, places, read: buffer)));
            rivals.Add(new("Sparseland", _ => Sum(grid, places)));
            yield return Rate($"{places.Length / 1e6:F1} M voxels read {name}, {sizes}", places.Length, Rivals.Measure(rivals, 1, rounds, 0.01), readGoal);
            rivals = hasPeer ? [new("OpenVDB", _ => OpenVdb.Release(OpenVdb.Create(places, null, 0)))] : [];
            rivals.Add(new("Sparseland", _ => Write(places)));
            yield return Rate($"{places.Length / 1e6:F1} M voxels written {name}", places.Length, Rivals.Measure(rivals, 1, rounds, 0.01), writeGoal);
        }
        if (hasPeer)
            OpenVdb.Release(theirs);
    }

    private static VoxelGrid<float> Sphere(int radius)
    {
        var grid = new VoxelGrid<float>(Band);
        var writer = grid.Accessor();
        for (var z = -radius - Band; z <= radius + Band; z++)
        {
            for (var y = -radius - Band; y <= radius + Band; y++)
            {
                for (var x = -radius - Band; x <= radius + Band; x++)
                {
                    var distance = MathF.Sqrt((float)x * x + y * y + z * z) - radius;
                    if (Math.Abs(distance) < Band)
                        writer.Set(x, y, z, distance);
                }
            }
        }
        return grid;
    }

    private static float Sum(VoxelGrid<float> voxels, VoxelCoordinate[] places)
    {
        var accessor = voxels.Accessor();
        var sum = 0f;
        foreach (var place in places)
            sum += accessor.Get(place.X, place.Y, place.Z);
        return sum;
    }

    private static float Sum(VoxelGrid<float> voxels, VoxelCoordinate[] places, float[] read)
    {
        var accessor = voxels.Accessor();
        var sum = 0f;
        for (var begin = 0; begin < places.Length; begin += read.Length)
        {
            var count = Math.Min(read.Length, places.Length - begin);
            accessor.Get(places.AsSpan(begin, count), read);
            sum += TensorPrimitives.Sum<float>(read.AsSpan(0, count));
        }
        return sum;
    }

    private static void Write(VoxelCoordinate[] places)
    {
        var grid = new VoxelGrid<float>();
        var accessor = grid.Accessor();
        foreach (var place in places)
            accessor.Set(place.X, place.Y, place.Z, 1);
    }

    private Measurement Rate(string work, double count, IReadOnlyList<RivalResult> results, double goal) =>
        Measurement.From(Name, work, 1, "M/s", results.Select(_ => count * 1e3), results, goal);
}
