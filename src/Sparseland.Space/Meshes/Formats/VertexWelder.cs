using System.Numerics;

namespace Sparseland.Space.Meshes.Formats;

/// <summary>Makes shared vertices of loose corners: equal coordinates (zero and minus zero are) become one vertex, numbered in the order of their first use.</summary>
internal sealed class VertexWelder(int triangles)
{
    private readonly Dictionary<Vector3, int> _numbers = new(triangles / 2);
    private readonly List<Vector3> _positions = new(triangles / 2);
    private readonly List<int> _corners = new(3 * triangles);

    /// <summary>How many corners there are so far.</summary>
    public int CornerCount => _corners.Count;

    /// <summary>Adds a triangle's next corner.</summary>
    public void Add(Vector3 position)
    {
        if (!_numbers.TryGetValue(position, out var number))
        {
            number = _positions.Count;
            _numbers.Add(position, number);
            _positions.Add(position);
        }
        _corners.Add(number);
    }

    /// <summary>The mesh of the corners so far, which are a multiple of three.</summary>
    public TriangleMesh ToMesh() => new([.. _positions], [.. _corners]);
}
