using System.Numerics;
using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Space.Rays;
using Sparseland.Space.Worlds.Streets;

namespace Sparseland.Space.Tests.Worlds.Streets;

public class StreetWorldTests
{
    [Fact]
    public void The_hierarchies_find_what_asking_every_shape_finds()
    {
        var world = StreetScenes.Make("street", 4, 3);
        var random = new RandomStream(1, "rays");
        for (var i = 0; i < 4000; i++)
        {
            var time = 4 * random.NextDouble();
            var ray = RandomRay(random);
            var hit = world.During(time, time).FirstHit(in ray, time);
            var swept = i % 40 == 0 ? world.During(Math.Max(0, time - 0.05), time + 0.05).FirstHit(in ray, time) : hit;
            var nearest = (Distance: float.PositiveInfinity, Id: 0);
            foreach (var body in world.Scenery)
            {
                var own = new Ray(Vector3.Transform(ray.Origin, body.Inverse), Vector3.TransformNormal(ray.Direction, body.Inverse), ray.Minimum, ray.Maximum);
                if (body.Shape.FirstHit(in own, out var found) && found.Distance < nearest.Distance)
                    nearest = (found.Distance, body.ObjectId);
            }
            foreach (var actor in world.Actors)
            {
                if (actor.FirstHit(in ray, actor.PlaceAt(time), nearest.Distance, out var found) && found.Distance < nearest.Distance)
                    nearest = (found.Distance, found.ObjectId);
            }
            Assert.Equal(nearest, (hit.Distance, hit.ObjectId));
            Assert.Equal(hit.ObjectId, swept.ObjectId);
        }
    }

    [Fact]
    public void Rolling_ground_is_met_where_its_height_is()
    {
        var ground = new GroundShape(0.3f, 200, new(4, "ground"));
        var random = new RandomStream(2, "rays");
        for (var i = 0; i < 2000; i++)
        {
            var ray = RandomRay(random);
            if (!ground.FirstHit(in ray, out var hit))
                continue;
            var point = ray.At(hit.Distance);
            Assert.InRange(point.Z - ground.HeightAt(point.X, point.Y), -2e-3f, 2e-3f);
            for (var share = 0.02f; share < 0.99f; share += 0.02f)
            {
                var before = ray.At(share * hit.Distance);
                Assert.True(before.Z > ground.HeightAt(before.X, before.Y) - 1e-3f);
            }
        }
    }

    [Fact]
    public void What_is_hit_of_an_actor_lies_in_its_box_at_all_times_and_the_box_is_tight()
    {
        var world = StreetScenes.Make("street", 4, 5);
        var random = new RandomStream(3, "rays");
        foreach (var kind in new[] { StreetClass.Car, StreetClass.Truck, StreetClass.Pedestrian, StreetClass.Cyclist })
        {
            var actor = world.Actors.First(candidate => candidate.Kind == kind && (candidate.Motion.Speed > 0 || kind != StreetClass.Pedestrian));
            var reach = Vector3.Zero;
            for (var i = 0; i < 3000; i++)
            {
                var time = 4 * random.NextDouble();
                var place = actor.PlaceAt(time);
                var target = actor.Box.Minimum + actor.Box.Extent * new Vector3((float)random.NextDouble(), (float)random.NextDouble(), (float)random.NextDouble());
                var from = place.ToWorld(20 * new Vector3((float)random.NextNormal(), (float)random.NextNormal(), 0.3f + (float)random.NextDouble()));
                var ray = new Ray(from, Vector3.Normalize(place.ToWorld(target) - from));
                if (!actor.FirstHit(in ray, in place, float.PositiveInfinity, out var hit))
                    continue;
                Assert.True(actor.BoxAt(time).Contains(new(hit.Point), 2e-3), $"{kind} at {time}: {hit.OwnPoint} outside {actor.Box}");
                reach = Vector3.Max(reach, Vector3.Abs(hit.OwnPoint - actor.Box.Centre) / (0.5f * actor.Box.Extent));
            }
            Assert.True(reach is { X: > 0.93f, Y: > 0.93f, Z: > 0.93f }, $"{kind} reaches only {reach} of its box");
        }
    }

