using System.Numerics;

namespace Sparseland.Space.Fields;

/// <summary>Unsigned distance to two squares that cross at right angles in a line along z: a surface that is no manifold where they meet.</summary>
/// <param name="centre">The middle of that line.</param>
/// <param name="angle">How far the squares are turned about z, in radians; at 0 they stand across x and across y.</param>
/// <param name="halfSide">Half of a side, above 0.</param>
public sealed class CrossingPlanesField(Vector3 centre, double angle, double halfSide) : ClosestPointField
{
    private readonly Vector3Double _first = new(Math.Cos(angle), Math.Sin(angle), 0);
    private readonly Vector3Double _second = new(-Math.Sin(angle), Math.Cos(angle), 0);

    private protected override Vector3Double Closest(Vector3Double point)
    {
        var offset = point - centre;
        var z = Math.Clamp(offset.Z, -halfSide, halfSide);
        var up = new Vector3Double(0, 0, z);
        var first = Math.Clamp(Vector3Double.Dot(offset, _first), -halfSide, halfSide) * _first + up;
        var second = Math.Clamp(Vector3Double.Dot(offset, _second), -halfSide, halfSide) * _second + up;
        return centre + ((offset - first).LengthSquared <= (offset - second).LengthSquared ? first : second);
    }
}
