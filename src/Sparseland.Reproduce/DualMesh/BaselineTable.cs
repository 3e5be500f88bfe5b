using System.Globalization;
using Sparseland.Progress;
using Sparseland.Space;
using Sparseland.Space.Fields;
using Sparseland.Space.Meshes;
using Sparseland.Space.Meshes.Repair;
using Sparseland.Space.Surfaces.DualMesh;

namespace Sparseland.Reproduce.DualMesh;

/// <summary>The method beside its rivals, on exact fields of two shapes and on exact distances of real open meshes; and what repair makes of the real ones.</summary>
internal static class BaselineTable
{
    public static readonly Claim Order = new("baselines", "box and hemisphere: Chamfer distance of DualMesh-UDF < gradient signs < marching cubes of u less an edge");
    public static readonly Claim Real = new("real-meshes", "exact distances of open meshes: DualMesh-UDF is nearer to every one of them than marching cubes of u less an edge, with a better F-score");

    private static readonly string[] Files =
    [
        "garments_arcsim/dress3.obj", "garments_arcsim/tshirt.obj", "garments_diffavatar/tshirt.obj", "garments_diffavatar/poncho.obj", "libigl_open/face.obj", "libigl_open/beetle.off", "classic/teapot.obj",
    ];

    public static void Run(ExperimentContext context, List<ExperimentTable> tables, List<ClaimOutcome> outcomes, ICollection<string> notes, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        var samples = context.Quick ? 10_000 : 50_000;
        var rows = new List<IReadOnlyList<string>>();
        var (ordered, evidence) = (true, new List<string>());
        foreach (var name in new[] { "box", "hemisphere" })
        {
            progress?.Report(new ProgressReport($"comparing methods on {name}", 0, 2));
            var shape = TestShape.Find(name);
            var results = MethodComparison.Run(name, shape.Field, shape.Truth(), new DualMeshOptions { MaximumDepth = 6 }, samples, cancellation);
            rows.AddRange(results.Select(result => result.Row));
            var chamfer = results.ToDictionary(result => result.Method, result => result.Comparison.Chamfer);
            ordered &= chamfer[MethodComparison.Ours] < chamfer[MethodComparison.Signs] && chamfer[MethodComparison.Signs] < chamfer[MethodComparison.Thick];
            evidence.Add(FormattableString.Invariant($"{name} {chamfer[MethodComparison.Ours]:G3} < {chamfer[MethodComparison.Signs]:G3} < {chamfer[MethodComparison.Thick]:G3} m"));
        }
        tables.Add(new ExperimentTable("Exact fields at depth 6, by method; distances in edges of a leaf, F-score within half an edge", MethodComparison.Columns, rows));
        outcomes.Add(new ClaimOutcome(Order, ordered ? Verdict.Holds : Verdict.Fails, string.Join("; ", evidence)));
        Meshes(context, tables, outcomes, notes, samples, progress, cancellation);
    }

    private static void Meshes(ExperimentContext context, List<ExperimentTable> tables, List<ClaimOutcome> outcomes, ICollection<string> notes, int samples, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        var folder = context.DataFolder is null ? null : Path.Combine(context.DataFolder, "meshes");
        var files = Files.Where(file => folder is not null && File.Exists(Path.Combine(folder, file))).Take(context.Quick ? 2 : Files.Length).ToList();
        if (files.Count == 0)
        {
            notes.Add("No meshes are there (SPARSELAND_DATA names their folder): real ones were not tried.");
            return;
        }
        var (compared, repaired, better) = (new List<IReadOnlyList<string>>(), new List<IReadOnlyList<string>>(), 0);
        foreach (var file in files)
        {
            progress?.Report(new ProgressReport($"meshing {file}", compared.Count, files.Count));
            var truth = MeshFile.Read(Path.Combine(folder!, file));
            var field = MeshDistanceField.Unsigned(truth);
            var options = new DualMeshOptions { MaximumDepth = context.Quick ? 6 : 7, Bounds = MethodComparison.Cube(truth.Bounds.Widened(0.05f * truth.Bounds.Extent.Length())) };
            var results = MethodComparison.Run(file, field, truth, options, samples, cancellation);
            compared.AddRange(results.Select(result => result.Row));
            var (ours, thick) = (results.First(result => result.Method == MethodComparison.Ours).Comparison, results.First(result => result.Method == MethodComparison.Thick).Comparison);
            better += ours.Chamfer < thick.Chamfer && ours.FScore > thick.FScore ? 1 : 0;
            repaired.Add(Repair(file, truth, field, options, cancellation));
        }
        tables.Add(new ExperimentTable($"Exact distances of real meshes at depth {(context.Quick ? 6 : 7)}, by method; distances in edges of a leaf, F-score within half an edge", MethodComparison.Columns, compared));
        tables.Add(new ExperimentTable("What repair leaves: cut to a manifold, oriented, holes up to eight edges of a leaf closed; borders of the mesh that was meshed beside it",
            ["surface", "borders in the original", "borders before", "borders after", "edges of > 2 before", "after", "one-sided parts", "farthest from the field, edges", "bound, edges"], repaired));
        outcomes.Add(new ClaimOutcome(Real, better == files.Count ? Verdict.Holds : Verdict.Fails, $"{better} of {files.Count}"));
    }

    private static IReadOnlyList<string> Repair(string file, TriangleMesh truth, MeshDistanceField field, DualMeshOptions options, CancellationToken cancellation)
    {
        var edge = options.Bounds.Extent.X / (1 << options.MaximumDepth);
        var mesh = DualMeshUdf.Extract(field, options, null, cancellation).Mesh;
        var before = MeshReport.Of(mesh);
        var result = MeshRepair.Repair(mesh, 8 * edge);
        var certificate = MeshCertificate.Of(result.Mesh, field, weld: false, cancellation);
        string Text(int number) => number.ToString("N0", CultureInfo.InvariantCulture);
        string Edges(double length) => (length / edge).ToString("F3", CultureInfo.InvariantCulture);
        return
        [
            file, Text(MeshReport.Of(truth).Borders.Count), Text(before.Borders.Count), Text(certificate.Topology.Borders.Count), Text(before.NonManifoldEdges), Text(certificate.Topology.NonManifoldEdges),
            Text(result.OneSided), Edges(certificate.LargestDistance), Edges(certificate.DistanceBound),
        ];
    }
}
