using System.Numerics;
using Sparseland.Space.Fields;

namespace Sparseland.Space.Meshes.Repair;

/// <summary>A mesh whose triangles agree about sides wherever they can.</summary>
/// <param name="Mesh">The mesh, triangles in their old order.</param>
/// <param name="Turned">Triangles that were turned over.</param>
/// <param name="Patches">Parts that hang together by edges of two triangles; each has been oriented by itself.</param>
/// <param name="OneSided">Parts that no orientation suits, such as a Möbius strip; somewhere in them two neighbours still disagree.</param>
public sealed record OrientationResult(TriangleMesh Mesh, int Turned, int Patches, int OneSided);

/// <summary>
/// Turns triangles so that neighbours agree about sides, part by part: across edges of exactly two triangles, for others have no sides to agree on. A closed part is turned outwards (its volume is positive);
/// an open one the way most of its area was.
/// </summary>
public static class MeshOrientation
{
    private const int None = -1;

    /// <summary>Orients a mesh.</summary>
    /// <param name="mesh">The mesh.</param>
    /// <param name="weld">Whether vertices at equal places count as one; not after a cut.</param>
    public static OrientationResult Orient(TriangleMesh mesh, bool weld = true)
    {
        ArgumentNullException.ThrowIfNull(mesh);
        var edges = new MeshEdges(mesh, weld);
        var (mates, isOpen) = Mates(edges);
        var (seen, turned) = (new bool[mesh.TriangleCount], new bool[mesh.TriangleCount]);
        var (patches, oneSided) = (0, 0);
        for (var first = 0; first < mesh.TriangleCount; first++)
        {
            if (seen[first])
                continue;
            var (patch, conflict) = Walk(edges, mates, first, seen, turned);
            patches++;
            oneSided += conflict ? 1 : 0;
            if (ShallTurn(mesh, patch, turned, !patch.Exists(triangle => isOpen[triangle])))
            {
                foreach (var triangle in patch)
                    turned[triangle] = !turned[triangle];
            }
        }
        int[] triangles = [.. mesh.Triangles];
        for (var triangle = 0; triangle < turned.Length; triangle++)
        {
            if (turned[triangle])
                (triangles[3 * triangle + 1], triangles[3 * triangle + 2]) = (triangles[3 * triangle + 2], triangles[3 * triangle + 1]);
        }
        return new(new TriangleMesh(mesh.Positions, triangles, mesh.Colours), turned.Count(isTurned => isTurned), patches, oneSided);
    }

    // For each corner's edge the same edge in the other triangle.
    private static (int[] Mates, bool[] IsOpen) Mates(MeshEdges edges)
    {
        var mates = new int[edges.Mesh.Triangles.Length];
        var isOpen = new bool[edges.Mesh.TriangleCount];
        Array.Fill(mates, None);
        foreach (var group in edges.Groups())
        {
            if (group.Count == 2)
                (mates[group[0]], mates[group[1]]) = (group[1], group[0]);
            else
            {
                foreach (var corner in group)
                    isOpen[corner / 3] = true;
            }
        }
        return (mates, isOpen);
    }

    private static (List<int> Patch, bool Conflict) Walk(MeshEdges edges, int[] mates, int first, bool[] seen, bool[] turned)
    {
        List<int> patch = [first];
        seen[first] = true;
        var conflict = false;
        for (var i = 0; i < patch.Count; i++)
        {
            for (var corner = 3 * patch[i]; corner < 3 * patch[i] + 3; corner++)
            {
                if (mates[corner] == None)
                    continue;
                var other = mates[corner] / 3;
                var sameWay = edges.Ends(corner).From == edges.Ends(mates[corner]).From;
                var shallTurn = turned[patch[i]] != sameWay;
                if (seen[other])
                {
                    conflict |= turned[other] != shallTurn;
                    continue;
                }
                (seen[other], turned[other]) = (true, shallTurn);
                patch.Add(other);
            }
        }
        return (patch, conflict);
    }

    private static bool ShallTurn(TriangleMesh mesh, List<int> patch, bool[] turned, bool isClosed)
    {
        var (volume, area) = (0.0, 0.0);
        foreach (var triangle in patch)
        {
            var side = turned[triangle] ? -1 : 1;
            var normal = mesh.AreaNormal(triangle);
            volume += side * Vector3.Dot(mesh.Corners(triangle).A - mesh.Bounds.Centre, normal);
            area += side * normal.Length();
        }
        return isClosed ? volume < 0 : area < 0;
    }
}
