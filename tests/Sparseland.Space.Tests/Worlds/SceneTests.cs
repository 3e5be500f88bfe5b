using System.Numerics;
using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Space.Rays;
using Sparseland.Space.Worlds;
using Sparseland.Space.Worlds.Lights;
using Sparseland.Space.Worlds.Materials;
using Sparseland.Space.Worlds.Shapes;

namespace Sparseland.Space.Tests.Worlds;

public class SceneTests
{
    private static readonly Shape[] s_shapes = [SphereShape.Unit, BoxShape.Unit, FrustumShape.Cylinder, FrustumShape.Cone, RectangleShape.Unit];

    [Fact]
    public void The_hierarchy_finds_what_asking_every_instance_finds()
    {
        var random = new RandomStream(4, "scene");
        var scene = new Scene("test", RandomInstances(random, 120), Sky.Dark);
        var rays = new Ray[10_000];
        for (var i = 0; i < rays.Length; i++)
            rays[i] = new(8 * Point(random), Point(random), 0.01f, i % 7 == 0 ? 3 : float.PositiveInfinity);
        var hits = new SceneHit[rays.Length];
        scene.FirstHits(rays, hits);
        var alones = scene.Instances.Select(instance => new Scene("one", [instance], Sky.Dark)).ToArray();
        for (var i = 0; i < rays.Length; i++)
        {
            var expected = BruteForce(alones, rays[i]);
            Assert.Equal(expected.Instance, hits[i].Instance);
            Assert.Equal(expected.Distance, hits[i].Distance);
            Assert.Equal(hits[i].IsHit, scene.AnyHit(in rays[i]));
            if (hits[i].IsHit)
                Assert.Equal(1, hits[i].Normal.Length(), 4);
        }
        Assert.InRange(hits.Count(hit => hit.IsHit), 1000, 9000);
    }

    [Fact]
    public void A_stretched_and_turned_sphere_is_met_at_the_analytic_distance_with_the_analytic_normal()
    {
        // The ellipsoid of half axes 2, 1, 0.5, seen along its own x axis, which points along the world's y.
        var transform = Matrix4x4.CreateScale(4, 2, 1) * Matrix4x4.CreateRotationZ(MathF.PI / 2) * Matrix4x4.CreateTranslation(1, 2, 3);
        var scene = new Scene("ellipsoid", [new(SphereShape.Unit, transform, Material.Matt("grey", new(0.5f)), 9, "egg")], Sky.Dark);
        var hit = scene.FirstHit(new Ray(new(1, -8, 3), Vector3.UnitY));
        Assert.Equal(8, hit.Distance, 4);
        Assert.Equal(-1, hit.Normal.Y, 4);
        // Off the axis: (y/2)^2 + x^2 = 1 at x = 0.6 gives y = 1.6; the slope there is (2x, y/2) without factor.
        hit = scene.FirstHit(new Ray(new(1.6f, -8, 3), Vector3.UnitY));
        Assert.Equal(10 - 1.6f, hit.Distance, 4);
        var normal = Vector3.Normalize(new(1.2f, -0.8f, 0));
        Assert.True((hit.Normal - normal).Length() < 1e-4f, $"{hit.Normal} instead of {normal}");
        Assert.Equal(9, scene.Instances[hit.Instance].ObjectId);
    }

    [Fact]
    public void Mirrored_instances_have_normals_outwards_too()
    {
        var scene = new Scene("mirror", [new(FrustumShape.Cone, Matrix4x4.CreateScale(1, 1, -2), Material.Matt("grey", new(0.5f)), 1)], Sky.Dark);
        Assert.Equal(1, scene.FirstHit(new Ray(new(0.1f, 0, 5), -Vector3.UnitZ)).Normal.Z, 5);
        Assert.True(scene.FirstHit(new Ray(new(5, 0, 0), -Vector3.UnitX)).Normal.X > 0.9f);
    }

    [Fact]
    public void An_empty_scene_is_never_hit()
    {
        var scene = new Scene("empty", [], Sky.Constant(Vector3.One));
        Assert.False(scene.FirstHit(new Ray(default, Vector3.UnitX)).IsHit);
        Assert.True(scene.HasLight);
        Assert.False(new Scene("dark", [], Sky.Dark).HasLight);
    }

    [Fact]
    public void Impossible_instances_are_refused_by_name()
    {
        var material = Material.Matt("grey", new(0.5f));
        Assert.Contains("'flat'", Assert.Throws<InvalidSettingException>(() => new Instance(BoxShape.Unit, Matrix4x4.CreateScale(1, 1, 0), material, 1, "flat")).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidSettingException>(() => new Instance(BoxShape.Unit, Matrix4x4.Identity, material, 0));
        Assert.Contains("'grey'", Assert.Throws<InvalidSettingException>(() => new Instance(BoxShape.Unit, Matrix4x4.Identity, material with { Roughness = 2 }, 1)).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidSettingException>(() => new Scene("x", [], Sky.Constant(new(float.NaN))));
    }

    internal static IEnumerable<Instance> RandomInstances(RandomStream random, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var turn = Matrix4x4.CreateFromYawPitchRoll(6 * (float)random.NextDouble(), 6 * (float)random.NextDouble(), 6 * (float)random.NextDouble());
            var transform = Matrix4x4.CreateScale(new Vector3(0.3f) + Vector3.Abs(Point(random))) * turn * Matrix4x4.CreateTranslation(5 * Point(random));
            yield return new(s_shapes[i % s_shapes.Length], transform, Material.Matt("grey", new(0.5f)), i + 1);
        }
    }

    private static (int Instance, float Distance) BruteForce(Scene[] alones, Ray ray)
    {
        var (best, distance) = (-1, float.PositiveInfinity);
        for (var i = 0; i < alones.Length; i++)
        {
            var hit = alones[i].FirstHit(in ray);
            if (hit.IsHit && hit.Distance < distance)
                (best, distance) = (i, hit.Distance);
        }
        return (best, distance);
    }

    private static Vector3 Point(RandomStream random) => new((float)(2 * random.NextDouble() - 1), (float)(2 * random.NextDouble() - 1), (float)(2 * random.NextDouble() - 1));
}
