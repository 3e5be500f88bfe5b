using System.Numerics;
using Sparseland.Errors;

namespace Sparseland.Space.Surfaces.DualMesh;

/// <summary>
/// Subdivision of the cube where the field is small (step 1 of the method): the sorted Morton codes of the leaves that may hold surface, and the samples that were taken at centroids on the way.
/// A cell whose centroid is farther than half its diagonal holds no surface of a field with Lipschitz constant 1.
/// </summary>
internal sealed class LeafSearch
{
    // Beyond this, the rows of all leaves' samples no longer fit one array.
    private const int MostLeaves = int.MaxValue / CellLattice.SamplesPerLeaf;

    private LeafSearch(ulong[] leaves, ulong[] codes, float[] distances, Vector3[] gradients) =>
        (Leaves, CentroidCodes, CentroidDistances, CentroidGradients) = (leaves, codes, distances, gradients);

    /// <summary>The leaves, ascending.</summary>
    public ulong[] Leaves { get; }

    /// <summary>Sample codes of all centroids that were asked for.</summary>
    public ulong[] CentroidCodes { get; }

    public float[] CentroidDistances { get; }

    public Vector3[] CentroidGradients { get; }

    public static LeafSearch Run(CellLattice lattice, FieldQueries queries, double margin)
    {
        ulong[] cells = [0];
        var (codes, distances, gradients) = (new List<ulong>(), new List<float>(), new List<Vector3>());
        for (var level = 0; ; level++)
        {
            var points = new Vector3[cells.Length];
            for (var i = 0; i < cells.Length; i++)
            {
                var code = lattice.CentroidOf(cells[i], level);
                codes.Add(code);
                points[i] = lattice.Sample(code);
            }
            var (near, directions) = (new float[cells.Length], new Vector3[cells.Length]);
            queries.DistancesAndGradients($"searching level {level} of {lattice.Depth}", points, near, directions);
            distances.AddRange(near);
            gradients.AddRange(directions);
            var reach = 0.5 * Math.Sqrt(3) * lattice.Edge * (1L << (lattice.Depth - level)) + margin;
            var kept = 0;
            for (var i = 0; i < cells.Length; i++)
            {
                if (near[i] < reach)
                    cells[kept++] = cells[i];
            }
            if (level == lattice.Depth)
                return new LeafSearch(cells[..kept], [.. codes], [.. distances], [.. gradients]);
            if (8L * kept > MostLeaves)
                throw new ResourceLimitException($"level {level + 1} of depth {lattice.Depth} has {8L * kept:N0} cells near the surface, and {MostLeaves:N0} is the most; depth {level} fits");
            cells = Children(cells.AsSpan(0, kept));
        }
    }

    private static ulong[] Children(ReadOnlySpan<ulong> cells)
    {
        var children = new ulong[8 * cells.Length];
        for (var i = 0; i < children.Length; i++)
            children[i] = (cells[i >> 3] << 3) | (uint)(i & 7);
        return children;
    }
}
