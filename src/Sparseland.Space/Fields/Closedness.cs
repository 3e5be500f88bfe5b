using Sparseland.Errors;

namespace Sparseland.Space.Fields;

/// <summary>Refuses surfaces that bound no volume, and says where they are open.</summary>
internal static class Closedness
{
    private const int MostNamed = 3;

    /// <summary>Requires that along every edge as many triangles run one way as the other and, when asked, that they are two.</summary>
    /// <exception cref="MismatchException">They do not; counts and names the boundary loops, or the edges in question.</exception>
    public static void Require(MeshEdges edges, bool twoTrianglesEach)
    {
        var (open, turned, shared) = (new List<int>(), new List<int>(), new List<int>());
        foreach (var group in edges.Groups())
        {
            var balance = 0;
            foreach (var corner in group)
            {
                var (from, to) = edges.Ends(corner);
                balance += from < to ? 1 : -1;
            }
            if (group.Count == 1)
                open.Add(group[0]);
            else if (balance != 0)
                turned.Add(group[0]);
            else if (group.Count > 2)
                shared.Add(group[0]);
        }
        if (open.Count > 0)
            throw new MismatchException($"the mesh is open: {Loops(edges, open)}; close it, or take its unsigned distance");
        if (turned.Count > 0)
            throw new MismatchException($"the triangles of the mesh do not agree on a side: at {turned.Count} edges, the first at {Place(edges, turned[0])}, they run the same way; turn them consistently, or take the unsigned distance");
        if (twoTrianglesEach && shared.Count > 0)
            throw new MismatchException($"the mesh has {shared.Count} edges of more than two triangles, the first at {Place(edges, shared[0])}, where normals do not tell the side; take the sign from the winding number");
    }

    private static string Loops(MeshEdges edges, List<int> open)
    {
        var loops = BoundaryLoops.Find(edges, open);
        var named = loops.Take(MostNamed).Select(loop => $"{loop.Count} edges at {Place(edges, loop[0])}");
        return $"{loops.Count} boundary {(loops.Count == 1 ? "loop" : "loops")} of {open.Count} edges ({string.Join(", ", named)}{(loops.Count > MostNamed ? ", ..." : "")})";
    }

    private static string Place(MeshEdges edges, int corner)
    {
        var vertex = edges.Mesh.Triangles[corner];
        var position = edges.Mesh.Positions[vertex];
        return FormattableString.Invariant($"vertex {vertex} ({position.X}, {position.Y}, {position.Z})");
    }
}
