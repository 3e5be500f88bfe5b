using System.Numerics;
using System.Security.Cryptography;
using Sparseland.Space.Datasets;
using Sparseland.Space.Motion;
using Sparseland.Space.Sensors;
using Sparseland.Space.Worlds.Shapes;
using Sparseland.Space.Worlds.Streets;
using Sparseland.Threads;

namespace Sparseland.Space.Tests.Sensors;

public class LidarTests
{
    private static readonly RigidPose Roof = new(Rotation3D.Identity, new(0, 0, 1.73));

    [Fact]
    public void Rings_on_flat_ground_lie_where_the_table_of_beams_says()
    {
        var pattern = LidarPattern.Of("tiny");
        var scan = new LidarScanner(pattern, Roof, LidarOptions.Exact with { MaximumRange = 60 }).Scan(Flat(), 0, 1, 0);
        Assert.All(Enumerable.Range(0, scan.Points.Count), i =>
        {
            var p = scan.Points.Positions[i];
            var elevation = pattern.AnglesOf(0, scan.Points.Rings![i]).Elevation;
            Assert.Equal(1.73 / Math.Tan(-elevation), Math.Sqrt(p.X * p.X + p.Y * p.Y), 2);
        });
        Assert.True(scan.Points.Count > 450 * 10);
    }

    [Fact]
    public void A_ball_is_seen_at_its_radius()
    {
        var world = Flat(draft => draft.Add(SphereShape.Unit, StreetClass.Furniture, new(10, 2, 2), new(4), StreetPaint.Metal));
        var scan = new LidarScanner(LidarPattern.Of("hdl64"), Roof, new() { RangeNoise = 0, BearingNoise = 0 }).Scan(world, 0, 1, 0);
        var ball = Enumerable.Range(0, scan.Points.Count).Where(i => scan.Truth[i].Kind == StreetClass.Furniture).ToList();
        Assert.True(ball.Count > 500);
        Assert.All(ball, i => Assert.Equal(2, (scan.Pose.Apply(new(scan.Points.Positions[i])) - new Vector3D(10, 2, 2)).Length, 3));
    }

    [Fact]
    public void The_noise_of_the_range_is_what_was_asked_for()
    {
        var scan = new LidarScanner(LidarPattern.Of("tiny"), new(Rotation3D.Identity, new(0, 0, 1)), new()).Scan(StreetScenes.Make("room", 1, 2), 0, 7, 0);
        var errors = Enumerable.Range(0, scan.Points.Count).Select(i => scan.Points.Positions[i].Length() - scan.Truth[i].Range).ToList();
        Assert.True(errors.Count > 4000);
        Assert.InRange(Math.Sqrt(errors.Average(error => error * error)), 0.95 * 0.02, 1.05 * 0.02);
        Assert.InRange(errors.Average(), -1e-3, 1e-3);
    }

    [Fact]
    public void Points_on_a_car_fall_with_the_square_of_the_distance()
    {
        var pattern = new SpinningPattern([.. Enumerable.Range(0, 160).Select(i => 2 - 0.1 * i)], 3600);
        var (logs, counts) = (new List<double>(), new List<double>());
        foreach (var distance in new[] { 12.0, 17, 24, 34, 48 })
        {
            var world = Flat(draft => draft.Put(StreetClass.Car, new(distance, 0, 0.5, 0)));
            var scan = new LidarScanner(pattern, Roof, LidarOptions.Exact).Scan(world, 0, 1, 0);
            logs.Add(Math.Log(distance));
            counts.Add(Math.Log(scan.Truth.Count(truth => truth.ObjectId == 1)));
        }
        var (x, y) = (logs.Average(), counts.Average());
        var slope = logs.Zip(counts, (a, b) => (a - x) * (b - y)).Sum() / logs.Sum(a => (a - x) * (a - x));
        Assert.InRange(slope, -2.3, -1.7);
    }

