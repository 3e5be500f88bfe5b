using System.Numerics;
using Sparseland.Space.Worlds.Lights;
using Sparseland.Space.Worlds.Shapes;

namespace Sparseland.Space.Worlds.Families;

/// <summary>Machine parts on a bench: solids with bores, slots and bosses, meshed by marching cubes with 96 cells a side.</summary>
public sealed class CadFamily : SceneFamily
{
    private const float PartRadius = 0.55f;

    /// <inheritdoc/>
    public override string Name => "cad";

    /// <inheritdoc/>
    public override string Summary => "machine parts with bores, slots and bosses";

    /// <inheritdoc/>
    public override Scene Generate(ulong seed)
    {
        var draft = new SceneDraft(seed, Name);
        draft.Begin("bench");
        draft.Add(BoxShape.Unit, new(12, 12, 0.2f), new(0, 0, -0.1f), ClutterFamily.Floor(draft));
        var places = Relaxation.Place(draft, [.. Enumerable.Repeat(PartRadius, 4 + draft.Choose(4))], spread: 0.9f);
        foreach (var place in places)
        {
            var mesh = Part(draft).Mesh(new(new(-0.6f), new(0.6f)));
            draft.Begin("part");
            var transform = SceneDraft.Turn(draft.Between(0, 6.28f)) * Matrix4x4.CreateTranslation(place.X, place.Y, -mesh.Bounds.Minimum.Z);
            draft.Add(new MeshShape(mesh, isClosed: true), transform, draft.Surface(0.6f, glass: false));
        }
        return new($"{Name} {seed}", draft.Parts, Sky.Day(new(draft.Between(-1, 1), draft.Between(-1, 1), 1.2f))) { Interest = ClutterFamily.Interest(draft.Parts.Skip(1)) };
    }

    /// <summary>A solid of three to eight bodies, resting on its lower side.</summary>
    internal static CsgSolid Part(SceneDraft draft)
    {
        var solid = new CsgSolid(draft.Between(0, 0.06f));
        var height = draft.Between(0.25f, 0.5f);
        if (draft.Chance(0.5))
            solid.With(CsgOperation.Join, CsgSolid.Box(new(draft.Between(0.6f, 0.75f), draft.Between(0.4f, 0.7f), height)));
        else
            solid.With(CsgOperation.Join, CsgSolid.Cylinder(draft.Between(0.28f, 0.42f), height));
        if (draft.Chance(0.7))
            solid.With(CsgOperation.Join, CsgSolid.Cylinder(draft.Between(0.12f, 0.2f), 0.3f), new Vector3(0, 0, 0.5f * height + 0.1f));
        for (var i = draft.Choose(3); i >= 0; i--)
        {
            var lying = draft.Chance(0.4) ? Matrix4x4.CreateRotationX(0.5f * MathF.PI) : Matrix4x4.Identity;
            solid.With(CsgOperation.Cut, CsgSolid.Cylinder(draft.Between(0.05f, 0.11f), 2), lying * Matrix4x4.CreateTranslation(draft.Between(-0.22f, 0.22f), draft.Between(-0.15f, 0.15f), draft.Between(-0.05f, 0.05f)));
        }
        if (draft.Chance(0.6))
            solid.With(CsgOperation.Cut, CsgSolid.Box(new(0.12f, 2, 0.5f * height)), new Vector3(draft.Between(-0.2f, 0.2f), 0, 0.5f * height));
        if (draft.Chance(0.3))
            solid.With(CsgOperation.Keep, CsgSolid.Ball(0.45f));
        return solid;
    }
}