    [Fact]
    public void Velocities_and_headings_are_the_derivatives_of_the_way()
    {
        var motion = new ActorMotion(1, 2, 0.7, 6) { StopRate = 0.4, StopPhase = 1, Sway = 0.2, SwayRate = 0.3 };
        for (var time = 0.0; time < 20; time += 0.37)
        {
            var (before, state, after) = (motion.At(time - 1e-5), motion.At(time), motion.At(time + 1e-5));
            Assert.Equal((after.X - before.X) / 2e-5, state.VelocityX, 4);
            Assert.Equal((after.Y - before.Y) / 2e-5, state.VelocityY, 4);
            if (state.VelocityX * state.VelocityX + state.VelocityY * state.VelocityY > 0.01)
                Assert.Equal(Math.Atan2(state.VelocityY, state.VelocityX), state.Yaw, 6);
        }
    }

    [Fact]
    public void Every_scene_is_made_and_its_way_meets_nothing()
    {
        foreach (var name in StreetScenes.Names)
        {
            var world = StreetScenes.Make(name, 12, 9);
            Assert.NotEqual("", StreetScenes.Summary(name));
            for (var time = 0.0; time < 12; time += 0.5)
            {
                // A metre ahead of where the sensors go, at the height of a bumper, there is room.
                var pose = world.Route.At(time).Pose;
                var ray = new Ray(pose.Apply(new(0, 0, 0.5)).ToSingle(), pose.Rotation.Apply(new(1, 0, 0)).ToSingle(), 0, name == "room" ? 0.3f : 1);
                Assert.False(world.At(time).AnyHit(in ray, time), $"{name} at {time}");
            }
        }
    }

    [Theory]
    [InlineData("street")]
    [InlineData("crossing")]
    [InlineData("parking")]
    public void Vehicles_do_not_drive_through_each_other(string scene)
    {
        foreach (var seed in new ulong[] { 1, 2, 3 })
        {
            var world = StreetScenes.Make(scene, 10, seed);
            for (var time = 0.0; time < 10; time += 0.5)
            {
                var boxes = world.BoxesAt(time).Where(box => box.ClassName != "Pedestrian").ToList();
                for (var i = 0; i < boxes.Count; i++)
                {
                    for (var j = 0; j < i; j++)
                        Assert.False(Overlap(boxes[i], boxes[j]), $"seed {seed}, {time} s: {boxes[i]} and {boxes[j]}");
                }
            }
            Assert.Contains(world.BoxesAt(3), box => scene != "street" || box.ClassName != "Pedestrian" && box.Attribute == "moving");
        }
    }

    // Every corner and the middle of one outside the other: enough for boxes of such shapes.
    private static bool Overlap(Sparseland.Space.Datasets.Box3D a, Sparseland.Space.Datasets.Box3D b) =>
        (a.Centre - b.Centre).Length < 9 && (a.Corners().Append(a.Centre).Any(corner => b.Contains(corner)) || b.Corners().Append(b.Centre).Any(corner => a.Contains(corner)));

    [Fact]
    public void Another_seed_is_another_world_and_the_same_seed_the_same()
    {
        var (a, again, b) = (StreetScenes.Make("street", 3, 1), StreetScenes.Make("street", 3, 1), StreetScenes.Make("street", 3, 2));
        Assert.Equal(a.BoxesAt(1), again.BoxesAt(1));
        Assert.NotEqual(a.BoxesAt(1), b.BoxesAt(1));
        Assert.Contains("did you mean 'street'", Assert.Throws<InvalidSettingException>(() => StreetScenes.Make("streets", 3, 1)).Message, StringComparison.Ordinal);
    }

    private static Ray RandomRay(RandomStream random)
    {
        var origin = new Vector3((float)(60 * random.NextDouble()), (float)(10 * random.NextNormal()), 0.5f + (float)(3 * random.NextDouble()));
        var direction = new Vector3((float)random.NextNormal(), (float)random.NextNormal(), (float)(0.3 * random.NextNormal()));
        return new(origin, Vector3.Normalize(direction), 0.01f, 120);
    }
}
