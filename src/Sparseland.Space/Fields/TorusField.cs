using System.Numerics;

namespace Sparseland.Space.Fields;

/// <summary>Unsigned distance to a torus around the z axis.</summary>
/// <param name="centre">Its centre.</param>
/// <param name="ringRadius">Radius of the circle in its middle.</param>
/// <param name="tubeRadius">Radius of the tube around that circle, less than the ring's.</param>
public sealed class TorusField(Vector3 centre, double ringRadius, double tubeRadius) : ClosestPointField
{
    private protected override Vector3Double Closest(Vector3Double point)
    {
        var offset = point - centre;
        var outwards = (offset with { Z = 0 }).Unit();
        var ring = ringRadius * (outwards.LengthSquared > 0 ? outwards : new Vector3Double(1, 0, 0));
        var direction = (offset - ring).Unit();
        return centre + ring + tubeRadius * (direction.LengthSquared > 0 ? direction : new Vector3Double(0, 0, 1));
    }
}
