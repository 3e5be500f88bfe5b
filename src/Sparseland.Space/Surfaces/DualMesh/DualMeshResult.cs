using Sparseland.Space.Meshes;

namespace Sparseland.Space.Surfaces.DualMesh;

/// <summary>A mesh of an unsigned distance field, without inside and outside: its triangles are not oriented alike.</summary>
/// <param name="Mesh">The mesh.</param>
/// <param name="VertexKinds">What each vertex was classified as.</param>
/// <param name="Statistics">What it cost, and what was dropped.</param>
/// <param name="Warning">What a person should know, in one line; null when there is nothing.</param>
public sealed record DualMeshResult(TriangleMesh Mesh, DualVertexKind[] VertexKinds, DualMeshStatistics Statistics, string? Warning);

/// <summary>Counts of an extraction.</summary>
public sealed record DualMeshStatistics
{
    /// <summary>Questions to the field at centroids, in subdivision.</summary>
    public long CentroidQueries { get; init; }

    /// <summary>Questions at samples of leaves that were not known from centroids.</summary>
    public long SampleQueries { get; init; }

    /// <summary>Questions at projections of samples, without gradients.</summary>
    public long ProjectionQueries { get; init; }

    /// <summary>All questions to the field.</summary>
    public long Queries => CentroidQueries + SampleQueries + ProjectionQueries;

    /// <summary>All questions as a fraction of the samples of the dense lattice of the same depth.</summary>
    public double DenseFraction { get; init; }

    /// <summary>Leaves that may hold surface.</summary>
    public int Leaves { get; init; }

    /// <summary>Leaves with the vertex of a plane.</summary>
    public int Planes { get; init; }

    /// <summary>Leaves with the vertex of an edge.</summary>
    public int Edges { get; init; }

    /// <summary>Leaves with the vertex of a corner.</summary>
    public int Corners { get; init; }

    /// <summary>Of the leaves with a vertex, those that needed the second attempt.</summary>
    public int SecondAttempts { get; init; }

    /// <summary>Leaves with fewer than three usable samples, which get no vertex.</summary>
    public int Unsampled { get; init; }

    /// <summary>Leaves whose point lay outside: most of them only touch the surface's neighbourhood.</summary>
    public int Rejected { get; init; }

    /// <summary>Vertices that coincided with an earlier one.</summary>
    public int Merged { get; init; }

    /// <summary>Quads before any was dropped.</summary>
    public int Quads { get; init; }

    /// <summary>Quads that contradict the tangents of their vertices, or fell together to a line.</summary>
    public int DroppedQuads { get; init; }
}
