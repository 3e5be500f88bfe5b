using System.Numerics;
using Sparseland.Errors;
using Sparseland.Progress;
using Sparseland.Space.Fields;
using Sparseland.Space.Meshes;

namespace Sparseland.Space.Surfaces.DualMesh;

/// <summary>
/// The usual rival of <see cref="DualMeshUdf"/>: marching cubes where each cell gives its corners signs by their gradients (after Guillard, Stella and Fua, "MeshUDF: fast and differentiable meshing of unsigned
/// distance field networks", 2022). Corners whose gradient opposes that of the corner farthest from the surface are on the other side. Neighbouring cells may disagree, which tears the mesh.
/// </summary>
public static class GradientSignSurface
{
    // Opposite gradients farther from the surface than this, in edges, face each other across empty space.
    private const double Farthest = 1.5;
    private static readonly int[] CornerNumbers = [0, 2, 6, 8, 18, 20, 24, 26];

    /// <summary>Extracts the surface on the leaves that <see cref="DualMeshUdf"/> would look at.</summary>
    /// <param name="field">Unsigned distances, in metres; the gradients of length one or zero.</param>
    /// <param name="options">Bounds, depth and batch; null for the defaults.</param>
    /// <param name="progress">Told after every batch of questions.</param>
    /// <param name="cancellation">Heeded between batches.</param>
    /// <exception cref="NumericalException">A distance is NaN, infinite or negative, or a gradient is not finite.</exception>
    /// <exception cref="InvalidSettingException">A setting is out of range.</exception>
    public static TriangleMesh Extract(IBatchField field, DualMeshOptions? options = null, IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(field);
        options ??= new DualMeshOptions();
        options.Validate();
        var lattice = new CellLattice(options);
        var queries = new FieldQueries(field, options.Batch, progress, cancellation);
        var search = LeafSearch.Run(lattice, queries, options.Epsilon * lattice.Edge);
        var samples = LeafSamples.Collect(lattice, search, queries);
        var (positions, triangles) = (new List<Vector3>(), new List<int>());
        var numbers = new Dictionary<(int, int), int>();
        Span<int> rows = stackalloc int[8];
        for (var leaf = 0; leaf < search.Leaves.Length; leaf++)
        {
            for (var corner = 0; corner < 8; corner++)
                rows[corner] = samples.Rows[leaf * CellLattice.SamplesPerLeaf + CornerNumbers[corner]];
            var sides = Sides(samples, rows);
            foreach (var edge in CubeTable.Triangles(sides))
            {
                var (lower, upper) = CubeTable.Ends(edge);
                triangles.Add(Vertex(samples, rows[lower], rows[upper], numbers, positions));
            }
            DropFar(lattice, samples, rows, sides, triangles);
        }
        return Compact(positions, triangles);
    }

    private static int Sides(LeafSamples samples, ReadOnlySpan<int> rows)
    {
        var anchor = rows[0];
        foreach (var row in rows)
            anchor = samples.Distances[row] > samples.Distances[anchor] ? row : anchor;
        var sides = 0;
        for (var corner = 0; corner < 8; corner++)
            sides |= Vector3.Dot(samples.Gradients[rows[corner]], samples.Gradients[anchor]) < 0 ? 1 << corner : 0;
        return sides;
    }

    private static void DropFar(CellLattice lattice, LeafSamples samples, ReadOnlySpan<int> rows, int sides, List<int> triangles)
    {
        var edges = CubeTable.Triangles(sides);
        foreach (var edge in edges)
        {
            var (lower, upper) = CubeTable.Ends(edge);
            if (samples.Distances[rows[lower]] + samples.Distances[rows[upper]] <= Farthest * lattice.Edge)
                continue;
            triangles.RemoveRange(triangles.Count - edges.Length, edges.Length);
            return;
        }
    }

    private static int Vertex(LeafSamples samples, int lower, int upper, Dictionary<(int, int), int> numbers, List<Vector3> positions)
    {
        if (numbers.TryGetValue((lower, upper), out var number))
            return number;
        var (first, second) = (samples.Distances[lower], samples.Distances[upper]);
        var share = first + second > 0 ? first / (first + second) : 0.5f;
        positions.Add(Vector3.Lerp(samples.Points[lower], samples.Points[upper], share));
        return numbers[(lower, upper)] = positions.Count - 1;
    }

    private static TriangleMesh Compact(List<Vector3> positions, List<int> triangles)
    {
        var numbers = new int[positions.Count];
        var used = new List<Vector3>();
        for (var i = 0; i < triangles.Count; i++)
        {
            ref var number = ref numbers[triangles[i]];
            if (number == 0)
            {
                used.Add(positions[triangles[i]]);
                number = used.Count;
            }
            triangles[i] = number - 1;
        }
        return new TriangleMesh([.. used], [.. triangles]);
    }
}
