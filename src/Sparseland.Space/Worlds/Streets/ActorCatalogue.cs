using System.Numerics;
using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Space.Worlds.Materials;
using Sparseland.Space.Worlds.Shapes;

namespace Sparseland.Space.Worlds.Streets;

/// <summary>Builds actors part by part in sizes drawn about the mean of their class.</summary>
internal static class ActorCatalogue
{
    private const float HalfPi = 0.5f * MathF.PI;

    /// <summary>The parts of one of a class.</summary>
    /// <param name="kind">The class, up to a cyclist.</param>
    /// <param name="random">Where its size and paint come from.</param>
    public static ActorPart[] Build(StreetClass kind, RandomStream random) => kind switch
    {
        StreetClass.Car => Car(Around(random, 4.2f, 0.4f), Around(random, 1.75f, 0.1f), Around(random, 1.5f, 0.1f), random),
        StreetClass.Van => Van(StreetPaint.Lacquer(random), random),
        StreetClass.Kiosk => Van(StreetPaint.Stripes(random), random),
        StreetClass.Truck => Truck(Around(random, 8, 0.5f), 2.5f, Around(random, 3.2f, 0.15f), StreetPaint.Lacquer(random), random),
        StreetClass.Pedestrian => Pedestrian(Around(random, 1.75f, 0.1f), StreetPaint.Cloth(random), StreetPaint.Cloth(random)),
        StreetClass.Cyclist => Cyclist(Around(random, 1.75f, 0.08f), StreetPaint.Cloth(random), StreetPaint.Lacquer(random)),
        _ => throw new InvalidSettingException($"there is no actor of class {kind}"),
    };

    // Within two deviations, so that nothing is absurd.
    private static float Around(RandomStream random, float mean, float deviation) => mean + deviation * (float)Math.Clamp(random.NextNormal(), -2, 2);

    private static ActorPart[] Car(float length, float width, float height, RandomStream random)
    {
        var paint = StreetPaint.Lacquer(random);
        var (belt, cabin) = (0.58f * height, 0.52f * length);
        return
        [
            Box(new(0, 0, 0.5f * (belt + 0.22f)), new(length, width, belt - 0.22f), paint),
            Box(new(-0.05f * length, 0, 0.5f * (belt + height) - 0.03f), new(cabin, 0.88f * width, height - belt - 0.06f), StreetPaint.Glass),
            Box(new(-0.07f * length, 0, height - 0.03f), new(0.8f * cabin, 0.86f * width, 0.06f), paint),
            .. Wheels(0.31f * length, 0.5f * width - 0.11f, 0.32f),
            .. Lights(length, width, 0.75f * belt),
        ];
    }

    private static ActorPart[] Van(Material paint, RandomStream random)
    {
        var (length, width, height) = (Around(random, 5, 0.2f), Around(random, 1.9f, 0.05f), Around(random, 2.1f, 0.08f));
        return
        [
            Box(new(-0.06f * length, 0, 0.5f * (height + 0.25f)), new(0.88f * length, width, height - 0.25f), paint),
            Box(new(0.44f * length, 0, 0.62f), new(0.12f * length, 0.96f * width, 0.74f), paint),
            Box(new(0.385f * length, 0, 0.72f * height), new(0.02f * length, 0.85f * width, 0.36f * height), StreetPaint.Glass),
            .. Wheels(0.32f * length, 0.5f * width - 0.12f, 0.34f),
            .. Lights(length, width, 0.75f),
        ];
    }

    private static ActorPart[] Truck(float length, float width, float height, Material paint, RandomStream random) =>
    [
        Box(new(0.5f * length - 1, 0, 1.55f), new(2, 0.95f * width, 2.1f), paint),
        Box(new(0.5f * length - 0.01f, 0, 1.9f), new(0.02f, 0.8f * width, 0.8f), StreetPaint.Glass),
        Box(new(-1.05f, 0, 0.5f * (height + 0.9f)), new(length - 2.1f, width, height - 0.9f), StreetPaint.Lacquer(random)),
        Box(new(-0.5f, 0, 0.75f), new(length - 1, 0.4f * width, 0.3f), StreetPaint.Tyre),
        .. Wheels(0.36f * length, 0.5f * width - 0.15f, 0.5f),
        .. Lights(length - 0.1f, 0.9f * width, 0.8f),
    ];

