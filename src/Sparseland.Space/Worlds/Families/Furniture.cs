using System.Numerics;
using Sparseland.Space.Worlds.Materials;
using Sparseland.Space.Worlds.Shapes;

namespace Sparseland.Space.Worlds.Families;

/// <summary>A chair: seat, four legs, and a back of slats or of one board.</summary>
public sealed class ChairFamily : ObjectFamily
{
    /// <inheritdoc/>
    public override string Name => "chair";

    /// <inheritdoc/>
    public override string Summary => "a chair with legs and a back";

    private protected override void Build(SceneDraft draft)
    {
        var (frame, seat) = (draft.Wood("frame"), draft.Surface(0.4f, glass: false));
        var (width, depth, high, back) = (draft.Between(0.4f, 0.5f), draft.Between(0.4f, 0.48f), draft.Between(0.42f, 0.5f), draft.Between(0.4f, 0.6f));
        draft.Add(BoxShape.Unit, new(width, depth, 0.05f), new(0, 0, high), seat);
        for (var i = 0; i < 4; i++)
        {
            var at = new Vector3(((i & 1) - 0.5f) * (width - 0.05f), ((i >> 1) - 0.5f) * (depth - 0.05f), high);
            var splay = new Vector3(0.1f * at.X, 0.1f * at.Y, 0);
            draft.Rod(new Vector3(at.X, at.Y, 0) + splay, at, 0.045f, frame);
        }
        var behind = 0.5f * depth - 0.02f;
        for (var side = -1; side <= 1; side += 2)
            draft.Rod(new(side * (0.5f * width - 0.03f), behind, high), new(side * (0.5f * width - 0.03f), behind + 0.06f, high + back), 0.04f, frame);
        if (draft.Chance(0.5))
        {
            draft.Add(BoxShape.Unit, Matrix4x4.CreateScale(width - 0.04f, 0.025f, 0.5f * back) * Matrix4x4.CreateRotationX(-0.1f) * Matrix4x4.CreateTranslation(0, behind + 0.045f, high + 0.72f * back), seat);
            return;
        }
        var slats = 3 + draft.Choose(3);
        for (var i = 0; i < slats; i++)
            draft.Add(BoxShape.Unit, new(width - 0.06f, 0.02f, 0.05f), new(0, behind + 0.06f * (i + 1) / slats, high + back * (i + 0.8f) / slats), frame);
    }
}

/// <summary>A table, square or round.</summary>
public sealed class TableFamily : ObjectFamily
{
    /// <inheritdoc/>
    public override string Name => "table";

    /// <inheritdoc/>
    public override string Summary => "a square or round table";

    private protected override void Build(SceneDraft draft)
    {
        var (wood, leg) = (draft.Wood("top"), draft.Surface(0.3f, glass: false));
        var high = draft.Between(0.55f, 0.8f);
        if (draft.Chance(0.4))
        {
            var across = draft.Between(0.8f, 1.1f);
            draft.Add(FrustumShape.Cylinder, new(across, across, 0.05f), new(0, 0, high), wood);
            draft.Rod(default, new(0, 0, high), 0.1f, leg);
            draft.Add(new FrustumShape(0.3f), new(0.5f * across, 0.5f * across, 0.06f), new(0, 0, 0.03f), leg);
            return;
        }
        var (width, depth) = (draft.Between(0.9f, 1.4f), draft.Between(0.6f, 0.8f));
        draft.Add(BoxShape.Unit, new(width, depth, 0.05f), new(0, 0, high), wood);
        for (var i = 0; i < 4; i++)
        {
            var (x, y) = (((i & 1) - 0.5f) * (width - 0.1f), ((i >> 1) - 0.5f) * (depth - 0.1f));
            draft.Rod(new(x, y, high), new(x, y, 0), 0.08f, leg, top: 0.6f);
        }
    }
}

/// <summary>A lamp on a foot with a shade.</summary>
public sealed class LampFamily : ObjectFamily
{
    /// <inheritdoc/>
    public override string Name => "lamp";

    /// <inheritdoc/>
    public override string Summary => "a lamp with a foot and a shade";

    private protected override void Build(SceneDraft draft)
    {
        var (metal, high) = (new Material("metal") { Colour = new SolidTexture(Vector3.Lerp(draft.Colour(), new(0.8f), 0.6f)), Metallic = 1, Roughness = 0.3f }, draft.Between(0.5f, 1.2f));
        var (foot, shade) = (draft.Between(0.2f, 0.35f), draft.Between(0.3f, 0.5f));
        draft.Add(new FrustumShape(0.7f), new(foot, foot, 0.05f), new(0, 0, 0.025f), metal);
        draft.Rod(new(0, 0, 0.05f), new(0, 0, high), 0.03f, metal);
        if (draft.Chance(0.5))
            draft.Add(SphereShape.Unit, new(0.4f * foot), new(0, 0, draft.Between(0.3f, 0.6f) * high), draft.Surface(0.2f));
        draft.Add(new FrustumShape(draft.Between(0.4f, 0.9f)), new(shade, shade, 0.8f * shade), new(0, 0, high + 0.3f * shade), Material.Matt("shade", Vector3.Lerp(draft.Colour(), new(0.9f), 0.4f)) with { Emission = new(0.25f, 0.2f, 0.1f) });
    }
}
