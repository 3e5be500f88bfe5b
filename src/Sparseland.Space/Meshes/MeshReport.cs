using System.Numerics;
using Sparseland.Space.Fields;

namespace Sparseland.Space.Meshes;

/// <summary>A border of a mesh: edges of one triangle each, joined to a loop.</summary>
/// <param name="Edges">How many edges it has.</param>
/// <param name="Length">Their length, in metres.</param>
/// <param name="Start">A point of it, in metres.</param>
public sealed record MeshBorder(int Edges, double Length, Vector3 Start);

/// <summary>What is right and wrong with a mesh. Vertices at equal places count as one; triangles with two corners at one place have no edges and are only counted as without area.</summary>
public sealed record MeshReport
{
    // Against the square of the longest side: below that the height is rounding of the coordinates.
    private const double LeastArea = 1e-7;

    private MeshReport() { }

    /// <summary>Different places of vertices that triangles use.</summary>
    public int Vertices { get; private init; }

    /// <summary>Vertices of no triangle.</summary>
    public int UnusedVertices { get; private init; }

    /// <summary>Triangles.</summary>
    public int Triangles { get; private init; }

    /// <summary>Different edges.</summary>
    public int Edges { get; private init; }

    /// <summary>Vertices less edges plus triangles: 2 for a closed surface without handles, 2 less for each handle, 1 less for each border.</summary>
    public int EulerNumber { get; private init; }

    /// <summary>Parts that share no vertex.</summary>
    public int Components { get; private init; }

    /// <summary>The borders, those of most edges first; none when the mesh is closed.</summary>
    public IReadOnlyList<MeshBorder> Borders { get; private init; } = [];

    /// <summary>Edges of more than two triangles.</summary>
    public int NonManifoldEdges { get; private init; }

    /// <summary>Edges of two triangles that run along it the same way: the triangles disagree about sides.</summary>
    public int InconsistentEdges { get; private init; }

    /// <summary>Triangles without area.</summary>
    public int ZeroAreaTriangles { get; private init; }

    /// <summary>Triangles whose three places another one before has too, whichever way round.</summary>
    public int DuplicateTriangles { get; private init; }

    /// <summary>The area of all triangles, in square metres.</summary>
    public double Area { get; private init; }

    /// <summary>The volume inside, in cubic metres, negative when the surface is inside out; only for a closed consistent mesh.</summary>
    public double? Volume { get; private init; }

    /// <summary>Whether no edge has one triangle alone.</summary>
    public bool IsClosed => Borders.Count == 0 && Triangles > 0;

    /// <summary>Whether every edge has at most two triangles, and those agree about sides.</summary>
    public bool IsManifold => NonManifoldEdges == 0 && InconsistentEdges == 0;

    /// <summary>Examines a mesh.</summary>
    /// <param name="mesh">The mesh.</param>
    /// <param name="weld">False when vertices at equal places shall stay apart, as a cut leaves them.</param>
    public static MeshReport Of(TriangleMesh mesh, bool weld = true)
    {
        ArgumentNullException.ThrowIfNull(mesh);
        var edges = new MeshEdges(mesh, weld);
        var open = new List<int>();
        var (count, crowded, turned) = (0, 0, 0);
        foreach (var all in edges.Groups())
        {
            List<int> group = [.. all.Where(corner => HasThreePlaces(mesh, edges.Vertices, corner / 3))];
            count += Math.Min(1, group.Count);
            if (group.Count == 1)
                open.Add(group[0]);
            else if (group.Count > 2)
                crowded++;
            else if (group.Count == 2 && edges.Ends(group[0]).From == edges.Ends(group[1]).From)
                turned++;
        }
        var shapes = Shapes(mesh, edges.Vertices);
        var (vertices, used, components) = Parts(mesh, edges.Vertices);
        var borders = BoundaryLoops.Find(edges, open).ConvertAll(loop => Border(edges, loop));
        return new()
        {
            Vertices = vertices, UnusedVertices = mesh.VertexCount - used, Triangles = mesh.TriangleCount, Edges = count, EulerNumber = vertices - count + shapes.Proper, Components = components, Borders = borders,
            NonManifoldEdges = crowded, InconsistentEdges = turned, ZeroAreaTriangles = shapes.Flat, DuplicateTriangles = shapes.Duplicates, Area = shapes.Area,
            Volume = open.Count == 0 && crowded == 0 && turned == 0 && mesh.TriangleCount > 0 ? shapes.Volume : null,
        };
    }

