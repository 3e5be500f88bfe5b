using Sparseland.Space.Meshes;

namespace Sparseland.Space.Tests.Surfaces.DualMesh;

/// <summary>Edges of a mesh by how many triangles they have, counted the plain way.</summary>
internal sealed record EdgeCount(int Boundary, int NonManifold, int Euler)
{
    public static EdgeCount Of(TriangleMesh mesh)
    {
        var edges = new Dictionary<(int, int), int>();
        for (var i = 0; i < mesh.Triangles.Length; i++)
        {
            var (a, b) = (mesh.Triangles[i], mesh.Triangles[i % 3 == 2 ? i - 2 : i + 1]);
            var key = (Math.Min(a, b), Math.Max(a, b));
            edges[key] = edges.GetValueOrDefault(key) + 1;
        }
        return new(edges.Values.Count(count => count == 1), edges.Values.Count(count => count > 2), mesh.Triangles.Distinct().Count() - edges.Count + mesh.TriangleCount);
    }
}
