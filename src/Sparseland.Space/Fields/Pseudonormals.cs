using System.Numerics;
using Sparseland.Space.Meshes;
using Sparseland.Space.Rays;

namespace Sparseland.Space.Fields;

/// <summary>Normals of vertices, edges and faces that tell on which side of the surface a point lies whose nearest point is there (Bærentzen and Aanæs 2005): a vertex's weighs its faces by their angles, an edge's is the sum of its two.</summary>
internal sealed class Pseudonormals
{
    private readonly TriangleMesh _mesh;
    private readonly int[] _vertices;
    private readonly Vector3[] _vertexNormals;
    private readonly Vector3[] _edgeNormals;
    private readonly float _turn;

    public Pseudonormals(MeshEdges edges)
    {
        (_mesh, _vertices) = (edges.Mesh, edges.Vertices);
        (_vertexNormals, _edgeNormals) = (new Vector3[_mesh.VertexCount], new Vector3[_mesh.Triangles.Length]);
        var volume = 0.0;
        for (var triangle = 0; triangle < _mesh.TriangleCount; triangle++)
        {
            var normal = Face(triangle);
            var (a, b, c) = _mesh.Corners(triangle);
            volume += Vector3.Dot(a - _mesh.Bounds.Minimum, Vector3.Cross(b - _mesh.Bounds.Minimum, c - _mesh.Bounds.Minimum));
            var corners = (ReadOnlySpan<Vector3>)[a, b, c];
            for (var i = 0; i < 3; i++)
                _vertexNormals[_vertices[_mesh.Triangles[3 * triangle + i]]] += Angle(corners[(i + 1) % 3] - corners[i], corners[(i + 2) % 3] - corners[i]) * normal;
        }
        // A surface whose triangles all run clockwise is read the right way round.
        _turn = volume < 0 ? -1 : 1;
        foreach (var group in edges.Groups())
        {
            var sum = Vector3.Zero;
            foreach (var corner in group)
                sum += Face(corner / 3);
            foreach (var corner in group)
                _edgeNormals[corner] = sum;
        }
    }

    /// <summary>The normal at a point of the surface, towards the outside; of any length.</summary>
    public Vector3 At(in SurfacePoint point)
    {
        var first = 3 * point.Triangle;
        var (atA, atB, atC) = (1 - point.U - point.V, point.U, point.V);
        var normal = (atA == 0, atB == 0, atC == 0) switch
        {
            (false, true, true) => _vertexNormals[_vertices[_mesh.Triangles[first]]],
            (true, false, true) => _vertexNormals[_vertices[_mesh.Triangles[first + 1]]],
            (true, true, false) => _vertexNormals[_vertices[_mesh.Triangles[first + 2]]],
            (false, false, true) => _edgeNormals[first],
            (true, false, false) => _edgeNormals[first + 1],
            (false, true, false) => _edgeNormals[first + 2],
            _ => Face(point.Triangle),
        };
        return _turn * normal;
    }

    private Vector3 Face(int triangle)
    {
        var normal = _mesh.AreaNormal(triangle);
        var length = normal.Length();
        return length > 0 ? normal / length : Vector3.Zero;
    }

    private static float Angle(Vector3 a, Vector3 b) => MathF.Atan2(Vector3.Cross(a, b).Length(), Vector3.Dot(a, b));
}
