using System.Numerics;
using Sparseland.Space.Meshes;
using Sparseland.Space.Worlds.Lights;
using Sparseland.Space.Worlds.Materials;
using Sparseland.Space.Worlds.Shapes;

namespace Sparseland.Space.Worlds.Families;

/// <summary>Ten to thirty simple bodies of all materials on a floor.</summary>
public sealed class ClutterFamily : SceneFamily
{
    /// <inheritdoc/>
    public override string Name => "clutter";

    /// <inheritdoc/>
    public override string Summary => "10 to 30 bodies of plastic, metal and glass on a floor";

    /// <inheritdoc/>
    public override Scene Generate(ulong seed)
    {
        var draft = new SceneDraft(seed, Name);
        var torus = new MeshShape(MeshPrimitives.Torus(0.36f, 0.14f, 64, 32), isClosed: true);
        Shape[] shapes = [SphereShape.Unit, BoxShape.Unit, FrustumShape.Cylinder, FrustumShape.Cone, new FrustumShape(0.6f), torus];
        var sizes = new Vector3[10 + draft.Choose(21)];
        for (var i = 0; i < sizes.Length; i++)
        {
            var size = draft.Between(0.3f, 0.9f);
            sizes[i] = size * new Vector3(1, draft.Between(0.7f, 1), draft.Between(0.6f, 1.3f));
        }
        var places = Relaxation.Place(draft, [.. sizes.Select(size => 0.5f * MathF.Sqrt(size.X * size.X + size.Y * size.Y))], spread: 1.6f);
        draft.Begin("floor");
        draft.Add(BoxShape.Unit, new(14, 14, 0.2f), new(0, 0, -0.1f), Floor(draft));
        for (var i = 0; i < sizes.Length; i++)
        {
            var shape = shapes[draft.Choose(shapes.Length)];
            draft.Begin(shape.Kind);
            var transform = Matrix4x4.CreateScale(sizes[i]) * SceneDraft.Turn(draft.Between(0, 6.28f)) * Matrix4x4.CreateTranslation(places[i].X, places[i].Y, -sizes[i].Z * shape.Bounds.Minimum.Z);
            draft.Add(shape, transform, draft.Surface(sizes[i].X));
        }
        return new($"{Name} {seed}", draft.Parts, Sky.Day(new(draft.Between(-1, 1), draft.Between(-1, 1), 1.2f))) { Interest = Interest(draft.Parts.Skip(1)) };
    }

    /// <summary>A box around objects, without the ground that they stand on.</summary>
    internal static Box3 Interest(IEnumerable<Instance> objects) => objects.Aggregate(Box3.Empty, (box, part) => box.Including(part.Bounds));

    /// <summary>A dull floor with a pattern of low contrast.</summary>
    internal static Material Floor(SceneDraft draft)
    {
        var grey = draft.Between(0.35f, 0.6f);
        return new("floor") { Colour = draft.Chance(0.5) ? new CheckerTexture(new(grey), new(0.75f * grey), 0.5f) : new NoiseTexture(new(grey), new Vector3(0.6f, 0.55f, 0.5f) * grey, 0.4f, 5, draft.NoiseSeed()), Roughness = 0.7f };
    }
}
