using System.Numerics;
using System.Text.Json;
using Sparseland.Errors;
using Sparseland.Space.Worlds.Lights;
using Sparseland.Space.Worlds.Materials;
using Sparseland.Space.Worlds.Shapes;

namespace Sparseland.Space.Worlds.Files;

/// <summary>Writes a scene as JSON.</summary>
internal sealed class SceneWriter(Scene scene)
{
    private readonly Dictionary<Material, string> _materials = [];
    private readonly Dictionary<MeshShape, string> _meshes = [];

    public void Write(Stream stream)
    {
        NameMaterials();
        foreach (var mesh in scene.Instances.Select(instance => instance.Shape).OfType<MeshShape>())
            _meshes.TryAdd(mesh, $"mesh {_meshes.Count + 1}");
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteString("format", SceneFile.Format);
        json.WriteString("name", scene.Name);
        if (scene.Interest != scene.Bounds)
        {
            json.WriteStartArray("interest");
            Vector(json, scene.Interest.Minimum);
            Vector(json, scene.Interest.Maximum);
            json.WriteEndArray();
        }
        WriteSky(json, scene.Sky);
        json.WriteStartArray("materials");
        foreach (var (material, name) in _materials)
            WriteMaterial(json, material, name);
        json.WriteEndArray();
        json.WriteStartArray("meshes");
        foreach (var (mesh, name) in _meshes)
            WriteMesh(json, mesh, name);
        json.WriteEndArray();
        json.WriteStartArray("instances");
        foreach (var instance in scene.Instances)
            WriteInstance(json, instance);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    // Two materials of one name are told apart by a number.
    private void NameMaterials()
    {
        var taken = new HashSet<string>();
        foreach (var material in scene.Instances.Select(instance => instance.Material))
        {
            if (_materials.ContainsKey(material))
                continue;
            var name = material.Name;
            for (var number = 2; !taken.Add(name); number++)
                name = $"{material.Name} {number}";
            _materials.Add(material, name);
        }
    }

    private static void WriteSky(Utf8JsonWriter json, Sky sky)
    {
        json.WriteStartObject("sky");
        if (sky.Map is not null)
            json.WriteString("map", sky.MapFile ?? throw new UnsupportedException("the sky's picture was made in memory, and scene files name pictures: write it as PFM and read it again"));
        Vector(json, "zenith", sky.Zenith);
        Vector(json, "horizon", sky.Horizon);
        Vector(json, "ground", sky.Ground);
        if (sky.SunRadiance != default)
        {
            json.WriteStartObject("sun");
            Vector(json, "direction", sky.SunDirection);
            json.WriteNumber("angle", sky.SunAngle);
            Vector(json, "radiance", sky.SunRadiance);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private static void WriteMaterial(Utf8JsonWriter json, Material material, string name)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        WriteTexture(json, material.Colour);
        json.WriteNumber("metallic", material.Metallic);
        json.WriteNumber("roughness", material.Roughness);
        json.WriteNumber("specular", material.Specular);
        json.WriteNumber("transmission", material.Transmission);
        json.WriteNumber("refractiveIndex", material.RefractiveIndex);
        json.WriteNumber("clearcoat", material.Clearcoat);
        json.WriteNumber("lidarReflectivity", material.LidarReflectivity);
        if (material.IsEmissive)
            Vector(json, "emission", material.Emission);
        json.WriteEndObject();
    }

    private static void WriteTexture(Utf8JsonWriter json, Texture texture)
    {
        if (texture is SolidTexture solid)
        {
            Vector(json, "colour", solid.Colour);
            return;
        }
        json.WriteStartObject("texture");
        switch (texture)
        {
            case CheckerTexture checker:
                Pattern(json, "checker", checker.First, checker.Second, checker.Size);
                break;
            case StripesTexture stripes:
                Pattern(json, "stripes", stripes.First, stripes.Second, stripes.Size);
                json.WriteNumber("axis", stripes.Axis);
                break;
            case BricksTexture bricks:
                Pattern(json, "bricks", bricks.First, bricks.Second, bricks.Size);
                json.WriteNumber("joint", bricks.Joint);
                break;
            case NoiseTexture noise:
                Pattern(json, "noise", noise.First, noise.Second, noise.Size);
                json.WriteNumber("octaves", noise.Octaves);
                json.WriteNumber("seed", noise.Seed);
                break;
            case BitmapTexture { File: { } file } bitmap:
                json.WriteString("kind", "bitmap");
                json.WriteString("file", file);
                json.WriteNumber("size", bitmap.Size);
                break;
            default:
                throw new UnsupportedException($"a texture of type {texture.GetType().Name} is not known to scene files; there are colour, checker, stripes, bricks, noise, and bitmaps that were read from a file");
        }
        json.WriteEndObject();
    }

    private static void Pattern(Utf8JsonWriter json, string kind, Vector3 first, Vector3 second, float size)
    {
        json.WriteString("kind", kind);
        Vector(json, "first", first);
        Vector(json, "second", second);
        json.WriteNumber("size", size);
    }

    private static void WriteMesh(Utf8JsonWriter json, MeshShape shape, string name)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteBoolean("closed", shape.IsClosed);
        if (shape.File is not null)
            json.WriteString("file", shape.File);
        else
        {
            Numbers(json, "positions", shape.Mesh.Positions);
            json.WriteStartArray("triangles");
            foreach (var corner in shape.Mesh.Triangles)
                json.WriteNumberValue(corner);
            json.WriteEndArray();
            if (shape.Mesh.Colours is { } colours)
                Numbers(json, "colours", colours);
        }
        json.WriteEndObject();
    }

    private void WriteInstance(Utf8JsonWriter json, Instance instance)
    {
        json.WriteStartObject();
        json.WriteString("name", instance.Name);
        json.WriteNumber("object", instance.ObjectId);
        switch (instance.Shape)
        {
            case MeshShape mesh:
                json.WriteString("mesh", _meshes[mesh]);
                break;
            case FrustumShape frustum:
                json.WriteString("shape", "frustum");
                json.WriteNumber("top", frustum.Top);
                break;
            case SphereShape or BoxShape or RectangleShape:
                json.WriteString("shape", instance.Shape.Kind);
                break;
            default:
                throw new UnsupportedException($"a shape of kind '{instance.Shape.Kind}' is not known to scene files; there are sphere, box, rectangle, frustum and mesh");
        }
        json.WriteString("material", _materials[instance.Material]);
        json.WriteStartArray("transform");
        var m = instance.Transform;
        foreach (var value in new[] { m.M11, m.M12, m.M13, m.M21, m.M22, m.M23, m.M31, m.M32, m.M33, m.M41, m.M42, m.M43 })
            json.WriteNumberValue(value);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Numbers(Utf8JsonWriter json, string name, Vector3[] values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteNumberValue(value.X);
            json.WriteNumberValue(value.Y);
            json.WriteNumberValue(value.Z);
        }
        json.WriteEndArray();
    }

    private static void Vector(Utf8JsonWriter json, string name, Vector3 value)
    {
        json.WritePropertyName(name);
        Vector(json, value);
    }

    private static void Vector(Utf8JsonWriter json, Vector3 value)
    {
        json.WriteStartArray();
        json.WriteNumberValue(value.X);
        json.WriteNumberValue(value.Y);
        json.WriteNumberValue(value.Z);
        json.WriteEndArray();
    }
}
