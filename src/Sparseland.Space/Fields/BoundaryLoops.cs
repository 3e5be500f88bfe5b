namespace Sparseland.Space.Fields;

/// <summary>Joins the edges that only one triangle has to loops, longest first.</summary>
internal static class BoundaryLoops
{
    /// <summary>The loops, each the corners that name its edges, in order.</summary>
    /// <param name="edges">The mesh's edges.</param>
    /// <param name="open">Those of one triangle, in any order.</param>
    public static List<List<int>> Find(MeshEdges edges, List<int> open)
    {
        var leaving = new Dictionary<int, Queue<int>>();
        foreach (var corner in open.Order())
        {
            var from = edges.Ends(corner).From;
            if (!leaving.TryGetValue(from, out var queue))
                leaving[from] = queue = new();
            queue.Enqueue(corner);
        }
        var loops = new List<List<int>>();
        var used = new HashSet<int>();
        foreach (var first in open.Order())
        {
            if (used.Contains(first))
                continue;
            var loop = new List<int>();
            // Where triangles disagree about sides a chain may end before it comes back; it counts as one all the same.
            var vertex = edges.Ends(first).From;
            while (leaving.TryGetValue(vertex, out var queue) && queue.TryDequeue(out var corner))
            {
                used.Add(corner);
                loop.Add(corner);
                vertex = edges.Ends(corner).To;
                if (vertex == edges.Ends(first).From)
                    break;
            }
            loops.Add(loop);
        }
        return [.. loops.OrderByDescending(loop => loop.Count)];
    }
}
