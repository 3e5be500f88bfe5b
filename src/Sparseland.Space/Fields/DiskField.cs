using System.Numerics;

namespace Sparseland.Space.Fields;

/// <summary>Unsigned distance to a flat disk.</summary>
/// <param name="centre">Its centre.</param>
/// <param name="normal">Its normal, of any length but zero.</param>
/// <param name="radius">Its radius, above 0.</param>
public sealed class DiskField(Vector3 centre, Vector3 normal, double radius) : ClosestPointField
{
    private readonly Vector3Double _normal = ((Vector3Double)normal).Unit();

    private protected override Vector3Double Closest(Vector3Double point)
    {
        var offset = point - centre;
        offset -= Vector3Double.Dot(offset, _normal) * _normal;
        return centre + (offset.LengthSquared > radius * radius ? radius * offset.Unit() : offset);
    }
}
