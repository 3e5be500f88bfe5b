using System.Numerics;
using Sparseland.Space.Worlds.Materials;

namespace Sparseland.Space.Worlds.Streets;

/// <summary>A front of windows in a wall, one every few metres, with dark panes.</summary>
/// <param name="Wall">Linear, in [0, 1].</param>
/// <param name="Pane">Linear, in [0, 1].</param>
/// <param name="Spacing">Distance of windows, in metres.</param>
internal sealed record FacadeTexture(Vector3 Wall, Vector3 Pane, float Spacing) : Texture
{
    private const float StoreyMetres = 3;

    /// <inheritdoc/>
    public override Vector3 At(Vector3 point, Vector3 normal)
    {
        if (MathF.Abs(normal.Z) > 0.5f)
            return 0.6f * Wall;
        var place = Flat(point, normal);
        var (across, up) = (place.X / Spacing - MathF.Floor(place.X / Spacing), place.Y / StoreyMetres - MathF.Floor(place.Y / StoreyMetres));
        return across is > 0.25f and < 0.7f && up is > 0.3f and < 0.8f ? Pane : up < 0.04f ? 0.7f * Wall : Wall;
    }
}

/// <summary>Asphalt with markings: a dashed line between lanes along x, full lines at its borders, verges beyond; a crossing has a second road along y.</summary>
/// <param name="Lanes">Lanes along x, symmetric about y = 0; 0 for none.</param>
/// <param name="LaneWidth">In metres.</param>
/// <param name="Verge">Metres of asphalt beyond the outer lines.</param>
/// <param name="CrossingAt">Where a second, equal road runs along y; NaN for none.</param>
/// <param name="Rough">The asphalt's and the verge's mottle.</param>
internal sealed record RoadTexture(int Lanes, float LaneWidth, float Verge, float CrossingAt, NoiseTexture Rough) : Texture
{
    private static readonly Vector3 White = new(0.75f), Asphalt = new(0.16f, 0.16f, 0.17f), Grass = new(0.16f, 0.26f, 0.08f);

    /// <inheritdoc/>
    public override Vector3 At(Vector3 point, Vector3 normal)
    {
        var along = Marking(point.X, point.Y);
        var across = float.IsNaN(CrossingAt) ? 0 : Marking(point.Y, point.X - CrossingAt);
        var onRoad = along > 0 || across > 0;
        // Where both roads meet there are no lines.
        var colour = along == 2 && across == 0 || across == 2 && along == 0 ? White : onRoad ? Asphalt : Grass;
        return colour * Rough.At(point, normal);
    }

    // 0 off the road, 1 asphalt, 2 a line.
    private int Marking(float way, float side)
    {
        var half = 0.5f * Lanes * LaneWidth;
        var distance = MathF.Abs(side);
        if (distance > half + Verge || Lanes == 0)
            return 0;
        if (MathF.Abs(distance - half) < 0.07f)
            return 2;
        var lane = side / LaneWidth + 0.5f * Lanes;
        var onBorder = MathF.Abs(lane - MathF.Round(lane)) * LaneWidth < 0.07f && distance < half - 0.5f;
        return onBorder && (way / 9 - MathF.Floor(way / 9)) < 0.4f ? 2 : 1;
    }
}
