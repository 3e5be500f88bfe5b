using System.Numerics;

namespace Sparseland.Space.Meshes.Formats;

/// <summary>Collects what a reader finds: vertices, some perhaps with colours, and polygons.</summary>
internal sealed class MeshBuilder
{
    private readonly List<Vector3> _positions = [];
    private readonly List<int> _triangles = [];
    private List<Vector3>? _colours;

    /// <summary>How many vertices there are so far.</summary>
    public int VertexCount => _positions.Count;

    /// <summary>How many triangles there are so far.</summary>
    public int TriangleCount => _triangles.Count / 3;

    /// <summary>Adds a vertex without a colour; in a mesh with colours it is white.</summary>
    public void AddVertex(Vector3 position)
    {
        _positions.Add(position);
        _colours?.Add(Vector3.One);
    }

    /// <summary>Adds a vertex with a linear colour.</summary>
    public void AddVertex(Vector3 position, Vector3 colour)
    {
        if (_colours is null)
        {
            _colours = new(_positions.Count + 1);
            for (var i = 0; i < _positions.Count; i++)
                _colours.Add(Vector3.One);
        }
        _positions.Add(position);
        _colours.Add(colour);
    }

    /// <summary>Adds a polygon of at least three valid vertex numbers.</summary>
    public void AddPolygon(ReadOnlySpan<int> corners) => PolygonTriangulator.Add(_positions, corners, _triangles);

    /// <summary>The mesh.</summary>
    public TriangleMesh ToMesh() => new([.. _positions], [.. _triangles], _colours?.ToArray());
}
