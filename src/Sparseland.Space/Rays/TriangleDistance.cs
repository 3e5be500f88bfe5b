using System.Numerics;

namespace Sparseland.Space.Rays;

/// <summary>
/// The point of a triangle nearest to a point: the foot of the perpendicular when it falls inside, else the nearest point of the three sides. A triangle so thin that its plane is lost in rounding
/// (the sine of an angle below 1e-6) is its sides. The scalar form, and the judge of the vector form, which does the same operations in the same order.
/// </summary>
internal static class TriangleDistance
{
    /// <summary>The square of the least sine of an angle at A at which a triangle has a plane.</summary>
    public const float LeastSineSquared = 1e-12f;

    /// <summary>The nearest point of a triangle.</summary>
    /// <param name="point">The point asked for.</param>
    /// <param name="a">A corner.</param>
    /// <param name="b">A corner.</param>
    /// <param name="c">A corner.</param>
    /// <param name="distanceSquared">The square of the distance.</param>
    /// <param name="u">The share of B.</param>
    /// <param name="v">The share of C.</param>
    /// <returns>The nearest point less the point asked for.</returns>
    public static Vector3 Nearest(Vector3 point, Vector3 a, Vector3 b, Vector3 c, out float distanceSquared, out float u, out float v)
    {
        var (pa, pb) = (a - point, b - point);
        var (ab, ac, bc) = (b - a, c - a, c - b);
        var nearest = Side(pa, ab, out var share);
        (distanceSquared, u, v) = (Squared(nearest), share, 0);
        var candidate = Side(pa, ac, out share);
        var squared = Squared(candidate);
        if (squared < distanceSquared)
            (nearest, distanceSquared, u, v) = (candidate, squared, 0, share);
        candidate = Side(pb, bc, out share);
        squared = Squared(candidate);
        if (squared < distanceSquared)
            (nearest, distanceSquared, u, v) = (candidate, squared, 1 - share, share);
        // The shares by areas: cross products keep their digits where a triangle is thin, products of lengths do not.
        var normal = Cross(ab, ac);
        var determinant = Squared(normal);
        var scaledU = -Dot(Cross(pa, ac), normal);
        var scaledV = -Dot(Cross(ab, pa), normal);
        if (!(determinant > LeastSineSquared * (Squared(ab) * Squared(ac))) || !(scaledU > 0 && scaledV > 0 && scaledU + scaledV < determinant))
            return nearest;
        var (footU, footV) = (scaledU / determinant, scaledV / determinant);
        candidate = new(pa.X + footU * ab.X + footV * ac.X, pa.Y + footU * ab.Y + footV * ac.Y, pa.Z + footU * ab.Z + footV * ac.Z);
        squared = Squared(candidate);
        if (squared < distanceSquared)
            (nearest, distanceSquared, u, v) = (candidate, squared, footU, footV);
        return nearest;
    }

    // The point of start + share * side nearest to the origin. A side of no length has its start.
    private static Vector3 Side(Vector3 start, Vector3 side, out float share)
    {
        var length = Dot(side, side);
        var along = -Dot(start, side);
        share = along <= 0 ? 0 : along >= length ? 1 : along / length;
        return new(start.X + share * side.X, start.Y + share * side.Y, start.Z + share * side.Z);
    }

    private static Vector3 Cross(Vector3 a, Vector3 b) => new(a.Y * b.Z - a.Z * b.Y, a.Z * b.X - a.X * b.Z, a.X * b.Y - a.Y * b.X);

    private static float Squared(Vector3 a) => a.X * a.X + a.Y * a.Y + a.Z * a.Z;

    private static float Dot(Vector3 a, Vector3 b) => a.X * b.X + a.Y * b.Y + a.Z * b.Z;
}
