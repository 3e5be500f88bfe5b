using System.Numerics;
using Sparseland.Errors;

namespace Sparseland.Space.Meshes;

/// <summary>
/// Triangles over shared vertices, in metres, right-handed with z up; seen from outside a triangle's vertices run counter-clockwise. The arrays belong to the mesh: who gives them changes them no more.
/// Zero-area triangles are allowed (readers keep what a file says; a repair report counts them); coordinates that are not finite and vertex numbers out of range are not.
/// </summary>
public sealed class TriangleMesh
{
    /// <summary>A mesh of vertices and triangles.</summary>
    /// <param name="positions">One position for each vertex.</param>
    /// <param name="triangles">Three vertex numbers for each triangle.</param>
    /// <param name="colours">One colour for each vertex, linear red, green and blue in [0, 1]; null when there are none.</param>
    /// <exception cref="MismatchException">A triangle names a vertex that is not there, the numbers are not a multiple of three, or there is not one colour a vertex.</exception>
    /// <exception cref="NumericalException">A coordinate is NaN or infinite.</exception>
    public TriangleMesh(Vector3[] positions, int[] triangles, Vector3[]? colours = null)
    {
        ArgumentNullException.ThrowIfNull(positions);
        ArgumentNullException.ThrowIfNull(triangles);
        if (triangles.Length % 3 != 0)
            throw new MismatchException($"a mesh of {triangles.Length} vertex numbers, which is not a multiple of three");
        if (colours is not null && colours.Length != positions.Length)
            throw new MismatchException($"a mesh of {positions.Length} vertices has {colours.Length} colours; give one for each vertex, or none");
        for (var i = 0; i < positions.Length; i++)
        {
            var p = positions[i];
            if (!(float.IsFinite(p.X) && float.IsFinite(p.Y) && float.IsFinite(p.Z)))
                throw new NumericalException($"vertex {i} of {positions.Length} is ({p.X}, {p.Y}, {p.Z}), and coordinates must be finite; remove it and the triangles that use it");
        }
        for (var i = 0; i < triangles.Length; i++)
        {
            if ((uint)triangles[i] >= (uint)positions.Length)
                throw new MismatchException($"triangle {i / 3} names vertex {triangles[i]}, and there are {positions.Length}");
        }
        (Positions, Triangles, Colours) = (positions, triangles, colours);
        Bounds = Box3.Around(positions);
    }

    /// <summary>One position for each vertex, in metres.</summary>
    public Vector3[] Positions { get; }

    /// <summary>Three vertex numbers for each triangle.</summary>
    public int[] Triangles { get; }

    /// <summary>One colour for each vertex, linear red, green and blue in [0, 1]; null when there are none.</summary>
    public Vector3[]? Colours { get; }

    /// <summary>The smallest box around all vertices, those of no triangle included; of no vertex, <see cref="Box3.Empty"/>.</summary>
    public Box3 Bounds { get; }

    /// <summary>How many vertices there are.</summary>
    public int VertexCount => Positions.Length;

    /// <summary>How many triangles there are.</summary>
    public int TriangleCount => Triangles.Length / 3;

    /// <summary>The corners of a triangle.</summary>
    /// <param name="triangle">0 to <see cref="TriangleCount"/> - 1.</param>
    public (Vector3 A, Vector3 B, Vector3 C) Corners(int triangle) =>
        (Positions[Triangles[3 * triangle]], Positions[Triangles[3 * triangle + 1]], Positions[Triangles[3 * triangle + 2]]);

    /// <summary>Twice a triangle's area as a vector along its normal, by the order of its corners.</summary>
    /// <param name="triangle">0 to <see cref="TriangleCount"/> - 1.</param>
    public Vector3 AreaNormal(int triangle)
    {
        var (a, b, c) = Corners(triangle);
        return Vector3.Cross(b - a, c - a);
    }
}
