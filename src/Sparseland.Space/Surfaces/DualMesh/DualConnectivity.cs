using Sparseland.Trees.Keys;

namespace Sparseland.Space.Surfaces.DualMesh;

/// <summary>Four leaves around an edge, in turn.</summary>
/// <param name="A">The leaf above the edge on both axes.</param>
/// <param name="B">The next.</param>
/// <param name="C">The one across.</param>
/// <param name="D">The last.</param>
/// <param name="IsCertain">Whether the surface is known to pass through the edge.</param>
internal readonly record struct DualQuad(int A, int B, int C, int D, bool IsCertain);

/// <summary>
/// The quads (step 5): one for each edge of the lattice of leaves around which all four leaves have a vertex, and through which, where that is looked at, the surface passes. The recursion of dual contouring (Ju et al., "Dual contouring of Hermite data", 2002)
/// through cells, faces and edges ends at exactly these edges, since only leaves of the deepest level have vertices; here each leaf looks at the three edges of its lower corner.
/// </summary>
internal static class DualConnectivity
{
    /// <summary>The quads around crossed edges.</summary>
    /// <param name="codes">The codes of all leaves, ascending.</param>
    /// <param name="vertices">The leaves with a vertex.</param>
    /// <param name="crossings">Decides which edges count; null when all do.</param>
    public static List<DualQuad> Quads(ulong[] codes, LeafTable vertices, EdgeCrossings? crossings)
    {
        var quads = new List<DualQuad>();
        for (var leaf = 0; leaf < codes.Length; leaf++)
        {
            if (vertices.Find(codes[leaf]) < 0)
                continue;
            var (x, y, z) = MortonCode3.Decode(codes[leaf]);
            var left = Neighbour(vertices, x, y, z, 1, 0, 0);
            var front = Neighbour(vertices, x, y, z, 0, 1, 0);
            var below = Neighbour(vertices, x, y, z, 0, 0, 1);
            Add(quads, crossings, 2, leaf, left, front, vertices, MortonOf(x, y, z, 1, 1, 0));
            Add(quads, crossings, 0, leaf, front, below, vertices, MortonOf(x, y, z, 0, 1, 1));
            Add(quads, crossings, 1, leaf, below, left, vertices, MortonOf(x, y, z, 1, 0, 1));
        }
        return quads;
    }

    private static int Neighbour(LeafTable vertices, uint x, uint y, uint z, uint left, uint front, uint below) =>
        x < left || y < front || z < below ? -1 : vertices.Find(MortonOf(x, y, z, left, front, below));

    private static ulong MortonOf(uint x, uint y, uint z, uint left, uint front, uint below) => MortonCode3.Encode(x - left, y - front, z - below);

    // With both neighbours there, so is the place of the leaf across the edge.
    private static void Add(List<DualQuad> quads, EdgeCrossings? crossings, int axis, int leaf, int next, int last, LeafTable vertices, ulong across)
    {
        if (next < 0 || last < 0 || vertices.Find(across) is not (var opposite and >= 0))
            return;
        var crossing = crossings?.At(leaf, axis) ?? EdgeCrossing.Likely;
        if (crossing != EdgeCrossing.No)
            quads.Add(new DualQuad(leaf, next, opposite, last, crossing == EdgeCrossing.Certain));
    }
}
