using System.Globalization;
using System.Numerics;
using Sparseland.Space.Fields;

namespace Sparseland.Space.Meshes.Repair;

/// <summary>
/// What can be said for certain of a mesh made from a field: its topology, and how far it lies from the field's surface at most. The bound holds for every point of the mesh when the field changes by no
/// more than one metre a metre, as distances do; a learned field only promises the sampled figures.
/// </summary>
/// <param name="Topology">Euler number, borders with their lengths, edges that are no manifold.</param>
/// <param name="MeanDistance">The field's mean over samples of the mesh (vertices and middles of edges), in metres.</param>
/// <param name="LargestDistance">The field's largest value at a sample, in metres.</param>
/// <param name="DistanceBound">No point of the mesh is farther from the surface, in metres, if the field is a distance.</param>
public sealed record MeshCertificate(MeshReport Topology, double MeanDistance, double LargestDistance, double DistanceBound)
{
    private const int Batch = 150_000;
    private const int MostBorders = 8;

    /// <summary>Certifies a mesh.</summary>
    /// <param name="mesh">The mesh.</param>
    /// <param name="field">The unsigned distance it was made from.</param>
    /// <param name="weld">Whether vertices at equal places count as one; not after a cut.</param>
    /// <param name="cancellation">Heeded between batches.</param>
    public static MeshCertificate Of(TriangleMesh mesh, IBatchField field, bool weld = true, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(mesh);
        ArgumentNullException.ThrowIfNull(field);
        var corners = Values(mesh.Positions, field, cancellation);
        var middles = new Vector3[mesh.Triangles.Length];
        for (var corner = 0; corner < middles.Length; corner++)
            middles[corner] = 0.5f * (mesh.Positions[mesh.Triangles[corner]] + mesh.Positions[mesh.Triangles[Next(corner)]]);
        var between = Values(middles, field, cancellation);
        var (largest, bound) = (0.0, 0.0);
        for (var triangle = 0; triangle < mesh.Triangles.Length; triangle += 3)
        {
            var (worst, longest) = (0.0, 0.0);
            for (var corner = triangle; corner < triangle + 3; corner++)
            {
                worst = Math.Max(worst, Math.Max(corners[mesh.Triangles[corner]], between[corner]));
                longest = Math.Max(longest, Vector3.Distance(mesh.Positions[mesh.Triangles[corner]], mesh.Positions[mesh.Triangles[Next(corner)]]));
            }
            // Middles of edges cut a triangle into four of half the size, and no point of one is farther from its nearest corner than its longest side over the root of three (Jung 1901).
            (largest, bound) = (Math.Max(largest, worst), Math.Max(bound, worst + 0.5 * longest / Math.Sqrt(3)));
        }
        var count = Math.Max(1, corners.Length + between.Length);
        var mean = (corners.Sum(value => (double)value) + between.Sum(value => (double)value)) / count;
        return new(MeshReport.Of(mesh, weld), mean, largest, bound);
    }

    /// <summary>The certificate as lines of text.</summary>
    public override string ToString()
    {
        var borders = Topology.Borders.Take(MostBorders).Select(border => string.Create(CultureInfo.InvariantCulture, $"{border.Length:G4} m ({border.Edges} edges)"));
        var lengths = Topology.Borders.Count == 0 ? "none: it is closed" : $"{Topology.Borders.Count}: {string.Join(", ", borders)}{(Topology.Borders.Count > MostBorders ? ", ..." : "")}";
        return string.Create(CultureInfo.InvariantCulture, $"""
            vertices {Topology.Vertices:N0}, triangles {Topology.Triangles:N0}, parts {Topology.Components}, Euler number {Topology.EulerNumber}
            borders {lengths}
            edges of more than two triangles {Topology.NonManifoldEdges}, edges whose triangles disagree about sides {Topology.InconsistentEdges}
            distance to the field's surface: mean {MeanDistance:G3} m, largest sampled {LargestDistance:G3} m, nowhere more than {DistanceBound:G3} m
            """);
    }

    private static float[] Values(Vector3[] points, IBatchField field, CancellationToken cancellation)
    {
        var values = new float[points.Length];
        for (var start = 0; start < points.Length; start += Batch)
        {
            cancellation.ThrowIfCancellationRequested();
            var count = Math.Min(Batch, points.Length - start);
            field.Distances(points.AsSpan(start, count), values.AsSpan(start, count));
        }
        for (var i = 0; i < values.Length; i++)
            values[i] = Math.Abs(values[i]);
        return values;
    }

    private static int Next(int corner) => corner % 3 == 2 ? corner - 2 : corner + 1;
}
