using Sparseland.Errors;
using Sparseland.Space.Images;
using Sparseland.Space.Worlds.Files;

namespace Sparseland.Space.Tests.Worlds.Files;

public class SceneFileTests
{
    private const string Whole = """
        {"format": "sparseland scene 1", "name": "by hand",
         "sky": {"zenith": [1, 1, 1], "horizon": [1, 1, 1], "ground": [0, 0, 0], "sun": {"direction": [0, 0, 1], "radiance": [3, 3, 3]}},
         "materials": [{"name": "red", "colour": [0.8, 0.1, 0.1], "roughness": 0.3}, {"name": "tiles", "texture": {"kind": "checker", "first": [1, 1, 1], "second": [0, 0, 0], "size": 0.5}}],
         "meshes": [{"name": "sheet", "closed": false, "positions": [0, 0, 0, 1, 0, 0, 0, 1, 0], "triangles": [0, 1, 2]}],
         "instances": [{"name": "ball", "shape": "sphere", "size": [2, 2, 2], "position": [0, 0, 1], "material": "red"},
                       {"mesh": "sheet", "turn": [90, 0, 0], "material": "tiles", "object": 7}]}
        """;

    [Fact]
    public void A_scene_written_by_hand_is_read_as_it_says()
    {
        using var folder = new Scratch();
        File.WriteAllText(folder["scene.json"], Whole);
        var scene = SceneFile.Read(folder["scene.json"]);
        Assert.Equal("by hand", scene.Name);
        Assert.Equal((1, 7), (scene.Instances[0].ObjectId, scene.Instances[1].ObjectId));
        Assert.Equal(4, scene.FirstHit(new(new(0, -5, 1), new(0, 1, 0))).Distance, 4);
        // The sheet is turned from the ground plane upright.
        Assert.Equal(5, scene.FirstHit(new(new(0.2f, -5, 0.2f), new(0, 1, 0), 4.8f)).Distance, 3);
        Assert.Equal(0.3f, scene.Instances[0].Material.Roughness);
    }

    [Theory]
    [InlineData("\"material\": \"red\"", "\"material\": \"rad\"", "instances[0].material|did you mean 'red'")]
    [InlineData("\"shape\": \"sphere\"", "\"shape\": \"spere\"", "instances[0].shape|did you mean 'sphere'")]
    [InlineData("\"mesh\": \"sheet\"", "\"mesh\": \"cloth\"", "instances[1].mesh|sheet")]
    [InlineData("\"kind\": \"checker\"", "\"kind\": \"dots\"", "materials[1].texture.kind|checker")]
    [InlineData("\"roughness\": 0.3", "\"roughness\": 3", "materials[0]|roughness")]
    [InlineData("\"size\": [2, 2, 2]", "\"size\": [2, 0, 2]", "instances[0]|transform")]
    [InlineData("\"triangles\": [0, 1, 2]", "\"triangles\": [0, 1, 9]", "meshes[0]|vertex 9")]
    [InlineData("sparseland scene 1", "sparseland scene 9", "format")]
    [InlineData("\"name\": \"tiles\"", "\"name\": \"red\"", "materials[1].name|twice")]
    [InlineData("\"radiance\": [3, 3, 3]", "\"radiance\": [-3, 3, 3]", "sky|sun")]
    [InlineData("\"object\": 7", "\"object\": 0", "instances[1].object|65535")]
    public void Faults_name_the_file_and_the_place(string text, string instead, string expected)
    {
        using var folder = new Scratch();
        var path = folder["scene.json"];
        File.WriteAllText(path, Whole.Replace(text, instead, StringComparison.Ordinal));
        var fault = Assert.Throws<InvalidFileException>(() => SceneFile.Read(path));
        Assert.StartsWith(path, fault.Message, StringComparison.Ordinal);
        foreach (var part in expected.Split('|'))
            Assert.Contains(part, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_scene_without_light_is_refused()
    {
        using var folder = new Scratch();
        File.WriteAllText(folder["dark.json"], """{"format": "sparseland scene 1", "materials": [{"name": "a"}], "instances": [{"shape": "box", "material": "a"}]}""");
        Assert.Contains("light", Assert.Throws<InvalidFileException>(() => SceneFile.Read(folder["dark.json"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pictures_and_meshes_beside_the_file_are_read_and_named_again()
    {
        using var folder = new Scratch();
        PngFile.Write(folder["wood.png"], new Image<Rgb8>(2, 1, [new(255, 0, 0), new(0, 255, 0)]));
        PfmFile.Write(folder["sky.pfm"], new Image<System.Numerics.Vector3>(2, 1, [new(1), new(2)]));
        File.WriteAllText(folder["tri.off"], "OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n");
        File.WriteAllText(folder["scene.json"], """
            {"format": "sparseland scene 1", "sky": {"map": "sky.pfm"}, "materials": [{"name": "wood", "texture": {"kind": "bitmap", "file": "wood.png", "size": 2}}],
             "meshes": [{"name": "m", "file": "tri.off", "closed": false}], "instances": [{"mesh": "m", "material": "wood"}]}
            """);
        var scene = SceneFile.Read(folder["scene.json"]);
        Assert.Equal(new(1, 0, 0), scene.ColourAt(scene.FirstHit(new(new(0.2f, 0.2f, 1), new(0, 0, -1)))));
        SceneFile.Write(folder["again.json"], scene);
        Assert.Equal(1, SceneFile.Read(folder["again.json"]).Sky.Radiance(System.Numerics.Vector3.UnitY).X);
        File.Delete(folder["wood.png"]);
        Assert.Contains("wood.png", Assert.Throws<InvalidFileException>(() => SceneFile.Read(folder["scene.json"])).Message, StringComparison.Ordinal);
    }
}
