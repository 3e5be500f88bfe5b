using System.Numerics;

namespace Sparseland.Space.Meshes.Formats;

/// <summary>
/// Cuts a polygon of space into triangles: a convex one as a fan from its first corner, another one by clipping ears (Meisters, "Polygons have ears", 1975) in the plane of Newell's normal.
/// A polygon of n corners always gives n - 2 triangles with the polygon's sense; where it cannot be cut without overlaps (it crosses itself), what is left becomes a fan.
/// </summary>
internal static class PolygonTriangulator
{
    // Clipping takes the square of the corners, so that long polygons of unfriendly files stay fans.
    private const int MostCornersClipped = 256;

    /// <summary>Adds the triangles of a polygon.</summary>
    /// <param name="positions">The vertices.</param>
    /// <param name="corners">The polygon's corners, at least three valid vertex numbers.</param>
    /// <param name="triangles">Gets three vertex numbers for each triangle.</param>
    public static void Add(List<Vector3> positions, ReadOnlySpan<int> corners, List<int> triangles)
    {
        if (corners.Length == 3 || corners.Length > MostCornersClipped || IsConvex(positions, corners))
        {
            Fan(corners, triangles);
            return;
        }
        Span<int> left = stackalloc int[corners.Length];
        corners.CopyTo(left);
        var normal = Normal(positions, corners);
        while (left.Length > 3)
        {
            var ear = FindEar(positions, left, normal);
            if (ear < 0)
                break;
            var (before, after) = ((ear + left.Length - 1) % left.Length, (ear + 1) % left.Length);
            triangles.AddRange([left[before], left[ear], left[after]]);
            left[(ear + 1)..].CopyTo(left[ear..]);
            left = left[..^1];
        }
        Fan(left, triangles);
    }

    private static void Fan(ReadOnlySpan<int> corners, List<int> triangles)
    {
        for (var i = 2; i < corners.Length; i++)
            triangles.AddRange([corners[0], corners[i - 1], corners[i]]);
    }

    // Convex enough for a fan: every triangle of it looks the way the polygon looks.
    private static bool IsConvex(List<Vector3> positions, ReadOnlySpan<int> corners)
    {
        var normal = Normal(positions, corners);
        for (var i = 2; i < corners.Length; i++)
        {
            if (!(Turn(positions[corners[0]], positions[corners[i - 1]], positions[corners[i]], normal) >= 0))
                return false;
        }
        return true;
    }

    private static int FindEar(List<Vector3> positions, ReadOnlySpan<int> left, Vector3 normal)
    {
        for (var ear = 0; ear < left.Length; ear++)
        {
            var a = positions[left[(ear + left.Length - 1) % left.Length]];
            var b = positions[left[ear]];
            var c = positions[left[(ear + 1) % left.Length]];
            if (Turn(a, b, c, normal) > 0 && !HoldsAnother(positions, left, a, b, c, normal))
                return ear;
        }
        return -1;
    }

    private static bool HoldsAnother(List<Vector3> positions, ReadOnlySpan<int> left, Vector3 a, Vector3 b, Vector3 c, Vector3 normal)
    {
        foreach (var corner in left)
        {
            var p = positions[corner];
            if (p != a && p != b && p != c && Turn(a, b, p, normal) >= 0 && Turn(b, c, p, normal) >= 0 && Turn(c, a, p, normal) >= 0)
                return true;
        }
        return false;
    }

    private static float Turn(Vector3 a, Vector3 b, Vector3 c, Vector3 normal) => Vector3.Dot(Vector3.Cross(b - a, c - a), normal);

    private static Vector3 Normal(List<Vector3> positions, ReadOnlySpan<int> corners)
    {
        var origin = positions[corners[0]];
        var sum = Vector3.Zero;
        for (var i = 2; i < corners.Length; i++)
            sum += Vector3.Cross(positions[corners[i - 1]] - origin, positions[corners[i]] - origin);
        var length = sum.Length();
        return length > 0 && float.IsFinite(length) ? sum / length : sum;
    }
}
