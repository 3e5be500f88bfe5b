using System.Numerics;
using Sparseland.Space.Worlds.Materials;
using Sparseland.Space.Worlds.Shapes;

namespace Sparseland.Space.Worlds.Families;

/// <summary>A mug with a handle, hollow.</summary>
public sealed class MugFamily : ObjectFamily
{
    /// <inheritdoc/>
    public override string Name => "mug";

    /// <inheritdoc/>
    public override string Summary => "a hollow mug with a handle";

    private protected override void Build(SceneDraft draft)
    {
        var (radius, high) = (draft.Between(0.28f, 0.38f), draft.Between(0.7f, 0.95f));
        var wall = draft.Between(0.03f, 0.05f);
        var solid = new CsgSolid(0.03f)
            .With(CsgOperation.Join, CsgSolid.Ring(draft.Between(0.3f, 0.36f) * high, draft.Between(0.035f, 0.05f)), Matrix4x4.CreateRotationX(0.5f * MathF.PI) * Matrix4x4.CreateTranslation(radius, 0, 0))
            .With(CsgOperation.Join, CsgSolid.Cylinder(radius, high))
            .With(CsgOperation.Cut, CsgSolid.Cylinder(radius - wall, high), new Vector3(0, 0, 2 * wall));
        var box = new Box3(new(-radius - 0.1f, -radius - 0.1f, -0.5f * high - 0.1f), new(radius + 0.5f * high, radius + 0.1f, 0.5f * high + 0.1f));
        draft.Add(new MeshShape(solid.Mesh(box, 120), isClosed: true), Matrix4x4.Identity, new("glaze") { Colour = draft.Pattern(0.5f), Roughness = 0.25f, Clearcoat = 0.5f });
    }
}

/// <summary>A car of simple bodies.</summary>
public sealed class CarFamily : ObjectFamily
{
    /// <inheritdoc/>
    public override string Name => "car";

    /// <inheritdoc/>
    public override string Summary => "a car with wheels, windows and lights";

    private protected override void Build(SceneDraft draft)
    {
        var (length, width, wheel) = (draft.Between(3.8f, 4.6f), draft.Between(1.65f, 1.85f), draft.Between(0.6f, 0.7f));
        var paint = new Material("paint") { Colour = new SolidTexture(draft.Colour()), Roughness = 0.4f, Clearcoat = 1 };
        var (glass, rubber) = (new Material("window") { Colour = new SolidTexture(new(0.05f, 0.06f, 0.08f)), Roughness = 0.1f, Specular = 1, LidarReflectivity = 0.05f }, Material.Matt("rubber", new(0.04f)));
        var rim = new Material("rim") { Colour = new SolidTexture(new(0.7f)), Metallic = 1, Roughness = 0.35f };
        draft.Add(BoxShape.Unit, new(length, width, 0.55f), new(0, 0, 0.6f), paint);
        var cabin = draft.Between(0.5f, 0.62f) * length;
        var shape = new MeshShape(ShapeMesh.Wedge(new(cabin, width - 0.06f), new(0.6f * cabin, width - 0.35f), new(-0.04f * cabin, 0)), isClosed: true);
        draft.Add(shape, new(1, 1, 0.5f), new(-0.05f * length, 0, 1.12f), glass);
        draft.Add(BoxShape.Unit, new(0.6f * cabin, width - 0.34f, 0.05f), new(-0.05f * length - 0.04f * cabin, 0, 1.38f), paint);
        for (var i = 0; i < 4; i++)
        {
            var (x, side) = (((i & 1) - 0.5f) * 0.62f * length, (i >> 1) * 2 - 1);
            draft.Rod(new(x, side * (0.5f * width - 0.18f), 0.5f * wheel), new(x, side * (0.5f * width + 0.04f), 0.5f * wheel), wheel, rubber);
            draft.Rod(new(x, side * 0.5f * width, 0.5f * wheel), new(x, side * (0.5f * width + 0.06f), 0.5f * wheel), 0.6f * wheel, rim);
        }
        for (var side = -1; side <= 1; side += 2)
        {
            draft.Add(SphereShape.Unit, new(0.12f, 0.3f, 0.2f), new(0.5f * length, side * 0.35f * width, 0.65f), Material.Matt("headlight", new(0.95f, 0.95f, 0.8f)));
            draft.Add(BoxShape.Unit, new(0.06f, 0.3f, 0.14f), new(-0.5f * length, side * 0.35f * width, 0.7f), Material.Matt("rear light", new(0.7f, 0.02f, 0.02f)));
        }
    }
}

/// <summary>A house with a roof, a door, windows and a chimney.</summary>
public sealed class HouseFamily : ObjectFamily
{
    /// <inheritdoc/>
    public override string Name => "house";

    /// <inheritdoc/>
    public override string Summary => "a house with a roof, windows and a chimney";

