using System.Numerics;

namespace Sparseland.Space.Worlds.Families;

/// <summary>Puts circles on a plane so that none overlap: thrown at random, then pushed apart pair by pair and drawn to the middle, as a heap settles.</summary>
internal static class Relaxation
{
    private const int MostRounds = 2000;

    /// <summary>Centres for circles.</summary>
    /// <param name="draft">Its chance is used.</param>
    /// <param name="radii">The circles' radii.</param>
    /// <param name="spread">How far from the middle they are thrown.</param>
    public static Vector2[] Place(SceneDraft draft, float[] radii, float spread)
    {
        var places = new Vector2[radii.Length];
        foreach (ref var place in places.AsSpan())
            place = new(draft.Between(-spread, spread), draft.Between(-spread, spread));
        // Pushing alone ends free of overlaps sooner or later: towards the end nothing is drawn together any more.
        for (var round = 0; round < MostRounds; round++)
        {
            if (round < MostRounds / 20)
                foreach (ref var place in places.AsSpan())
                    place *= 0.99f;
            if (!Push(places, radii) && round >= MostRounds / 20)
                break;
        }
        return places;
    }

    private static bool Push(Vector2[] places, float[] radii)
    {
        var moved = false;
        for (var i = 0; i < places.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                var apart = places[i] - places[j];
                var (distance, least) = (apart.Length(), radii[i] + radii[j]);
                if (distance >= least)
                    continue;
                moved = true;
                var direction = distance > 1e-6f ? apart / distance : Vector2.UnitX;
                var step = (0.5f * (least - distance) + 1e-4f) * direction;
                places[i] += step;
                places[j] -= step;
            }
        }
        return moved;
    }
}
