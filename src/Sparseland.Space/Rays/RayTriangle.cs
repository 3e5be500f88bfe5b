using System.Numerics;

namespace Sparseland.Space.Rays;

/// <summary>
/// A ray against a triangle, watertight: along an edge that two triangles share, at least one of them is hit, because the sign of an edge's function depends on its two corners alone, and zero counts as inside.
/// Where rounding leaves zero the exact sign is found in double precision, so that no triangle is hit that the ray misses (Woop, Benthin and Wald 2013; both sides of a triangle count).
/// The scalar form, and the judge of the vector forms, which do the same operations in the same order.
/// </summary>
internal static class RayTriangle
{
    /// <summary>Whether the ray's line meets the triangle, at what distance, and the shares of B and C times the determinant.</summary>
    public static bool Meets(in RaySetup ray, Vector3 a, Vector3 b, Vector3 c, out float distance, out float shareB, out float shareC, out float determinant)
    {
        (float X, float Y, float Z) p = Sheared(ray, a), q = Sheared(ray, b), r = Sheared(ray, c);
        var u = r.X * q.Y - r.Y * q.X;
        var v = p.X * r.Y - p.Y * r.X;
        var w = q.X * p.Y - q.Y * p.X;
        if (!AreOutside(u, v, w) && (u == 0 || v == 0 || w == 0))
        {
            u = (float)((double)r.X * q.Y - (double)r.Y * q.X);
            v = (float)((double)p.X * r.Y - (double)p.Y * r.X);
            w = (float)((double)q.X * p.Y - (double)q.Y * p.X);
        }
        determinant = u + v + w;
        distance = (u * p.Z + v * q.Z + w * r.Z) / determinant * ray.ShearZ;
        (shareB, shareC) = (v, w);
        return !AreOutside(u, v, w) && determinant != 0;
    }

    private static bool AreOutside(float u, float v, float w) => (u < 0 || v < 0 || w < 0) && (u > 0 || v > 0 || w > 0);

    private static (float X, float Y, float Z) Sheared(in RaySetup ray, Vector3 corner)
    {
        var along = corner[ray.AxisZ] - ray.Origin[ray.AxisZ];
        return (corner[ray.AxisX] - ray.Origin[ray.AxisX] - ray.ShearX * along, corner[ray.AxisY] - ray.Origin[ray.AxisY] - ray.ShearY * along, along);
    }
}
