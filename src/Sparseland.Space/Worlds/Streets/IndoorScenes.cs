using System.Numerics;
using Sparseland.Space.Worlds.Shapes;

namespace Sparseland.Space.Worlds.Streets;

/// <summary>The scenes between walls.</summary>
internal static class IndoorScenes
{
    private const float WallThickness = 0.2f;

    /// <summary>A room of 6 x 5 x 3 m with furniture, walked around in a circle.</summary>
    public static StreetWorld Room(double seconds, ulong seed)
    {
        var draft = new StreetDraft(seed, 0, 50);
        draft.Pave(StreetPaint.Wood);
        Walls(draft, new(6, 5, 3), 0, 0.8f);
        // A table with legs and a lamp in the middle, shelves and chairs along the walls: the circle between stays free.
        draft.AddBox(StreetClass.Furniture, new(0, 0, 0.73f), new(0.9f, 0.7f, 0.05f), StreetPaint.Wood);
        for (var leg = 0; leg < 4; leg++)
            draft.AddBox(StreetClass.Furniture, new((leg & 1) == 0 ? -0.4f : 0.4f, leg < 2 ? -0.3f : 0.3f, 0.35f), new(0.06f, 0.06f, 0.7f), StreetPaint.Wood);
        draft.Add(SphereShape.Unit, StreetClass.Furniture, new(0, 0, 0.95f), new(0.3f), StreetPaint.Lamp);
        for (var i = 0; i < 8; i++)
        {
            var (along, height) = (draft.Between(-2.2, 2.2), draft.Between(0.4, 2.2));
            var centre = i % 2 == 0 ? new Vector3(along, i % 4 == 0 ? 2.25f : -2.25f, 0.5f * height) : new(i % 4 == 1 ? 2.7f : -2.7f, 0.8f * along, 0.5f * height);
            var size = i % 2 == 0 ? new Vector3(draft.Between(0.4, 1.2), 0.4f, height) : new(0.4f, draft.Between(0.4, 1.2), height);
            draft.AddBox(StreetClass.Furniture, centre, size, i % 3 == 0 ? StreetPaint.Wallpaper(draft.Random, 0.2f) : StreetPaint.Wood);
        }
        draft.Add(FrustumShape.Cylinder, StreetClass.Furniture, new(2.4f, 1.9f, 0.3f), new(0.4f, 0.4f, 0.6f), StreetPaint.Metal);
        draft.Add(FrustumShape.Cone, StreetClass.Furniture, new(-2.4f, -1.9f, 0.5f), new(0.5f, 0.5f, 1), StreetPaint.Rail);
        const float Radius = 1.3f;
        return draft.FinishIndoors("room", new DriveRoute(0, -Radius, 0).Go(double.PositiveInfinity, 1 / Radius).Make(seconds, 0.8, draft.Ground, seed));
    }

    /// <summary>A corridor of 2.4 x 2.6 m along x: nothing tells one place from the next but the walls' pattern.</summary>
    public static StreetWorld Corridor(double seconds, ulong seed)
    {
        var length = Math.Max(60, (float)(1.3 * seconds) + 50);
        var draft = new StreetDraft(seed, 0, length + 50);
        draft.Pave(StreetPaint.Paving);
        Walls(draft, new(length, 2.4f, 2.6f), 0.5f * length - 8, 0.5f);
        var route = new DriveRoute(0, 0, 0);
        for (var i = 0; i < (int)(seconds / 5) + 1; i++)
            route.Go(2, 0.05).Go(4, -0.05).Go(2, 0.05);
        return draft.FinishIndoors("corridor", route.Make(seconds, 1.2, draft.Ground, seed));
    }

    private static void Walls(StreetDraft draft, Vector3 size, float middle, float pattern)
    {
        for (var side = -1; side <= 1; side += 2)
        {
            var wall = 0.5f * side * (size + new Vector3(WallThickness));
            draft.AddBox(StreetClass.Building, new(middle, wall.Y, 0.5f * size.Z), new(size.X + 1, WallThickness, size.Z), StreetPaint.Wallpaper(draft.Random, pattern));
            draft.AddBox(StreetClass.Building, new(middle + wall.X, 0, 0.5f * size.Z), new(WallThickness, size.Y + 1, size.Z), StreetPaint.Wallpaper(draft.Random, pattern));
        }
        draft.AddBox(StreetClass.Building, new(middle, 0, size.Z + 0.5f * WallThickness), new(size.X + 1, size.Y + 1, WallThickness), StreetPaint.Wallpaper(draft.Random, 2 * pattern));
    }
}
