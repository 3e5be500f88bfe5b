using Sparseland.Space.Motion;
using Sparseland.Space.Sensors;
using Sparseland.Space.Worlds.Drives;
using Sparseland.Space.Worlds.Streets;
using Sparseland.Threads;

namespace Sparseland.Benchmarks.Speed;

/// <summary>Sensors in a generated street: what a scan and a picture cost, with and without time running on during them.</summary>
internal sealed class WorldsSuite : ISpeedSuite
{
    private const int Beams = 32;
    private const int Columns = 900;

    public string Name => "worlds";

    public string Title => "Sensors in generated worlds";

    public string Explanation => $"Milliseconds for a LiDAR scan of {Beams} beams and {Columns} columns and for a picture of 192 x 96 pixels with sun, shadow and labels' object numbers, in a street; "
        + "less is better, and 60 ms on two threads was aimed at for each. The first column freezes time during the scan, or casts no rays for actors alone; the ratio is what motion and labels cost.";

    public IEnumerable<Measurement> Run(bool quick)
    {
        var world = StreetScenes.Make("street", 4, 7);
        var pattern = new SpinningPattern([.. Enumerable.Range(0, Beams).Select(i => 10.67 - i * 41.34 / (Beams - 1))], Columns);
        var mount = new RigidPose(Rotation3D.Identity, new(0.9, 0, 1.84));
        var moving = new LidarScanner(pattern, mount, new());
        var frozen = new LidarScanner(pattern, mount, new() { FreezeTime = true });
        var camera = SensorRig.Of("nuscenes").Cameras[0];
        foreach (var threads in new[] { 1, 2 })
        {
            WorkerPool.ThreadCount = threads;
            var results = Rivals.Measure(
                [new("Time frozen", round => frozen.Scan(world, 3, 1, round)), new("Sparseland", round => moving.Scan(world, 3, 1, round))], threads, quick ? 3 : 7, 0.1);
            yield return Measurement.FromTimes(Name, $"scan, {Beams} x {Columns} beams, {world.ShapeCount} shapes", threads, "ms", 1, results);
            results = Rivals.Measure(
                [new("Picture alone", round => camera.Take(world, 3, new(), 1, round)), new("Sparseland", round => ActorViews.Of(world, camera.Take(world, 3, new(), 1, round), 3))], threads, quick ? 3 : 7, 0.1);
            yield return Measurement.FromTimes(Name, "picture, 192 x 96, 1 ray a pixel, and how it sees every actor", threads, "ms", 1, results);
        }
        WorkerPool.ThreadCount = 1;
    }
}
