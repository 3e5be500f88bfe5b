using System.Globalization;
using Sparseland.Space;
using Sparseland.Space.Fields;
using Sparseland.Space.Meshes;
using Sparseland.Space.Rays;
using Sparseland.Space.Surfaces;
using Sparseland.Space.Surfaces.DualMesh;

namespace Sparseland.Reproduce.DualMesh;

/// <summary>One field meshed by four methods on the same lattice, each compared with the truth. Lengths are in edges of a leaf.</summary>
internal static class MethodComparison
{
    public const string Ours = "DualMesh-UDF";
    public const string Authors = "as the authors connect";
    public const string Naive = "naive dual contouring";
    public const string Signs = "gradient signs";
    public const string Thick = "marching cubes of u - edge";

    public static IReadOnlyList<string> Columns { get; } = ["surface", "method", "Chamfer", "to the truth", "from the truth", "F-score", "normals", "triangles", "border edges", "edges of > 2 triangles"];

    public static IReadOnlyList<(string Method, SurfaceComparison Comparison, IReadOnlyList<string> Row)> Run(string name, IBatchField field, TriangleMesh truth, DualMeshOptions options, int samples, CancellationToken cancellation)
    {
        var surface = Bvh.Build(truth, cancellation);
        var box = Cube(options.Bounds);
        var edge = box.Extent.X / (1 << options.MaximumDepth);
        (string Method, TriangleMesh Mesh)[] meshes =
        [
            (Ours, DualMeshUdf.Extract(field, options, null, cancellation).Mesh),
            (Authors, DualMeshUdf.Extract(field, options with { TestCrossings = false }, null, cancellation).Mesh),
            (Naive, DualMeshUdf.Extract(field, options with { TestCrossings = false, FilterQuads = false, FilterSamples = false }, null, cancellation).Mesh),
            (Signs, GradientSignSurface.Extract(field, options, null, cancellation)),
            (Thick, MarchingCubes.Of(field, box, edge, new SurfaceOptions { Level = edge }, null, cancellation)),
        ];
        return [.. meshes.Where(mesh => mesh.Mesh.TriangleCount > 0).Select(mesh =>
        {
            var comparison = SurfaceComparison.Of(mesh.Mesh, surface, 0.5 * edge, samples);
            var report = MeshReport.Of(mesh.Mesh);
            string Edges(double length) => (length / edge).ToString("F4", CultureInfo.InvariantCulture);
            return (mesh.Method, comparison, (IReadOnlyList<string>)
            [
                name, mesh.Method, Edges(comparison.Chamfer), Edges(comparison.Forward), Edges(comparison.Backward), comparison.FScore.ToString("F4", CultureInfo.InvariantCulture),
                comparison.NormalConsistency.ToString("F4", CultureInfo.InvariantCulture), report.Triangles.ToString("N0", CultureInfo.InvariantCulture),
                report.Borders.Sum(border => border.Edges).ToString("N0", CultureInfo.InvariantCulture), report.NonManifoldEdges.ToString("N0", CultureInfo.InvariantCulture),
            ]);
        })];
    }

    /// <summary>The cube that the methods search: around a box, with its middle.</summary>
    public static Box3 Cube(Box3 box)
    {
        var half = 0.5f * Math.Max(box.Extent.X, Math.Max(box.Extent.Y, box.Extent.Z));
        return new(box.Centre - new System.Numerics.Vector3(half), box.Centre + new System.Numerics.Vector3(half));
    }
}
