using System.Numerics;

namespace Sparseland.Space.Voxels;

/// <summary>The point of a triangle that is nearest to another point, by the corners' shares (Ericson, "Real-time collision detection", 2005, section 5.1.5).</summary>
internal static class NearestShares
{
    /// <summary>The second and the third corner's share; the first one has the rest.</summary>
    public static (float U, float V) Of(Vector3 point, Vector3 a, Vector3 b, Vector3 c)
    {
        var (ab, ac, ap) = (b - a, c - a, point - a);
        var (d1, d2) = (Vector3.Dot(ab, ap), Vector3.Dot(ac, ap));
        if (d1 <= 0 && d2 <= 0)
            return (0, 0);
        var bp = point - b;
        var (d3, d4) = (Vector3.Dot(ab, bp), Vector3.Dot(ac, bp));
        if (d3 >= 0 && d4 <= d3)
            return (1, 0);
        var beyondC = d1 * d4 - d3 * d2;
        if (beyondC <= 0 && d1 >= 0 && d3 <= 0)
            return (d1 / (d1 - d3), 0);
        var cp = point - c;
        var (d5, d6) = (Vector3.Dot(ab, cp), Vector3.Dot(ac, cp));
        if (d6 >= 0 && d5 <= d6)
            return (0, 1);
        var beyondB = d5 * d2 - d1 * d6;
        if (beyondB <= 0 && d2 >= 0 && d6 <= 0)
            return (0, d2 / (d2 - d6));
        var beyondA = d3 * d6 - d5 * d4;
        if (beyondA <= 0 && d4 - d3 >= 0 && d5 - d6 >= 0)
        {
            var share = (d4 - d3) / (d4 - d3 + (d5 - d6));
            return (1 - share, share);
        }
        var scale = 1 / (beyondA + beyondB + beyondC);
        return float.IsFinite(scale) ? (beyondB * scale, beyondC * scale) : (0, 0);
    }
}
