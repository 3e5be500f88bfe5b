namespace Sparseland.Space.Surfaces.DualMesh;

/// <summary>Which vertices are one: those nearer to each other than a tolerance, found in a hashed grid.</summary>
internal sealed class VertexMerge(CellLattice lattice, LeafVertex[] vertices)
{
    // Cells of the grid are many tolerances wide, so that few vertices lie near enough to a cell's face to ask the next one.
    private const double CellWidth = 64;

    /// <summary>For each leaf the leaf whose vertex it takes: itself, unless it is merged.</summary>
    public int[] Representatives { get; } = [.. Enumerable.Range(0, vertices.Length)];

    /// <summary>Merges vertices nearer to each other than a tolerance; the leaf that comes first keeps its vertex.</summary>
    /// <returns>How many were merged.</returns>
    public int MergeNear(double tolerance)
    {
        var merged = 0;
        var width = CellWidth * tolerance;
        var lower = lattice.Minimum - 2 * lattice.Edge * new Vector3Double(1, 1, 1);
        var heads = new Dictionary<(long X, long Y, long Z), int>();
        var next = new int[vertices.Length];
        for (var leaf = 0; leaf < vertices.Length; leaf++)
        {
            if (vertices[leaf].Kind == DualVertexKind.None)
                continue;
            var place = 1 / width * (vertices[leaf].Position - lower);
            if (FindNear(leaf, place, tolerance, heads, next) is var near and >= 0)
            {
                Representatives[leaf] = near;
                merged++;
                continue;
            }
            var cell = ((long)Math.Floor(place.X), (long)Math.Floor(place.Y), (long)Math.Floor(place.Z));
            next[leaf] = heads.GetValueOrDefault(cell, -1);
            heads[cell] = leaf;
        }
        return merged;
    }

    private int FindNear(int leaf, Vector3Double place, double tolerance, Dictionary<(long X, long Y, long Z), int> heads, int[] next)
    {
        const double border = 1.0 / CellWidth;
        for (var x = (long)Math.Floor(place.X - border); x <= (long)Math.Floor(place.X + border); x++)
        {
            for (var y = (long)Math.Floor(place.Y - border); y <= (long)Math.Floor(place.Y + border); y++)
            {
                for (var z = (long)Math.Floor(place.Z - border); z <= (long)Math.Floor(place.Z + border); z++)
                {
                    for (var other = heads.GetValueOrDefault((x, y, z), -1); other >= 0; other = next[other])
                    {
                        if ((vertices[other].Position - vertices[leaf].Position).LengthSquared < tolerance * tolerance)
                            return other;
                    }
                }
            }
        }
        return -1;
    }
}
