using System.Globalization;
using Sparseland.Errors;
using Sparseland.Progress;
using Sparseland.Space.Fields;
using Sparseland.Space.Meshes;

namespace Sparseland.Space.Surfaces.DualMesh;

/// <summary>
/// A triangle mesh of an unsigned distance field, open surfaces, sharp edges and corners included (Zhang, Lin, Yang, Li, Komura, Schaefer, Keyser and Wang, "Surface extraction from neural unsigned
/// distance fields", ICCV 2023). An octree is refined where the field is small; each leaf fits one point to the tangent planes of its samples away from the surface, where a learned field can be
/// trusted; points of four leaves around an edge are joined. There is no sign, so the mesh is not oriented.
/// </summary>
/// <remarks>
/// We differ from the authors in five ways. Samples are found by sorting codes, not in dense arrays. Projections of samples too near to the surface are not asked for. Vertices are joined only around
/// edges of the lattice through which the surface passes (<see cref="DualMeshOptions.TestCrossings"/>), and quads around edges that are certainly crossed are not filtered. A triangle that merging
/// makes twice is kept once.
/// </remarks>
public static class DualMeshUdf
{
    private const double MergeFraction = 1e-7 / 2;

    /// <summary>Extracts the surface. The result is the same for any number of threads.</summary>
    /// <param name="field">Unsigned distances, in metres; the gradients of length one or zero.</param>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <param name="progress">Told after every batch of questions.</param>
    /// <param name="cancellation">Heeded between batches.</param>
    /// <exception cref="NumericalException">A distance is NaN, infinite or negative, or a gradient is not finite; the message names the first such point.</exception>
    /// <exception cref="InvalidSettingException">A setting is out of range.</exception>
    /// <exception cref="ResourceLimitException">The depth is beyond 10 and not forced, or has more leaves than fit.</exception>
    public static DualMeshResult Extract(IBatchField field, DualMeshOptions? options = null, IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(field);
        options ??= new DualMeshOptions();
        options.Validate();
        var lattice = new CellLattice(options);
        var epsilon = options.Epsilon * lattice.Edge;
        var queries = new FieldQueries(field, options.Batch, progress, cancellation);
        var search = LeafSearch.Run(lattice, queries, epsilon);
        var samples = LeafSamples.Collect(lattice, search, queries);
        samples.Filter(queries, options.FilterSamples ? epsilon : -1);
        cancellation.ThrowIfCancellationRequested();

        var vertices = new LeafSolver(lattice, search.Leaves, samples, options).SolveAll();
        cancellation.ThrowIfCancellationRequested();
        var table = new LeafTable(search.Leaves, leaf => vertices[leaf].Kind != DualVertexKind.None);
        var quads = DualConnectivity.Quads(search.Leaves, table, options.TestCrossings ? new EdgeCrossings(lattice, samples, vertices) : null);
        var merge = new VertexMerge(lattice, vertices);
        var merged = merge.MergeNear(MergeFraction * lattice.Side);
        var quadMesh = new QuadMesh(vertices, merge.Representatives, quads, options);
        var (mesh, kinds) = quadMesh.Build();

        var dense = Math.Pow((1L << (lattice.Depth + 1)) + 1, 3);
        var statistics = Count(vertices) with
        {
            CentroidQueries = search.CentroidCodes.Length,
            SampleQueries = samples.Asked,
            ProjectionQueries = samples.Projected,
            DenseFraction = ((double)search.CentroidCodes.Length + samples.Asked + samples.Projected) / dense,
            Merged = merged,
            Quads = quads.Count,
            DroppedQuads = quadMesh.Dropped,
        };
        return new DualMeshResult(mesh, kinds, statistics, Warning(mesh, statistics, lattice));
    }

    private static DualMeshStatistics Count(LeafVertex[] vertices)
    {
        int Of(DualVertexKind kind) => vertices.Count(vertex => vertex.Kind == kind);
        int Ended(LeafOutcome outcome) => vertices.Count(vertex => vertex.Outcome == outcome);
        return new DualMeshStatistics
        {
            Leaves = vertices.Length,
            Planes = Of(DualVertexKind.Plane),
            Edges = Of(DualVertexKind.Edge),
            Corners = Of(DualVertexKind.Corner),
            SecondAttempts = Ended(LeafOutcome.Second),
            Unsampled = Ended(LeafOutcome.TooFewSamples),
            Rejected = Ended(LeafOutcome.Rejected),
        };
    }

    private static string? Warning(TriangleMesh mesh, DualMeshStatistics statistics, CellLattice lattice)
    {
        if (mesh.TriangleCount > 0)
            return null;
        var upper = lattice.Minimum + lattice.Side * new Vector3Double(1, 1, 1);
        return string.Create(CultureInfo.InvariantCulture, $"the mesh is empty: {statistics.Leaves} leaves of depth {lattice.Depth} in ({lattice.Minimum.X:G4}, {lattice.Minimum.Y:G4}, {lattice.Minimum.Z:G4}) to ({upper.X:G4}, {upper.Y:G4}, {upper.Z:G4}) are near the surface; look at the bounds, or take a greater depth");
    }
}