    private static ActorPart[] Pedestrian(float height, Material coat, Material trousers)
    {
        var (hip, shoulder) = (0.5f * height, 0.82f * height);
        return
        [
            Ball(new(0, 0, 0.93f * height), new(0.21f, 0.18f, 0.14f * height), StreetPaint.Skin),
            Ball(new(0, 0, 0.67f * height), new(0.30f, 0.44f, 0.40f * height), coat),
            new(Ball(new(0, 0.10f, 0.25f * height), new(0.17f, 0.17f, 0.5f * height), trousers).Body, hip, 0.35f),
            new(Ball(new(0, -0.10f, 0.25f * height), new(0.17f, 0.17f, 0.5f * height), trousers).Body, hip, -0.35f),
            new(Ball(new(0, 0.25f, 0.64f * height), new(0.11f, 0.10f, 0.38f * height), coat).Body, shoulder, -0.3f),
            new(Ball(new(0, -0.25f, 0.64f * height), new(0.11f, 0.10f, 0.38f * height), coat).Body, shoulder, 0.3f),
        ];
    }

    private static ActorPart[] Cyclist(float height, Material coat, Material frame)
    {
        var saddle = 0.95f;
        return
        [
            Wheel(new(0.56f, 0, 0.34f), 0.34f, 0.05f),
            Wheel(new(-0.56f, 0, 0.34f), 0.34f, 0.05f),
            Box(new(0, 0, 0.6f), new(0.9f, 0.05f, 0.08f), frame),
            Box(new(0.45f, 0, 0.95f), new(0.06f, 0.5f, 0.06f), frame),
            Box(new(-0.2f, 0, 0.8f), new(0.05f, 0.05f, 0.4f), frame),
            Tilted(new(0.05f, 0, saddle + 0.16f * height), new(0.28f, 0.42f, 0.38f * height), 0.45f, coat),
            Ball(new(0.22f, 0, height - 0.12f), new(0.21f, 0.18f, 0.24f), StreetPaint.Skin),
            new(Ball(new(0, 0.12f, 0.55f), new(0.16f, 0.15f, 0.85f), coat).Body, saddle, 0.3f),
            new(Ball(new(0, -0.12f, 0.55f), new(0.16f, 0.15f, 0.85f), coat).Body, saddle, -0.3f),
        ];
    }

    private static ActorPart[] Wheels(float along, float across, float radius) =>
    [
        Wheel(new(along, across, radius), radius, 0.22f), Wheel(new(along, -across, radius), radius, 0.22f),
        Wheel(new(-along, across, radius), radius, 0.22f), Wheel(new(-along, -across, radius), radius, 0.22f),
    ];

    private static ActorPart[] Lights(float length, float width, float height) =>
    [
        Box(new(0.5f * length, 0.36f * width, height), new(0.02f, 0.2f * width, 0.12f), StreetPaint.Lamp),
        Box(new(0.5f * length, -0.36f * width, height), new(0.02f, 0.2f * width, 0.12f), StreetPaint.Lamp),
        Box(new(-0.5f * length, 0.4f * width, height), new(0.02f, 0.12f * width, 0.16f), StreetPaint.TailLamp),
        Box(new(-0.5f * length, -0.4f * width, height), new(0.02f, 0.12f * width, 0.16f), StreetPaint.TailLamp),
        Box(new(-0.5f * length, 0, height - 0.15f), new(0.02f, 0.5f, 0.11f), StreetPaint.Plate),
    ];

    private static ActorPart Box(Vector3 centre, Vector3 size, Material material) => Part(BoxShape.Unit, Matrix4x4.CreateScale(size) * Matrix4x4.CreateTranslation(centre), material);

    private static ActorPart Ball(Vector3 centre, Vector3 size, Material material) => Part(SphereShape.Unit, Matrix4x4.CreateScale(size) * Matrix4x4.CreateTranslation(centre), material);

    private static ActorPart Tilted(Vector3 centre, Vector3 size, float angle, Material material) =>
        Part(SphereShape.Unit, Matrix4x4.CreateScale(size) * Matrix4x4.CreateRotationY(angle) * Matrix4x4.CreateTranslation(centre), material);

    private static ActorPart Wheel(Vector3 centre, float radius, float width) => Part(
        FrustumShape.Cylinder, Matrix4x4.CreateScale(2 * radius, 2 * radius, width) * Matrix4x4.CreateRotationX(HalfPi) * Matrix4x4.CreateTranslation(centre), StreetPaint.Tyre);

    private static ActorPart Part(Shape shape, Matrix4x4 transform, Material material) => new(new Instance(shape, transform, material, 1));
}
