using System.Numerics;
using Sparseland.Space.Worlds.Lights;
using Sparseland.Space.Worlds.Materials;
using Sparseland.Space.Worlds.Shapes;

namespace Sparseland.Space.Worlds.Families;

/// <summary>A closed room with furniture, lit by two windows and a lamp below the ceiling.</summary>
public sealed class RoomFamily : SceneFamily
{
    private const float Length = 6, Width = 5, Height = 3, Wall = 0.2f;

    /// <inheritdoc/>
    public override string Name => "room";

    /// <inheritdoc/>
    public override string Summary => "a closed room with furniture, lit by windows";

    /// <inheritdoc/>
    public override CameraPlaces Cameras => CameraPlaces.Inside;

    /// <inheritdoc/>
    public override Scene Generate(ulong seed)
    {
        var draft = new SceneDraft(seed, Name);
        Walls(draft);
        Lamps(draft);
        Table(draft, new(draft.Between(-0.8f, 0.8f), draft.Between(-0.6f, 0.6f), 0));
        Along(draft);
        var interest = new Box3(new(-0.5f * Length, -0.5f * Width, 0), new(0.5f * Length, 0.5f * Width, Height));
        return new($"{Name} {seed}", draft.Parts, Sky.Dark) { Interest = interest };
    }

    private static void Walls(SceneDraft draft)
    {
        var paint = new Material("wall") { Colour = new SolidTexture(Vector3.Lerp(draft.Colour(), new(0.85f), 0.75f)), Specular = 0.2f, Roughness = 0.8f };
        draft.Begin("floor");
        draft.Add(BoxShape.Unit, new(Length + 2 * Wall, Width + 2 * Wall, Wall), new(0, 0, -0.5f * Wall), new("planks") { Colour = new BricksTexture(new(0.45f, 0.27f, 0.14f), new(0.25f, 0.14f, 0.07f), 0.9f, 0.03f), Roughness = 0.5f });
        draft.Begin("ceiling");
        draft.Add(BoxShape.Unit, new(Length + 2 * Wall, Width + 2 * Wall, Wall), new(0, 0, Height + 0.5f * Wall), Material.Matt("ceiling", new(0.85f)));
        draft.Begin("wall");
        for (var side = -1; side <= 1; side += 2)
        {
            draft.Add(BoxShape.Unit, new(Wall, Width, Height), new(side * 0.5f * (Length + Wall), 0, 0.5f * Height), side < 0 ? paint : paint with { Name = "brick wall", Colour = new BricksTexture(new(0.5f, 0.22f, 0.15f), new(0.6f), 0.3f, 0.12f) });
            draft.Add(BoxShape.Unit, new(Length, Wall, Height), new(0, side * 0.5f * (Width + Wall), 0.5f * Height), paint);
        }
    }

    private static void Lamps(SceneDraft draft)
    {
        var daylight = Material.Matt("window", new(0.1f)) with { Emission = new(9, 10, 12) };
        for (var i = -1; i <= 1; i += 2)
        {
            draft.Begin("window");
            // The window's outer side looks into the room.
            draft.Add(RectangleShape.Unit, Matrix4x4.CreateScale(1.2f) * Matrix4x4.CreateRotationX(-0.5f * MathF.PI) * Matrix4x4.CreateTranslation(i * draft.Between(1, 2), -0.5f * Width + 0.01f, 1.6f), daylight);
        }
        draft.Begin("lamp");
        draft.Add(BoxShape.Unit, new(0.9f, 0.25f, 0.06f), new(0, 0, Height - 0.06f), Material.Matt("lamp", new(0.5f)) with { Emission = new(7, 6, 4.5f) });
    }

    private static void Table(SceneDraft draft, Vector3 at)
    {
        var wood = draft.Wood("table");
        draft.Begin("table");
        draft.Add(BoxShape.Unit, new(1.5f, 0.9f, 0.05f), at + new Vector3(0, 0, 0.74f), wood);
        for (var i = 0; i < 4; i++)
            draft.Add(BoxShape.Unit, new(0.07f, 0.07f, 0.72f), at + new Vector3(((i & 1) - 0.5f) * 1.36f, ((i >> 1) - 0.5f) * 0.76f, 0.36f), wood);
        for (var i = 0; i < 3; i++)
        {
            draft.Begin("thing");
            var size = draft.Between(0.12f, 0.25f);
            Shape[] shapes = [SphereShape.Unit, FrustumShape.Cylinder, FrustumShape.Cone];
            draft.Add(shapes[draft.Choose(3)], new(size), at + new Vector3(-0.5f + 0.5f * i, draft.Between(-0.25f, 0.25f), 0.765f + 0.5f * size), draft.Surface(size));
        }
        for (var side = -1; side <= 1; side += 2)
        {
            draft.Begin("stool");
            draft.Add(FrustumShape.Cylinder, new(0.4f, 0.4f, 0.06f), at + new Vector3(draft.Between(-0.4f, 0.4f), side * 0.85f, 0.45f), wood);
            var seat = draft.Parts[^1].Transform.Translation;
            draft.Rod(seat with { Z = 0 }, seat with { Z = 0.42f }, 0.12f, new("steel") { Colour = new SolidTexture(new(0.7f)), Metallic = 1, Roughness = 0.3f });
        }
    }

    // Furniture along the far wall and in the corners, each in a place of its own so that nothing stands in another.
    private static void Along(SceneDraft draft)
    {
        draft.Begin("cupboard");
        var cupboard = draft.Wood("cupboard");
        draft.Add(BoxShape.Unit, new(1.2f, 0.5f, 2.0f), new(-2.2f, 0.5f * Width - 0.26f, 1.0f), cupboard);
        draft.Add(BoxShape.Unit, new(0.02f, 0.02f, 1.9f), new(-2.2f, 0.5f * Width - 0.51f, 1.0f), Material.Matt("gap", new(0.05f)));
        draft.Begin("shelf");
        for (var i = 0; i < 4; i++)
            draft.Add(BoxShape.Unit, new(1.4f, 0.3f, 0.03f), new(0.2f, 0.5f * Width - 0.16f, 0.5f + 0.5f * i), cupboard);
        for (var i = 0; i < 12; i++)
        {
            draft.Begin("book");
            var height = draft.Between(0.2f, 0.34f);
            draft.Add(BoxShape.Unit, new(0.05f, 0.2f, height), new(-0.4f + 0.1f * i, 0.5f * Width - 0.14f, 0.515f + 0.5f * (i % 4) + 0.5f * height), Material.Matt($"book {i + 1}", draft.Colour()));
        }
        draft.Begin("sofa");
        var cloth = Material.Matt("cloth", draft.Colour());
        draft.Add(BoxShape.Unit, new(0.9f, 1.8f, 0.42f), new(0.5f * Length - 0.47f, 1.0f, 0.21f), cloth);
        draft.Add(BoxShape.Unit, new(0.25f, 1.8f, 0.45f), new(0.5f * Length - 0.14f, 1.0f, 0.65f), cloth);
        draft.Begin("ball");
        draft.Add(SphereShape.Unit, new(0.4f), new(-2.4f, draft.Between(-1.5f, 0.5f), 0.2f), draft.Surface(0.4f));
    }
}
