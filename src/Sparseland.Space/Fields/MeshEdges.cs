using System.Numerics;
using Sparseland.Space.Meshes;

namespace Sparseland.Space.Fields;

/// <summary>
/// The edges of a mesh whose vertices at equal places count as one, as in meshes that list every triangle's corners anew. An edge is named by corner: 3 t + i runs from corner i of triangle t to the next one.
/// Edges of no length are left out.
/// </summary>
internal sealed class MeshEdges
{
    private readonly ulong[] _keys;
    private readonly int[] _corners;

    /// <param name="mesh">The mesh.</param>
    /// <param name="weld">False when vertices at equal places shall stay apart, as a cut leaves them.</param>
    public MeshEdges(TriangleMesh mesh, bool weld = true)
    {
        Mesh = mesh;
        Vertices = weld ? Weld(mesh.Positions) : [.. Enumerable.Range(0, mesh.VertexCount)];
        var count = 0;
        (_keys, _corners) = (new ulong[mesh.Triangles.Length], new int[mesh.Triangles.Length]);
        for (var corner = 0; corner < mesh.Triangles.Length; corner++)
        {
            var (from, to) = Ends(corner);
            if (from == to)
                continue;
            (_keys[count], _corners[count++]) = (((ulong)(uint)Math.Min(from, to) << 32) | (uint)Math.Max(from, to), corner);
        }
        (_keys, _corners) = (_keys[..count], _corners[..count]);
        Array.Sort(_keys, _corners);
    }

    public TriangleMesh Mesh { get; }

    /// <summary>For each vertex the first one at its place.</summary>
    public int[] Vertices { get; }

    /// <summary>From which vertex to which an edge runs.</summary>
    public (int From, int To) Ends(int corner) =>
        (Vertices[Mesh.Triangles[corner]], Vertices[Mesh.Triangles[corner % 3 == 2 ? corner - 2 : corner + 1]]);

    /// <summary>The edges that lie between the same two vertices, group by group.</summary>
    public IEnumerable<ArraySegment<int>> Groups()
    {
        for (var begin = 0; begin < _keys.Length;)
        {
            var end = begin + 1;
            while (end < _keys.Length && _keys[end] == _keys[begin])
                end++;
            yield return new(_corners, begin, end - begin);
            begin = end;
        }
    }

    private static int[] Weld(Vector3[] positions)
    {
        var first = new Dictionary<Vector3, int>(positions.Length);
        var vertices = new int[positions.Length];
        for (var i = 0; i < positions.Length; i++)
            vertices[i] = first.TryAdd(positions[i], i) ? i : first[positions[i]];
        return vertices;
    }
}
