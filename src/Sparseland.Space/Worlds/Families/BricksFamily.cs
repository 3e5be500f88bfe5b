using System.Numerics;
using Sparseland.Space.Worlds.Lights;
using Sparseland.Space.Worlds.Materials;
using Sparseland.Space.Worlds.Shapes;

namespace Sparseland.Space.Worlds.Families;

/// <summary>Studded toy bricks stacked on a plate: every one rests on what is below it.</summary>
public sealed class BricksFamily : SceneFamily
{
    private const int Side = 14;
    private const float Pitch = 0.2f, Height = 0.24f, StudHeight = 0.045f, StudWidth = 0.12f, Gap = 0.004f;
    private static readonly (int X, int Y)[] s_sizes = [(1, 2), (2, 1), (2, 2), (2, 4), (4, 2), (1, 4)];

    /// <inheritdoc/>
    public override string Name => "bricks";

    /// <inheritdoc/>
    public override string Summary => "stacks of studded toy bricks";

    /// <inheritdoc/>
    public override Scene Generate(ulong seed)
    {
        var draft = new SceneDraft(seed, Name);
        var heights = new int[Side, Side];
        draft.Begin("plate");
        draft.Add(BoxShape.Unit, new(8, 8, 0.2f), new(0, 0, -0.1f), new("plate") { Colour = new SolidTexture(new(0.30f, 0.42f, 0.28f)), Roughness = 0.6f });
        var palette = Enumerable.Range(0, 6).Select(i => new Material($"paint {i + 1}") { Colour = new SolidTexture(draft.Colour()), Roughness = 0.35f }).ToArray();
        var count = 30 + draft.Choose(20);
        for (var i = 0; i < count; i++)
        {
            var (sizeX, sizeY) = s_sizes[draft.Choose(s_sizes.Length)];
            var (x, y) = (draft.Choose(Side - sizeX + 1), draft.Choose(Side - sizeY + 1));
            Brick(draft, heights, x, y, sizeX, sizeY, palette[draft.Choose(palette.Length)]);
        }
        return new($"{Name} {seed}", draft.Parts, Sky.Day(new(draft.Between(-1, 1), draft.Between(-1, 1), 1))) { Interest = ClutterFamily.Interest(draft.Parts.Skip(1)) };
    }

    private static void Brick(SceneDraft draft, int[,] heights, int x, int y, int sizeX, int sizeY, Material paint)
    {
        var level = 0;
        for (var i = x; i < x + sizeX; i++)
            for (var j = y; j < y + sizeY; j++)
                level = Math.Max(level, heights[i, j]);
        draft.Begin($"brick {sizeX} x {sizeY}");
        var centre = new Vector3((x + 0.5f * sizeX - 0.5f * Side) * Pitch, (y + 0.5f * sizeY - 0.5f * Side) * Pitch, (level + 0.5f) * Height);
        draft.Add(BoxShape.Unit, new(sizeX * Pitch - Gap, sizeY * Pitch - Gap, Height - Gap), centre, paint);
        for (var i = x; i < x + sizeX; i++)
        {
            for (var j = y; j < y + sizeY; j++)
            {
                heights[i, j] = level + 1;
                draft.Add(FrustumShape.Cylinder, new(StudWidth, StudWidth, StudHeight), new((i + 0.5f - 0.5f * Side) * Pitch, (j + 0.5f - 0.5f * Side) * Pitch, (level + 1) * Height + 0.5f * StudHeight - Gap), paint);
            }
        }
    }
}
