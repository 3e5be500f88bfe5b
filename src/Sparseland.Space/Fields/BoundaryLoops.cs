namespace Sparseland.Space.Fields;

/// <summary>Joins the edges that only one triangle has to loops, longest first.</summary>
internal static class BoundaryLoops
{
    /// <summary>The loops, each the corners that name its edges, in order.</summary>
    /// <param name="edges">The mesh's edges.</param>
    /// <param name="open">Those of one triangle, in any order.</param>
    public static List<List<int>> Find(MeshEdges edges, List<int> open)
    {
        var touching = new Dictionary<int, List<int>>();
        void Touch(int vertex, int corner)
        {
            if (!touching.TryGetValue(vertex, out var corners))
                touching[vertex] = corners = [];
            corners.Add(corner);
        }
        foreach (var corner in open.Order())
        {
            Touch(edges.Ends(corner).From, corner);
            Touch(edges.Ends(corner).To, corner);
        }
        var loops = new List<List<int>>();
        var used = new HashSet<int>();
        foreach (var first in open.Order())
        {
            if (!used.Add(first))
                continue;
            var loop = new List<int> { first };
            var vertex = edges.Ends(first).To;
            while (vertex != edges.Ends(first).From && Next(edges, touching[vertex], used, vertex) is >= 0 and var corner)
            {
                used.Add(corner);
                loop.Add(corner);
                var (from, to) = edges.Ends(corner);
                vertex = from == vertex ? to : from;
            }
            loops.Add(loop);
        }
        return [.. loops.OrderByDescending(loop => loop.Count)];
    }

    // An edge that goes on as the triangles run, else one that they disagree about (a strip with a twist has no sides to agree on); -1 when there is none left.
    private static int Next(MeshEdges edges, List<int> corners, HashSet<int> used, int vertex)
    {
        var against = -1;
        foreach (var corner in corners)
        {
            if (used.Contains(corner))
                continue;
            if (edges.Ends(corner).From == vertex)
                return corner;
            against = against < 0 ? corner : against;
        }
        return against;
    }
}
