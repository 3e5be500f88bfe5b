using System.Numerics;
using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Space.Worlds.Families;
using Sparseland.Space.Worlds.Files;
using Sparseland.Space.Worlds.Shapes;

namespace Sparseland.Space.Tests.Worlds.Families;

public class SceneFamilyTests
{
    public static TheoryData<string> Names() => [.. SceneFamily.All.Select(family => family.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Equal_seeds_give_equal_scenes_whose_files_are_written_again_to_the_same_bytes(string name)
    {
        using var folder = new Scratch();
        var scene = SceneFamily.Generate(name, 3);
        Assert.True(scene.HasLight);
        SceneFile.Write(folder["a.json"], scene);
        SceneFile.Write(folder["b.json"], SceneFamily.Generate(name, 3));
        SceneFile.Write(folder["c.json"], SceneFile.Read(folder["a.json"]));
        var bytes = File.ReadAllBytes(folder["a.json"]);
        Assert.Equal(bytes, File.ReadAllBytes(folder["b.json"]));
        Assert.Equal(bytes, File.ReadAllBytes(folder["c.json"]));
        SceneFile.Write(folder["d.json"], SceneFamily.Generate(name, 4));
        Assert.NotEqual(bytes, File.ReadAllBytes(folder["d.json"]));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Placed_cameras_have_room_and_see_the_scene(string name)
    {
        var scene = SceneFamily.Generate(name, 5);
        var family = SceneFamily.Get(name);
        foreach (var camera in CameraPlacement.Place(scene, family.Cameras, 6, 8, 8, 5, "test"))
        {
            Assert.Null(CameraPlacement.Fault(scene, camera.Position));
            Assert.True(scene.FirstHit(camera.RayThrough(3.5f, 3.5f)).IsHit || family.Cameras == CameraPlaces.Sphere);
            if (family.Cameras == CameraPlaces.Inside)
                Assert.True(scene.Interest.Contains(camera.Position));
        }
    }

    [Fact]
    public void Objects_fill_the_cube_of_side_one_by_their_longest_side()
    {
        foreach (var family in SceneFamily.All.OfType<ObjectFamily>())
        {
            var bounds = ShapeMesh.Of(family.Generate(2)).Bounds;
            var extent = bounds.Extent;
            Assert.Equal(1, MathF.Max(extent.X, MathF.Max(extent.Y, extent.Z)), 3);
            Assert.True(bounds.Centre.Length() < 1e-3f, family.Name);
        }
    }

    [Fact]
    public void An_unknown_family_is_refused_with_the_nearest_name() =>
        Assert.Contains("did you mean 'bricks'", Assert.Throws<InvalidSettingException>(() => SceneFamily.Get("brick")).Message, StringComparison.Ordinal);

    [Fact]
    public void Circles_are_pushed_apart_until_none_overlap()
    {
        var draft = new SceneDraft(1, "test");
        var radii = Enumerable.Range(0, 30).Select(i => 0.1f + 0.01f * i).ToArray();
        var places = Relaxation.Place(draft, radii, spread: 0.5f);
        for (var i = 0; i < places.Length; i++)
            for (var j = 0; j < i; j++)
                Assert.True(Vector2.Distance(places[i], places[j]) >= radii[i] + radii[j] - 1e-4f);
    }

    [Fact]
    public void A_solid_of_bodies_changes_by_no_more_than_the_way_that_is_gone()
    {
        var random = new RandomStream(2, "solid");
        Vector3 Point() => new((float)random.NextDouble() - 0.5f, (float)random.NextDouble() - 0.5f, (float)random.NextDouble() - 0.5f);
        for (ulong seed = 0; seed < 20; seed++)
        {
            var solid = CadFamily.Part(new(seed, "cad"));
            for (var i = 0; i < 200; i++)
            {
                var (a, b) = (Point(), Point());
                Assert.True(MathF.Abs(solid.Distance(a) - solid.Distance(b)) <= Vector3.Distance(a, b) * 1.0001f + 1e-6f);
            }
        }
    }

    [Fact]
    public void A_camera_in_a_wall_or_against_one_is_refused_by_the_walls_name()
    {
        var room = SceneFamily.Generate("room", 1);
        Assert.Null(CameraPlacement.Fault(room, new(1.5f, -1.2f, 1.6f)));
        Assert.Contains("inside wall", CameraPlacement.Fault(room, new(-3.1f, 0, 1.5f)), StringComparison.Ordinal);
        Assert.Contains("from floor", CameraPlacement.Fault(room, new(2, -1.8f, 0.02f)), StringComparison.Ordinal);
        var camera = Space.Cameras.PinholeCamera.LookAt(4, 4, 1, new(-3.1f, 0, 1.5f), Vector3.Zero, Vector3.UnitZ);
        Assert.Contains("camera", Assert.Throws<InvalidSettingException>(() => CameraPlacement.Require(room, camera)).Message, StringComparison.Ordinal);
    }
}
