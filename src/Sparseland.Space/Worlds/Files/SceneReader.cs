using System.Numerics;
using Sparseland.Errors;
using Sparseland.Space.Images;
using Sparseland.Space.Meshes;
using Sparseland.Space.Views;
using Sparseland.Space.Worlds.Lights;
using Sparseland.Space.Worlds.Materials;
using Sparseland.Space.Worlds.Shapes;

namespace Sparseland.Space.Worlds.Files;

/// <summary>Reads a scene from JSON; every fault names its place.</summary>
internal sealed class SceneReader(JsonPlace root)
{
    private static readonly string[] s_shapes = ["sphere", "box", "rectangle", "cylinder", "cone", "frustum"];
    private static readonly string[] s_textures = ["checker", "stripes", "bricks", "noise", "bitmap"];
    private readonly Dictionary<string, Material> _materials = [];
    private readonly Dictionary<string, MeshShape> _meshes = [];

    public Scene Read()
    {
        var format = root.Required("format");
        if (format.Text() != SceneFile.Format)
            throw format.Fault("it is another format", $"a scene's file says \"{SceneFile.Format}\" here");
        foreach (var place in root.Required("materials").Items())
            AddOnce(_materials, place, Guarded(place, () => ReadMaterial(place)));
        foreach (var place in root.Optional("meshes")?.Items() ?? [])
            AddOnce(_meshes, place, Guarded(place, () => ReadMesh(place)));
        var sky = root.Optional("sky") is { } skyPlace ? Guarded(skyPlace, () => ReadSky(skyPlace)) : Sky.Dark;
        var instances = root.Required("instances").Items().Select((place, index) => Guarded(place, () => ReadInstance(place, index))).ToList();
        var scene = new Scene(root.Optional("name")?.Text() ?? Path.GetFileNameWithoutExtension(root.File), instances, sky);
        if (!scene.HasLight)
            throw root.Fault("nothing in it sends out light, so its pictures would be black", "give the sky a radiance, or a material an emission");
        return root.Optional("interest") is { } interest ? new(scene.Name, instances, sky) { Interest = ReadBox(interest) } : scene;
    }

    private static void AddOnce<T>(Dictionary<string, T> known, JsonPlace place, T value)
    {
        var name = place.Required("name");
        if (!known.TryAdd(name.Text(), value))
            throw name.Fault($"'{name.Text()}' is there twice", "give every one a name of its own");
    }

    // Values that the classes refuse are refused with their place in the file.
    private static T Guarded<T>(JsonPlace place, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (SparselandException fault) when (fault is not InvalidFileException)
        {
            throw place.Fault(fault.Message, "correct it");
        }
    }

    private Sky ReadSky(JsonPlace place)
    {
        var sky = new Sky { Zenith = Vector(place, "zenith", default), Horizon = Vector(place, "horizon", default), Ground = Vector(place, "ground", default) };
        if (place.Optional("map") is { } map)
            sky = sky with { Map = PfmFile.ReadColour(Beside(map)), MapFile = map.Text() };
        if (place.Optional("sun") is { } sun)
            sky = sky with { SunDirection = sun.Required("direction").Vector(), SunAngle = Number(sun, "angle", 0.0093f), SunRadiance = sun.Required("radiance").Vector() };
        sky.Validate();
        return sky;
    }

    private Material ReadMaterial(JsonPlace place)
    {
        var plain = new Material(place.Required("name").Text());
        var material = plain with
        {
            Colour = place.Optional("texture") is { } texture ? ReadTexture(texture) : new SolidTexture(Vector(place, "colour", new(0.8f))),
            Metallic = Number(place, "metallic", plain.Metallic),
            Roughness = Number(place, "roughness", plain.Roughness),
            Specular = Number(place, "specular", plain.Specular),
            Transmission = Number(place, "transmission", plain.Transmission),
            RefractiveIndex = Number(place, "refractiveIndex", plain.RefractiveIndex),
            Clearcoat = Number(place, "clearcoat", plain.Clearcoat),
            LidarReflectivity = Number(place, "lidarReflectivity", plain.LidarReflectivity),
            Emission = Vector(place, "emission", default),
        };
        material.Validate();
        return material;
    }

    private Texture ReadTexture(JsonPlace place)
    {
        var kind = place.Required("kind");
        var size = place.Required("size").Number(1e-6f, 1e6f);
        Vector3 First() => place.Required("first").Vector();
        Vector3 Second() => place.Required("second").Vector();
        return kind.Text() switch
        {
            "checker" => new CheckerTexture(First(), Second(), size),
            "stripes" => new StripesTexture(First(), Second(), size, place.Required("axis").Whole(0, 2)),
            "bricks" => new BricksTexture(First(), Second(), size, place.Required("joint").Number(0, 1)),
            "noise" => new NoiseTexture(First(), Second(), size, place.Required("octaves").Whole(1, 8), place.Required("seed").Whole(int.MinValue, int.MaxValue)),
            "bitmap" => ReadBitmap(place.Required("file"), size),
            var name => throw kind.Fault($"there is no texture '{name}'{Suggestion.For(name, s_textures)}", $"there are {string.Join(", ", s_textures)}"),
        };
    }

