using System.Numerics;
using Sparseland.Chance;
using Sparseland.Space.Worlds.Materials;
using Sparseland.Space.Worlds.Shapes;

namespace Sparseland.Space.Worlds.Families;

/// <summary>A scene while it is made: objects of several parts, and chance.</summary>
internal sealed class SceneDraft(ulong seed, string family)
{
    private readonly RandomStream _random = new(seed, $"scene {family}");
    private readonly List<Instance> _parts = [];
    private string _name = "";
    private int _id;

    /// <summary>What was added so far.</summary>
    public IReadOnlyList<Instance> Parts => _parts;

    /// <summary>Begins an object: parts that follow belong to it.</summary>
    public void Begin(string name) => (_name, _id) = (name, _id + 1);

    /// <summary>Adds a part.</summary>
    public Instance Add(Shape shape, Matrix4x4 transform, Material material)
    {
        var part = new Instance(shape, transform, material, _id, _name);
        _parts.Add(part);
        return part;
    }

    /// <summary>Adds an upright part of a size at a place.</summary>
    public Instance Add(Shape shape, Vector3 size, Vector3 centre, Material material) => Add(shape, Matrix4x4.CreateScale(size) * Matrix4x4.CreateTranslation(centre), material);

    /// <summary>Adds a round part between two points.</summary>
    public Instance Rod(Vector3 from, Vector3 to, float diameter, Material material, float top = 1)
    {
        var along = to - from;
        var frame = new Tracing.TangentFrame(Vector3.Normalize(along));
        var (x, y) = (diameter * frame.ToWorld(Vector3.UnitX), diameter * frame.ToWorld(Vector3.UnitY));
        var centre = 0.5f * (from + to);
        return Add(top == 1 ? FrustumShape.Cylinder : new FrustumShape(top), new(x.X, x.Y, x.Z, 0, y.X, y.Y, y.Z, 0, along.X, along.Y, along.Z, 0, centre.X, centre.Y, centre.Z, 1), material);
    }

    /// <summary>Uniform in a range.</summary>
    public float Between(float least, float most) => least + (most - least) * (float)_random.NextDouble();

    /// <summary>Uniform in 0 to count - 1.</summary>
    public int Choose(int count) => _random.NextInt(count);

    /// <summary>True in a share of the cases.</summary>
    public bool Chance(double share) => _random.NextDouble() < share;

    /// <summary>A whole number for a texture's noise.</summary>
    public int NoiseSeed() => _random.NextInt(1 << 20);

    /// <summary>A colour of a brightness that pictures show well.</summary>
    public Vector3 Colour()
    {
        // Hue around the wheel, with little grey: as toys are painted.
        var hue = 6 * Between(0, 1);
        var (strength, value) = (Between(0.55f, 0.95f), Between(0.35f, 0.85f));
        Vector3 Wheel(float shift) => new(Math.Clamp(MathF.Abs((hue + shift) % 6 - 3) - 1, 0, 1));
        var pure = new Vector3(Wheel(0).X, Wheel(4).X, Wheel(2).X);
        return value * Vector3.Lerp(Vector3.One, pure, strength);
    }

    /// <summary>A surface of any kind: mostly plastic and paint, some metal, some glass.</summary>
    /// <param name="scale">The size of patterns, in metres.</param>
    /// <param name="glass">Whether it may be glass.</param>
    public Material Surface(float scale, bool glass = true)
    {
        var material = new Material($"surface {_parts.Count + 1}") { Colour = Pattern(scale), Roughness = Between(0.25f, 0.8f) };
        var kind = _random.NextDouble();
        return kind switch
        {
            < 0.15 => material with { Colour = new SolidTexture(Vector3.Lerp(Colour(), new(0.9f), 0.5f)), Metallic = 1, Roughness = Between(0.1f, 0.5f), LidarReflectivity = 0.6f },
            < 0.22 when glass => material with { Colour = new SolidTexture(Vector3.Lerp(Colour(), Vector3.One, 0.8f)), Transmission = 1, Roughness = Between(0, 0.15f), LidarReflectivity = 0.05f },
            < 0.35 => material with { Clearcoat = 1 },
            _ => material,
        };
    }

    /// <summary>A colour or a pattern of two.</summary>
    public Texture Pattern(float scale) => Choose(8) switch
    {
        0 => new CheckerTexture(Colour(), Colour(), scale * Between(0.15f, 0.3f)),
        1 => new StripesTexture(Colour(), Colour(), scale * Between(0.06f, 0.15f), Choose(3)),
        2 => new NoiseTexture(Colour(), Colour(), scale * Between(0.2f, 0.4f), 4, NoiseSeed()),
        _ => new SolidTexture(Colour()),
    };

    /// <summary>Wood in two browns.</summary>
    public Material Wood(string name) => new(name)
    {
        Colour = new NoiseTexture(new Vector3(0.42f, 0.25f, 0.12f) * Between(0.7f, 1.3f), new Vector3(0.30f, 0.16f, 0.07f) * Between(0.7f, 1.3f), 0.12f, 4, NoiseSeed()),
        Roughness = 0.55f,
    };

    /// <summary>Turns all parts around the vertical axis.</summary>
    public static Matrix4x4 Turn(float angle) => Matrix4x4.CreateRotationZ(angle);

    /// <summary>The parts moved and scaled into the cube of side 1 around the origin, by their longest side.</summary>
    public IReadOnlyList<Instance> Normalised()
    {
        // The exact box: boxes around turned instances are larger than what is in them.
        var bounds = ShapeMesh.Of(new Scene("parts", _parts, Lights.Sky.Dark)).Bounds;
        var longest = MathF.Max(bounds.Extent.X, MathF.Max(bounds.Extent.Y, bounds.Extent.Z));
        var move = Matrix4x4.CreateTranslation(-bounds.Centre) * Matrix4x4.CreateScale(1 / longest);
        return [.. _parts.Select(part => new Instance(part.Shape, part.Transform * move, part.Material, part.ObjectId, part.Name))];
    }
}