    private protected override void Build(SceneDraft draft)
    {
        var (length, width, high, roof) = (draft.Between(7, 10), draft.Between(5, 7), draft.Between(3, 5.5f), draft.Between(1.8f, 3));
        var wall = new Material("wall") { Colour = draft.Chance(0.5) ? new BricksTexture(new(0.5f, 0.2f, 0.13f), new(0.65f), 0.8f, 0.12f) : new SolidTexture(Vector3.Lerp(draft.Colour(), new(0.8f), 0.6f)), Roughness = 0.8f, Specular = 0.2f };
        var tiles = new Material("tiles") { Colour = new StripesTexture(new(0.35f, 0.12f, 0.08f), new(0.28f, 0.09f, 0.06f), 0.3f, 2), Roughness = 0.7f, Specular = 0.2f };
        draft.Add(BoxShape.Unit, new(length, width, high), new(0, 0, 0.5f * high), wall);
        draft.Add(new MeshShape(ShapeMesh.Wedge(new(length + 0.8f, width + 0.8f), new(length + 0.8f - draft.Choose(2) * 3, 0)), isClosed: true), new(1, 1, roof), new(0, 0, high + 0.5f * roof), tiles);
        draft.Add(BoxShape.Unit, new(0.7f, 0.7f, roof), new(0.25f * length, 0.18f * width, high + 0.75f * roof), wall);
        draft.Add(BoxShape.Unit, new(1.1f, 0.1f, 2.1f), new(draft.Between(-0.2f, 0.2f) * length, -0.5f * width, 1.05f), draft.Wood("door"));
        var pane = new Material("pane") { Colour = new SolidTexture(new(0.08f, 0.12f, 0.18f)), Roughness = 0.05f, Specular = 1 };
        for (var side = -1; side <= 1; side += 2)
        {
            for (var end = -1; end <= 1; end += 2)
            {
                draft.Add(BoxShape.Unit, new(1.2f, 0.12f, 1.2f), new(end * 0.36f * length, side * 0.5f * width, 0.55f * high), pane);
                draft.Add(BoxShape.Unit, new(0.12f, 1.2f, 1.2f), new(side * 0.5f * length, end * 0.25f * width, 0.55f * high), pane);
            }
        }
    }
}

/// <summary>A rocket with fins and a nozzle.</summary>
public sealed class RocketFamily : ObjectFamily
{
    /// <inheritdoc/>
    public override string Name => "rocket";

    /// <inheritdoc/>
    public override string Summary => "a rocket with fins and a nozzle";

    private protected override void Build(SceneDraft draft)
    {
        var (high, across) = (draft.Between(2, 3), draft.Between(0.5f, 0.8f));
        var body = new Material("body") { Colour = new StripesTexture(new(0.85f), draft.Colour(), draft.Between(0.4f, 0.7f), 2), Roughness = 0.35f };
        var paint = new Material("fin") { Colour = new SolidTexture(draft.Colour()), Roughness = 0.4f };
        draft.Add(FrustumShape.Cylinder, new(across, across, high), new(0, 0, 0.5f * high), body);
        draft.Add(new FrustumShape(0.08f), new(across, across, 0.45f * high), new(0, 0, 1.225f * high), paint);
        draft.Add(new FrustumShape(0.5f), new(0.8f * across, 0.8f * across, 0.15f * high), new(0, 0, -0.07f * high), new("nozzle") { Colour = new SolidTexture(new(0.5f)), Metallic = 1, Roughness = 0.4f });
        var fins = 3 + draft.Choose(2);
        var fin = new MeshShape(ShapeMesh.Wedge(new(0.9f * across, 0.05f), new(0.25f * across, 0.03f), new(-0.3f * across, 0)), isClosed: true);
        for (var i = 0; i < fins; i++)
        {
            var turn = SceneDraft.Turn(2 * MathF.PI * i / fins);
            draft.Add(fin, Matrix4x4.CreateScale(1, 1, 0.35f * high) * Matrix4x4.CreateTranslation(0.6f * across, 0, 0.12f * high) * turn, paint);
        }
        for (var i = 0; i < 3; i++)
            draft.Add(SphereShape.Unit, new(0.22f * across), new(0, -0.5f * across, (0.5f + 0.15f * i) * high), new("porthole") { Colour = new SolidTexture(new(0.1f, 0.2f, 0.3f)), Roughness = 0.05f, Specular = 1 });
    }
}

/// <summary>A random solid of three to eight bodies.</summary>
public sealed class CsgFamily : ObjectFamily
{
    /// <inheritdoc/>
    public override string Name => "csg";

    /// <inheritdoc/>
    public override string Summary => "a random solid with bores and bosses";

    private protected override void Build(SceneDraft draft) =>
        draft.Add(new MeshShape(CadFamily.Part(draft).Mesh(new(new(-0.6f), new(0.6f))), isClosed: true), Matrix4x4.Identity, draft.Surface(0.5f, glass: false));
}