    private static bool HasThreePlaces(TriangleMesh mesh, int[] welded, int triangle)
    {
        var (a, b, c) = (welded[mesh.Triangles[3 * triangle]], welded[mesh.Triangles[3 * triangle + 1]], welded[mesh.Triangles[3 * triangle + 2]]);
        return a != b && b != c && c != a;
    }

    private static MeshBorder Border(MeshEdges edges, List<int> loop)
    {
        var positions = edges.Mesh.Positions;
        var length = loop.Sum(corner => (double)Vector3.Distance(positions[edges.Ends(corner).From], positions[edges.Ends(corner).To]));
        return new(loop.Count, length, positions[edges.Ends(loop[0]).From]);
    }

    private static (int Proper, int Flat, int Duplicates, double Area, double Volume) Shapes(TriangleMesh mesh, int[] welded)
    {
        var (proper, flat, duplicates, area, volume) = (0, 0, 0, 0.0, 0.0);
        var seen = new HashSet<(int, int, int)>(mesh.TriangleCount);
        Span<int> corners = stackalloc int[3];
        for (var i = 0; i < mesh.TriangleCount; i++)
        {
            var (a, b, c) = mesh.Corners(i);
            var longest = Math.Max(Vector3.DistanceSquared(a, b), Math.Max(Vector3.DistanceSquared(b, c), Vector3.DistanceSquared(c, a)));
            var doubled = (double)mesh.AreaNormal(i).Length();
            flat += doubled <= LeastArea * longest ? 1 : 0;
            area += doubled / 2;
            volume += Vector3.Dot(a - mesh.Bounds.Centre, Vector3.Cross(b - mesh.Bounds.Centre, c - mesh.Bounds.Centre)) / 6.0;
            for (var corner = 0; corner < 3; corner++)
                corners[corner] = welded[mesh.Triangles[3 * i + corner]];
            corners.Sort();
            if (corners[0] == corners[1] || corners[1] == corners[2])
                continue;
            proper++;
            duplicates += seen.Add((corners[0], corners[1], corners[2])) ? 0 : 1;
        }
        return (proper, flat, duplicates, area, volume);
    }

    // Places that are used, vertices that are used, and parts, by joining the corners of each triangle.
    private static (int Places, int Used, int Components) Parts(TriangleMesh mesh, int[] welded)
    {
        var parents = new int[mesh.VertexCount];
        Array.Fill(parents, -1);
        int Root(int vertex)
        {
            while (parents[vertex] != vertex)
                vertex = parents[vertex] = parents[parents[vertex]];
            return vertex;
        }
        var used = new bool[mesh.VertexCount];
        for (var i = 0; i < mesh.Triangles.Length; i++)
        {
            var vertex = welded[mesh.Triangles[i]];
            used[mesh.Triangles[i]] = true;
            if (parents[vertex] < 0)
                parents[vertex] = vertex;
            var before = welded[mesh.Triangles[i - i % 3]];
            parents[Root(vertex)] = Root(before);
        }
        var (places, components) = (0, 0);
        for (var vertex = 0; vertex < parents.Length; vertex++)
        {
            places += parents[vertex] >= 0 ? 1 : 0;
            components += parents[vertex] == vertex ? 1 : 0;
        }
        return (places, used.Count(isUsed => isUsed), components);
    }
}
