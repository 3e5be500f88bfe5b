using System.Runtime.Intrinsics;

namespace Sparseland.Space.Surfaces.DualMesh;

/// <summary>Which quads are surface, and how they are split (step 6): a quad that stands across the tangents of its own vertices is none.</summary>
internal static class QuadRules
{
    private const double Flat = 0.25;

    // About 30 degrees: the cosine for a normal beside a normal, the sine for a line beside a plane.
    private const double LeastCosine = 0.85;
    private const double MostSine = 0.5;

    /// <summary>Splits a quad into two triangles of its corners.</summary>
    /// <param name="corners">Four vertices in turn.</param>
    /// <param name="filter">Whether quads may be rejected.</param>
    /// <param name="first">The corner at which the first triangle begins: it is (first, first + 1, first + 3), the second (first + 1, first + 2, first + 3), counted modulo four.</param>
    /// <returns>False when the quad is rejected.</returns>
    public static bool TrySplit(ReadOnlySpan<LeafVertex> corners, bool filter, out int first)
    {
        var normal = Normal(corners, out var isFlat);
        if (isFlat)
        {
            // Split along 0-2: the tips are 1 and 3.
            first = 1;
            return !filter || AllAgree(corners, normal);
        }
        var planes = 0;
        for (var i = 0; i < 4; i++)
        {
            if (corners[i].Kind != DualVertexKind.Plane)
                continue;
            planes |= 1 << i;
            var triangle = Vector3Double.Cross(corners[(i + 1) & 3].Position - corners[i].Position, corners[(i + 3) & 3].Position - corners[i].Position).Unit();
            if (filter && Math.Abs(Vector3Double.Dot(triangle, corners[i].Direction)) < LeastCosine)
            {
                first = 0;
                return false;
            }
        }
        // One plane vertex, or two that face each other, are tips; between edges and corners the fold runs from edge to edge.
        first = planes switch
        {
            0b0001 or 0b0100 or 0b0101 => 0,
            0b0010 or 0b1000 or 0b1010 => 1,
            _ => corners[0].Kind == DualVertexKind.Edge && corners[2].Kind == DualVertexKind.Edge ? 1 : 0,
        };
        return !filter || planes is 0 or 0b0001 or 0b0010 or 0b0100 or 0b1000 or 0b0101 or 0b1010;
    }

    /// <summary>Whether a triangle agrees with the tangents of its vertices.</summary>
    public static bool Agrees(ReadOnlySpan<LeafVertex> corners) =>
        AllAgree(corners, Vector3Double.Cross(corners[1].Position - corners[0].Position, corners[2].Position - corners[0].Position).Unit());

    private static bool AllAgree(ReadOnlySpan<LeafVertex> corners, Vector3Double normal)
    {
        foreach (var corner in corners)
        {
            var cosine = Math.Abs(Vector3Double.Dot(corner.Direction, normal));
            if ((corner.Kind == DualVertexKind.Plane && cosine < LeastCosine) || (corner.Kind == DualVertexKind.Edge && cosine > MostSine))
                return false;
        }
        return true;
    }

    private static Vector3Double Normal(ReadOnlySpan<LeafVertex> corners, out bool isFlat)
    {
        var (a, b, c, d) = (corners[0].Position, corners[1].Position, corners[2].Position, corners[3].Position);
        var centre = 0.25 * (a + b + (c + d));
        (a, b, c, d) = (a - centre, b - centre, c - centre, d - centre);
        var svd = new ColumnSvd(Vector256.Create(a.X, b.X, c.X, d.X), Vector256.Create(a.Y, b.Y, c.Y, d.Y), Vector256.Create(a.Z, b.Z, c.Z, d.Z));
        isFlat = svd.Value2 < Flat * svd.Value0;
        return svd.Right2;
    }
}