    private BitmapTexture ReadBitmap(JsonPlace file, float size) =>
        new(ImageFile.Read(Beside(file)).Select(pixel => StandardRgb.Decode(new(pixel.Red, pixel.Green, pixel.Blue))), size) { File = file.Text() };

    private MeshShape ReadMesh(JsonPlace place)
    {
        var isClosed = place.Optional("closed")?.Truth() ?? true;
        if (place.Optional("file") is { } file)
            return new(MeshFile.Read(Beside(file)), isClosed) { File = file.Text() };
        var triangles = place.Required("triangles").Items().Select(item => item.Whole(0, int.MaxValue)).ToArray();
        return new(new(Vectors(place.Required("positions")), triangles, place.Optional("colours") is { } colours ? Vectors(colours) : null), isClosed);
    }

    private Instance ReadInstance(JsonPlace place, int index)
    {
        var name = place.Required("material");
        if (!_materials.TryGetValue(name.Text(), out var material))
            throw name.Fault($"there is no material '{name.Text()}'{Suggestion.For(name.Text(), _materials.Keys)}", $"there are {(_materials.Count > 0 ? string.Join(", ", _materials.Keys.Take(12)) : "none")}");
        var number = place.Optional("object")?.Whole(1, ushort.MaxValue) ?? index + 1;
        return new(ReadShape(place), ReadTransform(place), material, number, place.Optional("name")?.Text() ?? "");
    }

    private Shape ReadShape(JsonPlace place)
    {
        if (place.Optional("mesh") is { } mesh)
            return _meshes.TryGetValue(mesh.Text(), out var shape) ? shape : throw mesh.Fault($"there is no mesh '{mesh.Text()}'{Suggestion.For(mesh.Text(), _meshes.Keys)}", $"there are {(_meshes.Count > 0 ? string.Join(", ", _meshes.Keys.Take(12)) : "none")}");
        var kind = place.Required("shape");
        return kind.Text() switch
        {
            "sphere" => SphereShape.Unit,
            "box" => BoxShape.Unit,
            "rectangle" => RectangleShape.Unit,
            "cylinder" => FrustumShape.Cylinder,
            "cone" => FrustumShape.Cone,
            "frustum" => new FrustumShape(place.Required("top").Number(0, 1)),
            var name => throw kind.Fault($"there is no shape '{name}'{Suggestion.For(name, s_shapes)}", $"there are {string.Join(", ", s_shapes)}, and mesh"),
        };
    }

    // Twelve numbers, or what is easier to write by hand: a size, turns about x, y and z in degrees, and a position.
    private static Matrix4x4 ReadTransform(JsonPlace place)
    {
        if (place.Optional("transform") is { } transform)
        {
            var m = transform.Items().Select(item => item.Number()).ToArray();
            return m.Length == 12 ? new(m[0], m[1], m[2], 0, m[3], m[4], m[5], 0, m[6], m[7], m[8], 0, m[9], m[10], m[11], 1) : throw transform.Fault($"{m.Length} numbers", "give twelve: three axes and a position");
        }
        var turn = Vector(place, "turn", default) * (MathF.PI / 180);
        return Matrix4x4.CreateScale(Vector(place, "size", Vector3.One)) * Matrix4x4.CreateRotationX(turn.X) * Matrix4x4.CreateRotationY(turn.Y) * Matrix4x4.CreateRotationZ(turn.Z)
            * Matrix4x4.CreateTranslation(Vector(place, "position", default));
    }

    private static Box3 ReadBox(JsonPlace place)
    {
        var corners = place.Items().ToList();
        if (corners.Count != 2)
            throw place.Fault($"{corners.Count} corners", "a box has two");
        var box = new Box3(corners[0].Vector(), corners[1].Vector());
        return box.IsEmpty ? throw place.Fault("its lower corner is not below the upper", "exchange the corners") : box;
    }

    private static Vector3[] Vectors(JsonPlace place)
    {
        var values = place.Items().Select(item => item.Number()).ToArray();
        return values.Length % 3 == 0 ? System.Runtime.InteropServices.MemoryMarshal.Cast<float, Vector3>(values).ToArray() : throw place.Fault($"{values.Length} numbers", "give three for each vertex");
    }

    private string Beside(JsonPlace file) => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(root.File))!, file.Text());

    private static float Number(JsonPlace place, string name, float otherwise) => place.Optional(name)?.Number() ?? otherwise;

    private static Vector3 Vector(JsonPlace place, string name, Vector3 otherwise) => place.Optional(name)?.Vector() ?? otherwise;
}
