using System.Numerics;
using Sparseland.Errors;
using Sparseland.Space.Fields;

namespace Sparseland.Space.Meshes.Repair;

/// <summary>A mesh with its small holes closed.</summary>
/// <param name="Mesh">The mesh; new triangles stand after the old ones.</param>
/// <param name="Closed">Borders that were closed.</param>
/// <param name="Left">Borders that stay open, because they are long, or do not close to a simple loop.</param>
public sealed record HoleFillingResult(TriangleMesh Mesh, int Closed, int Left);

/// <summary>Closes short borders with the triangles of least area between their own vertices (Barequet and Sharir, "Filling gaps in the boundary of a polyhedron", 1995). Long borders, such as a garment's neck, stay.</summary>
public static class HoleFilling
{
    /// <summary>The most edges of a border that is closed: the search takes the cube of it.</summary>
    public const int MostEdges = 64;

    // Against the square of a border's length.
    private const double LeastArea = 1e-6;

    /// <summary>Closes the borders up to a length. Best after <see cref="MeshOrientation"/>: new triangles take the sides of their neighbours.</summary>
    /// <param name="mesh">The mesh.</param>
    /// <param name="longest">The longest border to close, in metres.</param>
    /// <param name="weld">Whether vertices at equal places count as one; not after a cut.</param>
    /// <exception cref="InvalidSettingException">The length is negative or NaN.</exception>
    public static HoleFillingResult Fill(TriangleMesh mesh, double longest, bool weld = true)
    {
        ArgumentNullException.ThrowIfNull(mesh);
        if (!(longest >= 0))
            throw new InvalidSettingException($"holes up to {longest} m: give a length of 0 or more");
        var edges = new MeshEdges(mesh, weld);
        var open = new List<int>();
        foreach (var group in edges.Groups())
        {
            if (group.Count == 1)
                open.Add(group[0]);
        }
        var triangles = new List<int>(mesh.Triangles);
        var (closed, left) = (0, 0);
        foreach (var loop in BoundaryLoops.Find(edges, open))
        {
            // The loop runs as its triangles do; what closes it runs the other way.
            int[] ring = [.. loop.Select(corner => mesh.Triangles[corner]).Reverse()];
            var length = loop.Sum(corner => (double)Vector3.Distance(mesh.Positions[edges.Ends(corner).From], mesh.Positions[edges.Ends(corner).To]));
            var isRing = edges.Ends(loop[^1]).To == edges.Ends(loop[0]).From && loop.Select(corner => edges.Ends(corner).From).Distinct().Count() == loop.Count;
            if (isRing && loop.Count is >= 3 and <= MostEdges && length <= longest && Triangulate(mesh.Positions, ring, LeastArea * length * length, triangles))
                closed++;
            else
                left++;
        }
        return new(new TriangleMesh(mesh.Positions, [.. triangles], mesh.Colours), closed, left);
    }

    // Least area over all triangulations of the ring, by length of the piece. A slit, such as a cut leaves, has none and stays.
    private static bool Triangulate(Vector3[] positions, int[] ring, double least, List<int> triangles)
    {
        var count = ring.Length;
        var (areas, splits) = (new double[count, count], new int[count, count]);
        for (var span = 2; span < count; span++)
        {
            for (var from = 0; from + span < count; from++)
            {
                var to = from + span;
                areas[from, to] = double.PositiveInfinity;
                for (var middle = from + 1; middle < to; middle++)
                {
                    var (a, b, c) = (positions[ring[from]], positions[ring[middle]], positions[ring[to]]);
                    var area = areas[from, middle] + areas[middle, to] + Vector3.Cross(b - a, c - a).Length();
                    if (area < areas[from, to])
                        (areas[from, to], splits[from, to]) = (area, middle);
                }
            }
        }
        if (areas[0, count - 1] <= least)
            return false;
        var pieces = new Stack<(int From, int To)>([(0, count - 1)]);
        while (pieces.TryPop(out var piece))
        {
            if (piece.To - piece.From < 2)
                continue;
            var middle = splits[piece.From, piece.To];
            triangles.AddRange([ring[piece.From], ring[middle], ring[piece.To]]);
            pieces.Push((piece.From, middle));
            pieces.Push((middle, piece.To));
        }
        return true;
    }
}
