using System.Numerics;
using Sparseland.Chance;
using Sparseland.Space.Worlds.Materials;

namespace Sparseland.Space.Worlds.Streets;

/// <summary>The materials of street worlds: colours, patterns and what a laser sees of them.</summary>
internal static class StreetPaint
{
    private static readonly Vector3[] Lacquers =
    [
        new(0.65f, 0.66f, 0.68f), new(0.08f, 0.08f, 0.09f), new(0.75f, 0.74f, 0.70f), new(0.45f, 0.05f, 0.05f), new(0.05f, 0.12f, 0.38f), new(0.28f, 0.30f, 0.32f), new(0.06f, 0.25f, 0.15f),
    ];

    private static readonly Vector3[] Walls = [new(0.62f, 0.52f, 0.40f), new(0.55f, 0.30f, 0.22f), new(0.70f, 0.68f, 0.62f), new(0.50f, 0.55f, 0.58f), new(0.66f, 0.60f, 0.38f)];

    private static readonly Vector3[] Cloths = [new(0.10f, 0.12f, 0.30f), new(0.40f, 0.08f, 0.10f), new(0.12f, 0.12f, 0.12f), new(0.45f, 0.42f, 0.35f), new(0.10f, 0.30f, 0.22f)];

    public static Material Glass { get; } = Of("glass", new(0.03f, 0.04f, 0.05f), 0.06f, 0.6f);

    public static Material Tyre { get; } = Of("tyre", new(0.03f), 0.08f);

    public static Material Lamp { get; } = Of("lamp", new(0.85f, 0.83f, 0.75f), 0.9f, 0.6f);

    public static Material TailLamp { get; } = Of("tail lamp", new(0.5f, 0.02f, 0.02f), 1.5f);

    public static Material Plate { get; } = Of("plate", new(0.8f, 0.8f, 0.7f), 4);

    public static Material Skin { get; } = Of("skin", new(0.55f, 0.36f, 0.26f), 0.4f);

    public static Material Metal { get; } = Of("metal", new(0.42f, 0.43f, 0.44f), 0.35f, 0.3f);

    public static Material Trunk { get; } = Of("trunk", new(0.20f, 0.13f, 0.08f), 0.25f);

    public static Material Paving { get; } = new("paving") { Colour = new BricksTexture(new(0.42f, 0.41f, 0.39f), new(0.25f), 0.6f, 0.06f), LidarReflectivity = 0.25f, Specular = 0 };

    public static Material Sign { get; } = Of("sign", new(0.10f, 0.25f, 0.65f), 5);

    public static Material Rail { get; } = new("rail") { Colour = new StripesTexture(new(0.75f), new(0.6f, 0.06f, 0.04f), 0.5f, 0), LidarReflectivity = 0.8f, Specular = 0 };

    public static Material Wood { get; } = new("wood") { Colour = new NoiseTexture(new(0.45f, 0.28f, 0.14f), new(0.28f, 0.16f, 0.07f), 0.25f, 3, 5), LidarReflectivity = 0.4f, Specular = 0 };

    public static Material Lacquer(RandomStream random) => Of("lacquer", Lacquers[random.NextInt(Lacquers.Length)], 0.2f + 0.6f * (float)random.NextDouble(), 0.5f);

    public static Material Stripes(RandomStream random) => new("kiosk")
    {
        Colour = new StripesTexture(Lacquers[3 + random.NextInt(3)], new(0.75f), 0.4f, 0),
        LidarReflectivity = 0.85f,
        Specular = 0,
    };

    public static Material Cloth(RandomStream random) => Of("cloth", Cloths[random.NextInt(Cloths.Length)], 0.3f + 0.3f * (float)random.NextDouble());

    public static Material Leaves(RandomStream random) => new("leaves")
    {
        Colour = new NoiseTexture(new(0.10f, 0.22f, 0.05f), new(0.22f, 0.34f, 0.08f), 0.5f, 3, random.NextInt(1000)),
        LidarReflectivity = 0.5f,
        Specular = 0,
    };

    public static Material Facade(RandomStream random)
    {
        var wall = Walls[random.NextInt(Walls.Length)];
        return new("facade") { Colour = new FacadeTexture(wall, new(0.05f, 0.06f, 0.08f), 2.2f + (float)random.NextDouble()), LidarReflectivity = 0.2f + 0.3f * (float)random.NextDouble(), Specular = 0 };
    }

    public static Material Wallpaper(RandomStream random, float size)
    {
        var wall = Walls[random.NextInt(Walls.Length)];
        Texture texture = random.NextInt(3) switch
        {
            0 => new BricksTexture(wall, new(0.55f), size, 0.1f),
            1 => new CheckerTexture(wall, 0.6f * wall, size),
            _ => new NoiseTexture(wall, 0.35f * wall, size, 4, random.NextInt(1000)),
        };
        return new("wall") { Colour = texture, LidarReflectivity = 0.5f, Specular = 0 };
    }

    public static Material Road(int lanes, float verge, float crossingAt, RandomStream random) => new("ground")
    {
        Colour = new RoadTexture(lanes, 3.5f, verge, crossingAt, new(new(0.8f), new(1), 0.7f, 3, random.NextInt(1000))),
        LidarReflectivity = 0.15f,
        Specular = 0,
    };

    private static Material Of(string name, Vector3 colour, float reflectivity, float specular = 0) => Material.Matt(name, colour) with { LidarReflectivity = reflectivity, Specular = specular };
}
