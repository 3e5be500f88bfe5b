using System.Numerics;

namespace Sparseland.Space.Fields;

/// <summary>Unsigned distance to a sphere.</summary>
/// <param name="centre">Its centre.</param>
/// <param name="radius">Its radius, above 0.</param>
public sealed class SphereField(Vector3 centre, double radius) : ClosestPointField
{
    private protected override Vector3Double Closest(Vector3Double point)
    {
        var offset = point - centre;
        return offset.LengthSquared > 0 ? centre + radius * offset.Unit() : centre + new Vector3Double(radius, 0, 0);
    }
}
