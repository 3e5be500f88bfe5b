using System.Numerics;
using Sparseland.Chance;
using Sparseland.Errors;

namespace Sparseland.Space.Meshes;

/// <summary>Points of a mesh, uniform by area, with the normals of their triangles.</summary>
/// <param name="Points">The points.</param>
/// <param name="Normals">For each the unit normal of its triangle, by the order of its corners.</param>
public sealed record MeshSamples(Vector3[] Points, Vector3[] Normals)
{
    /// <summary>Draws points.</summary>
    /// <param name="mesh">The mesh.</param>
    /// <param name="count">How many, at least 1.</param>
    /// <param name="chance">Three numbers a point.</param>
    /// <exception cref="MismatchException">The mesh has no area.</exception>
    public static MeshSamples Draw(TriangleMesh mesh, int count, RandomStream chance)
    {
        ArgumentNullException.ThrowIfNull(mesh);
        ArgumentNullException.ThrowIfNull(chance);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        var sums = new double[mesh.TriangleCount];
        var total = 0.0;
        for (var i = 0; i < sums.Length; i++)
            sums[i] = total += mesh.AreaNormal(i).Length();
        if (!(total > 0))
            throw new MismatchException($"points of a mesh of {mesh.TriangleCount} triangles without area; give a mesh with a surface");
        var (points, normals) = (new Vector3[count], new Vector3[count]);
        for (var i = 0; i < count; i++)
        {
            var place = Array.BinarySearch(sums, chance.NextDouble() * total);
            var triangle = Math.Min(place < 0 ? ~place : place + 1, sums.Length - 1);
            var (a, b, c) = mesh.Corners(triangle);
            // The root makes the corner as likely as its area asks (Turk, "Generating random points in triangles", 1990).
            var (root, share) = (Math.Sqrt(chance.NextDouble()), chance.NextDouble());
            points[i] = a + (float)(root * (1 - share)) * (b - a) + (float)(root * share) * (c - a);
            normals[i] = Vector3.Normalize(mesh.AreaNormal(triangle));
        }
        return new(points, normals);
    }
}