    [Fact]
    public void A_scan_made_while_driving_is_bent_and_straightened_lies_on_the_walls()
    {
        var world = StreetScenes.Make("corridor", 10, 4);
        var scanner = new LidarScanner(LidarPattern.Of("tiny"), new(Rotation3D.Identity, new(0, 0, 1)), new() { WeakEchoesGetLost = false });
        var scan = scanner.Scan(world, 8, 1, 0);
        var straight = scan.Deskewed();
        var walls = Enumerable.Range(0, scan.Points.Count).Where(i => scan.Truth[i].Kind == StreetClass.Building && Math.Abs(scan.Truth[i].Normal.Y) > 0.9f).ToList();
        double Off(Vector3 point) => Math.Abs(Math.Abs(scan.Pose.Apply(new(point)).Y) - 1.2);
        Assert.True(walls.Count > 1500);
        // The bearing's noise of 0.02 degrees adds less than 1 cm at the ranges where a wall is met flat.
        Assert.True(walls.Count(i => Off(straight.Positions[i]) <= 3 * 0.02 + 1e-3) > 0.99 * walls.Count);
        Assert.True(walls.Max(i => (straight.Positions[i] - scan.Points.Positions[i]).Length()) > 0.03f);
    }

    [Fact]
    public void When_time_stands_still_nothing_is_bent()
    {
        var scan = new LidarScanner(LidarPattern.Of("tiny"), Roof, new() { FreezeTime = true }).Scan(StreetScenes.Make("street", 8, 4), 6, 1, 0);
        Assert.True(scan.Points.Positions.Zip(scan.Deskewed().Positions, (a, b) => (a - b).Length()).Max() < 1e-4f);
    }

    [Fact]
    public void Moving_actors_are_hit_where_they_are_at_that_moment()
    {
        var world = Flat(draft => draft.Put(StreetClass.Car, new(15, -8, 0.5 * Math.PI, 12)));
        var scan = new LidarScanner(LidarPattern.Of("hdl32"), Roof, LidarOptions.Exact).Scan(world, 0.6, 1, 0);
        var hits = Enumerable.Range(0, scan.Points.Count).Where(i => scan.Truth[i].ObjectId == 1).ToList();
        Assert.True(hits.Count > 50);
        Assert.All(hits, i => Assert.True(world.BoxesAt(scan.Time + scan.Points.Times![i])[0].Contains(scan.Pose.Apply(new(scan.Points.Positions[i])), 0.01)));
    }

    [Theory]
    [InlineData("tiny")]
    [InlineData("rosette")]
    public void Scans_are_the_same_bytes_for_any_number_of_threads(string preset)
    {
        var before = WorkerPool.ThreadCount;
        try
        {
            var hashes = new List<string>();
            foreach (var threads in new[] { 1, 2, 5 })
            {
                WorkerPool.ThreadCount = threads;
                var options = new LidarOptions { Divergence = 0.003, RainPerMetre = 0.001 };
                var scan = new LidarScanner(LidarPattern.Of(preset), Roof, options).Scan(StreetScenes.Make("street", 8, 4), 5, 3, 1);
                using var scratch = new Scratch();
                PlyCloudFile.Write(scratch["scan.ply"], scan.Points);
                hashes.Add(Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(scratch["scan.ply"]))));
            }
            Assert.Single(hashes.Distinct());
        }
        finally
        {
            WorkerPool.ThreadCount = before;
        }
    }

    [Fact]
    public void A_rosette_looks_ahead_in_a_cone_and_does_not_repeat_itself()
    {
        var pattern = LidarPattern.Of("rosette");
        var angles = Enumerable.Range(0, pattern.Columns).Select(i => pattern.AnglesOf(i, 0)).ToList();
        Assert.All(angles, angle => Assert.True(Math.Sqrt(angle.Azimuth * angle.Azimuth + angle.Elevation * angle.Elevation) < 35.1 * Math.PI / 180));
        var cells = angles.Select(angle => ((int)Math.Floor(angle.Azimuth * 30), (int)Math.Floor(angle.Elevation * 30))).Distinct().Count();
        Assert.True(cells > 600, $"{cells}");
    }

    private static StreetWorld Flat(Action<StreetDraft>? more = null)
    {
        var draft = new StreetDraft(1, 0, 300);
        draft.Pave(StreetPaint.Paving);
        more?.Invoke(draft);
        return draft.Finish("flat", new SplineTrajectory([RigidPose.Identity, RigidPose.Identity], 10));
    }
}
