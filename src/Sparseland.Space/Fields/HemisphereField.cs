using System.Numerics;

namespace Sparseland.Space.Fields;

/// <summary>Unsigned distance to the upper half of a sphere, open below: its border is a circle.</summary>
/// <param name="centre">The centre of the sphere.</param>
/// <param name="radius">Its radius, above 0.</param>
public sealed class HemisphereField(Vector3 centre, double radius) : ClosestPointField
{
    private protected override Vector3Double Closest(Vector3Double point)
    {
        var offset = point - centre;
        // Below the border's plane the border is nearest.
        var direction = (offset.Z >= 0 ? offset : offset with { Z = 0 }).Unit();
        return centre + radius * (direction.LengthSquared > 0 ? direction : new Vector3Double(1, 0, 0));
    }
}
