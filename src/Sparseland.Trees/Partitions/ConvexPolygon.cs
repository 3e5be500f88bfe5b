namespace Sparseland.Trees.Partitions;

/// <summary>Measures of convex polygons, given by their corners in the sense that turns X towards Y.</summary>
public static class ConvexPolygon
{
    // Below this comparing all pairs is the faster way to the diameter.
    private const int CalipersFrom = 64;

    /// <summary>The area; 0 for fewer than three corners.</summary>
    public static double Area(ReadOnlySpan<PlanePoint> polygon)
    {
        var twice = 0.0;
        for (var i = 2; i < polygon.Length; i++)
            twice += PlanePoint.Cross(polygon[i - 1] - polygon[0], polygon[i] - polygon[0]);
        return twice / 2;
    }

    /// <summary>The greatest distance between two corners, squared: by comparing all pairs, or by rotating calipers where there are many (Shamos 1978).</summary>
    public static double DiameterSquared(ReadOnlySpan<PlanePoint> polygon)
    {
        var (first, second) = Diameter(polygon);
        return first < 0 ? 0 : (polygon[second] - polygon[first]).LengthSquared;
    }

    /// <summary>Diameter squared over area: 2 for a square, 4/π for a disc, large for slivers; infinite where there is no area.</summary>
    public static double Aspect(ReadOnlySpan<PlanePoint> polygon) => Area(polygon) is > 0 and var area ? DiameterSquared(polygon) / area : double.PositiveInfinity;

    /// <summary>The centre of the area.</summary>
    public static PlanePoint Centroid(ReadOnlySpan<PlanePoint> polygon)
    {
        ArgumentOutOfRangeException.ThrowIfZero(polygon.Length);
        var (sum, twice) = (new PlanePoint(0, 0), 0.0);
        for (var i = 2; i < polygon.Length; i++)
        {
            var (a, b) = (polygon[i - 1] - polygon[0], polygon[i] - polygon[0]);
            var part = PlanePoint.Cross(a, b);
            sum += (a + b) * part;
            twice += part;
        }
        return twice > 0 ? polygon[0] + sum * (1 / (3 * twice)) : polygon[0];
    }

    /// <summary>Whether a point lies in the polygon or on its border.</summary>
    /// <param name="polygon">The polygon.</param>
    /// <param name="point">The point.</param>
    /// <param name="tolerance">How far outside of an edge it may lie.</param>
    public static bool Contains(ReadOnlySpan<PlanePoint> polygon, PlanePoint point, double tolerance = 0)
    {
        if (polygon.Length < 3)
            return false;
        var last = polygon[^1];
        foreach (var corner in polygon)
        {
            var edge = corner - last;
            var side = PlanePoint.Cross(edge, point - last);
            if (side < 0 && side * side > tolerance * tolerance * edge.LengthSquared)
                return false;
            last = corner;
        }
        return true;
    }

    /// <summary>The corners farthest from each other; -1 and -1 for an empty polygon.</summary>
    internal static (int First, int Second) Diameter(ReadOnlySpan<PlanePoint> polygon)
    {
        if (polygon.IsEmpty)
            return (-1, -1);
        if (polygon.Length > CalipersFrom)
            return DiameterByCalipers(polygon);
        var (best, first, second) = (-1.0, 0, 0);
        for (var i = 0; i < polygon.Length; i++)
        {
            for (var j = i + 1; j < polygon.Length; j++)
            {
                var length = (polygon[j] - polygon[i]).LengthSquared;
                if (length > best)
                    (best, first, second) = (length, i, j);
            }
        }
        return (first, second);
    }

    // For every edge the corner farthest from it only moves on; the diameter joins two corners that such a pair of parallel lines touches.
    internal static (int First, int Second) DiameterByCalipers(ReadOnlySpan<PlanePoint> polygon)
    {
        var count = polygon.Length;
        var (best, first, second, far) = (-1.0, 0, 0, 1);
        for (var i = 0; i < count; i++)
        {
            var (from, to) = (polygon[i], polygon[(i + 1) % count]);
            for (var steps = 0; steps < count && PlanePoint.Cross(to - from, polygon[(far + 1) % count] - polygon[far]) > 0; steps++)
                far = (far + 1) % count;
            foreach (var near in (ReadOnlySpan<int>)[i, (i + 1) % count])
            {
                // The corner after the farthest one counts too where an edge is parallel.
                foreach (var other in (ReadOnlySpan<int>)[far, (far + 1) % count])
                {
                    var length = (polygon[other] - polygon[near]).LengthSquared;
                    if (length > best)
                        (best, first, second) = (length, near, other);
                }
            }
        }
        return (first, second);
    }
}
