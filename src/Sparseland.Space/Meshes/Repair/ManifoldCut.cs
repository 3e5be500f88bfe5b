using System.Numerics;
using Sparseland.Space.Fields;

namespace Sparseland.Space.Meshes.Repair;

/// <summary>A mesh that was cut at its edges of more than two triangles.</summary>
/// <param name="Mesh">The mesh.</param>
/// <param name="Dropped">Triangles that were dropped: without three different corners, or the same as an earlier one.</param>
/// <param name="CutEdges">Edges of more than two triangles that were cut apart.</param>
/// <param name="AddedVertices">Vertices that cutting added, those of points where sheets only touched included.</param>
public sealed record CutResult(TriangleMesh Mesh, int Dropped, int CutEdges, int AddedVertices);

/// <summary>
/// Makes a mesh manifold by cutting (Guéziec, Taubin, Lazarus and Horn, "Cutting and stitching: converting sets of polygons to manifold surfaces", 2001): every corner begins as a vertex of its own, and is joined
/// across edges. At an edge of more than two triangles those are joined in pairs that continue each other most straightly; what is left over becomes border. No point of the surface moves or is lost.
/// Where sheets hang together around both ends of an edge no cut parts them, and the edge stays as it is.
/// </summary>
public static class ManifoldCut
{
    /// <summary>Cuts a mesh. Vertices at equal places count as one before, and may be several afterwards.</summary>
    public static CutResult Repair(TriangleMesh mesh)
    {
        ArgumentNullException.ThrowIfNull(mesh);
        var clean = DropRepeated(mesh);
        var edges = new MeshEdges(clean);
        var parents = new int[clean.Triangles.Length];
        for (var i = 0; i < parents.Length; i++)
            parents[i] = i;
        var cut = 0;
        foreach (var group in edges.Groups())
        {
            cut += group.Count > 2 ? 1 : 0;
            foreach (var (first, second) in Pairs(clean, group))
                Join(edges, parents, first, second);
        }
        var (result, added) = Collect(clean, edges, parents);
        return new(result, mesh.TriangleCount - clean.TriangleCount, cut, added);
    }

    private static TriangleMesh DropRepeated(TriangleMesh mesh)
    {
        var places = new MeshEdges(mesh).Vertices;
        var seen = new HashSet<(int, int, int)>();
        var kept = new List<int>(mesh.Triangles.Length);
        for (var i = 0; i < mesh.Triangles.Length; i += 3)
        {
            int[] corners = [places[mesh.Triangles[i]], places[mesh.Triangles[i + 1]], places[mesh.Triangles[i + 2]]];
            Array.Sort(corners);
            if (corners[0] != corners[1] && corners[1] != corners[2] && seen.Add((corners[0], corners[1], corners[2])))
                kept.AddRange(mesh.Triangles.AsSpan(i, 3));
        }
        return kept.Count == mesh.Triangles.Length ? mesh : new TriangleMesh(mesh.Positions, [.. kept], mesh.Colours);
    }

    // Straightest first; equally straight ones in the order of the mesh.
    private static IEnumerable<(int First, int Second)> Pairs(TriangleMesh mesh, ArraySegment<int> corners)
    {
        if (corners.Count <= 2)
            return corners.Count == 2 ? [(corners[0], corners[1])] : [];
        var all = from first in corners from second in corners where first < second select (First: first, Second: second, Straight: Straightness(mesh, first, second));
        var taken = new HashSet<int>();
        var pairs = new List<(int, int)>();
        foreach (var (first, second, _) in all.OrderByDescending(pair => pair.Straight).ThenBy(pair => pair.First).ThenBy(pair => pair.Second))
        {
            if (taken.Contains(first) || taken.Contains(second))
                continue;
            taken.Add(first);
            taken.Add(second);
            pairs.Add((first, second));
        }
        return pairs;
    }

    // One when the triangles lie on opposite sides of the edge in one plane, minus one when they cover each other.
    private static double Straightness(TriangleMesh mesh, int first, int second) => -Vector3.Dot(Inwards(mesh, first), Inwards(mesh, second));

    private static Vector3 Inwards(TriangleMesh mesh, int corner)
    {
        var triangle = 3 * (corner / 3);
        var from = mesh.Positions[mesh.Triangles[corner]];
        var along = Vector3.Normalize(mesh.Positions[mesh.Triangles[triangle + (corner + 1) % 3]] - from);
        var apex = mesh.Positions[mesh.Triangles[triangle + (corner + 2) % 3]] - from;
        var inwards = apex - Vector3.Dot(apex, along) * along;
        return inwards.LengthSquared() > 0 ? Vector3.Normalize(inwards) : inwards;
    }

    private static void Join(MeshEdges edges, int[] parents, int first, int second)
    {
        var (firstNext, secondNext) = (Next(first), Next(second));
        var sameWay = edges.Ends(first).From == edges.Ends(second).From;
        Union(parents, first, sameWay ? second : secondNext);
        Union(parents, firstNext, sameWay ? secondNext : second);
    }

    private static (TriangleMesh Mesh, int Added) Collect(TriangleMesh mesh, MeshEdges edges, int[] parents)
    {
        var numbers = new Dictionary<int, int>();
        var (positions, colours) = (new List<Vector3>(), new List<Vector3>());
        var triangles = new int[mesh.Triangles.Length];
        for (var corner = 0; corner < triangles.Length; corner++)
        {
            var root = Root(parents, corner);
            if (!numbers.TryGetValue(root, out var number))
            {
                number = numbers[root] = positions.Count;
                positions.Add(mesh.Positions[mesh.Triangles[root]]);
                if (mesh.Colours is not null)
                    colours.Add(mesh.Colours[mesh.Triangles[root]]);
            }
            triangles[corner] = number;
        }
        var places = mesh.Triangles.Select(vertex => edges.Vertices[vertex]).Distinct().Count();
        return (new TriangleMesh([.. positions], triangles, mesh.Colours is null ? null : [.. colours]), positions.Count - places);
    }

    private static int Next(int corner) => corner % 3 == 2 ? corner - 2 : corner + 1;

    private static int Root(int[] parents, int corner)
    {
        while (parents[corner] != corner)
            corner = parents[corner] = parents[parents[corner]];
        return corner;
    }

    // The lower corner stays the root, so that vertices keep the order in which triangles name them.
    private static void Union(int[] parents, int a, int b)
    {
        (a, b) = (Root(parents, a), Root(parents, b));
        parents[Math.Max(a, b)] = Math.Min(a, b);
    }
}
