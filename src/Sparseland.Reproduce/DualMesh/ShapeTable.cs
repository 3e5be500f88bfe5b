using System.Globalization;
using System.Numerics;
using Sparseland.Progress;
using Sparseland.Space.Fields;
using Sparseland.Space.Meshes;
using Sparseland.Space.Surfaces.DualMesh;

namespace Sparseland.Reproduce.DualMesh;

/// <summary>Exact fields of known shapes at growing depth: how near the vertices are, whether corners and borders are kept, whether the sheet is single, and how many questions were asked.</summary>
internal static class ShapeTable
{
    public static readonly Claim SecondOrder = new("second-order", "smooth shapes: the mean distance of vertices to the true surface falls at least 3.5 times from depth to depth");
    public static readonly Claim Corners = new("corners", "the corners of a box are reproduced to less than 0.001 of a leaf's edge");
    public static readonly Claim Borders = new("borders", "an open border is kept within one cell");
    public static readonly Claim SingleLayer = new("single-layer", "no double layer: the mesh's area is the shape's within 1 %, and closed smooth shapes have no border and no edge of more than two triangles");
    public static readonly Claim Questions = new("questions", "depth 7, sphere of radius 0.5: fewer than 4 % of the dense lattice's samples are asked for");

    public static void Run(ExperimentContext context, List<ExperimentTable> tables, List<ClaimOutcome> outcomes, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        int[] depths = context.Quick ? [5, 6] : [5, 6, 7];
        var runs = new List<(TestShape Shape, int Depth, DualMeshResult Result, double Mean, MeshReport Report, MeshReport Authors)>();
        foreach (var shape in TestShape.All)
        {
            foreach (var depth in depths)
            {
                progress?.Report(new ProgressReport($"meshing {shape.Name} at depth {depth}", runs.Count, TestShape.All.Count * depths.Length));
                var options = new DualMeshOptions { MaximumDepth = depth };
                var result = DualMeshUdf.Extract(shape.Field, options, null, cancellation);
                var authors = DualMeshUdf.Extract(shape.Field, options with { TestCrossings = false }, null, cancellation).Mesh;
                runs.Add((shape, depth, result, Distances(shape.Field, result.Mesh.Positions).Average(distance => (double)distance), MeshReport.Of(result.Mesh), MeshReport.Of(authors)));
            }
        }
        tables.Add(new ExperimentTable("Exact fields: distance of vertices to the shape in metres, area beside the shape's, and the same with the authors' connection of all vertices that exist",
            ["shape", "depth", "vertices", "mean distance", "falls", "area", "Euler number", "border edges", "edges of > 2 triangles", "authors' area", "authors' edges of > 2"],
            [.. runs.Select(run => (IReadOnlyList<string>)
            [
                run.Shape.Name, Text(run.Depth), Text(run.Report.Vertices), run.Mean.ToString("G3", CultureInfo.InvariantCulture),
                runs.Find(other => other.Shape == run.Shape && other.Depth == run.Depth - 1) is { Result: not null } coarser ? Ratio(coarser.Mean / run.Mean) : "",
                Ratio(run.Report.Area / run.Shape.Area), Text(run.Report.EulerNumber), Text(run.Report.Borders.Sum(border => border.Edges)), Text(run.Report.NonManifoldEdges),
                Ratio(run.Authors.Area / run.Shape.Area), Text(run.Authors.NonManifoldEdges),
            ])]));

        var falls = (from run in runs from finer in runs where run.Shape == finer.Shape && finer.Depth == run.Depth + 1 && (run.Shape.Name is "sphere" or "torus") select run.Mean / finer.Mean).ToList();
        Judge(outcomes, SecondOrder, falls.Min() >= 3.5, $"smallest fall {Ratio(falls.Min())} over sphere and torus");
        var corner = runs.Where(run => run.Shape.Name == "box").Max(run => FarthestCorner(run.Result.Mesh) / Edge(run.Depth));
        Judge(outcomes, Corners, corner < 1e-3, FormattableString.Invariant($"farthest corner {corner:G3} edges"));
        var border = runs.Where(run => run.Shape.Name == "hemisphere").Max(run => FarthestBorder(run.Result.Mesh) / Edge(run.Depth));
        Judge(outcomes, Borders, border < 1, FormattableString.Invariant($"hemisphere: {border:F3} edges at most between border circle and mesh, either way"));
        var fine = runs.Where(run => run.Depth > 5).ToList();
        var area = fine.Max(run => Math.Abs(run.Report.Area / run.Shape.Area - 1));
        var sound = fine.Where(run => run.Shape.Name is "sphere" or "torus").All(run => run.Report.IsClosed && run.Report.NonManifoldEdges == 0);
        Judge(outcomes, SingleLayer, area < 0.01 && sound, FormattableString.Invariant($"area off by {area:P2} at most from depth 6 on; sphere and torus {(sound ? "" : "not ")}closed manifolds"));
        Count(tables, outcomes, cancellation);
    }

    private static void Count(List<ExperimentTable> tables, List<ClaimOutcome> outcomes, CancellationToken cancellation)
    {
        var rows = new List<IReadOnlyList<string>>();
        foreach (var radius in new[] { 0.3, 0.5, 0.8 })
        {
            var statistics = DualMeshUdf.Extract(new SphereField(default, radius), null, null, cancellation).Statistics;
            rows.Add([radius.ToString(CultureInfo.InvariantCulture), Text(statistics.CentroidQueries), Text(statistics.SampleQueries), Text(statistics.ProjectionQueries), Text(statistics.Queries), Percent(statistics.DenseFraction)]);
            if (radius == 0.5)
                Judge(outcomes, Questions, statistics.DenseFraction < 0.04, Percent(statistics.DenseFraction));
        }
        tables.Add(new ExperimentTable("Questions to the field at depth 7, spheres", ["radius", "centroids", "samples", "projections", "all", "of 257³"], rows));
    }

    private static void Judge(List<ClaimOutcome> outcomes, Claim claim, bool holds, string evidence) => outcomes.Add(new ClaimOutcome(claim, holds ? Verdict.Holds : Verdict.Fails, evidence));

    private static double FarthestCorner(TriangleMesh mesh)
    {
        var (low, high) = (TestShape.Box.Minimum, TestShape.Box.Maximum);
        return Enumerable.Range(0, 8).Max(corner => mesh.Positions.Min(position => Vector3.Distance(position,
            new((corner & 1) == 0 ? low.X : high.X, (corner & 2) == 0 ? low.Y : high.Y, (corner & 4) == 0 ? low.Z : high.Z))));
    }

    // From places of the border circle to the nearest vertex, and of vertices below it.
    private static double FarthestBorder(TriangleMesh mesh)
    {
        var below = mesh.Positions.Max(position => TestShape.Centre.Z - position.Z);
        Vector3[] rim = [.. mesh.Positions.Where(position => Math.Abs(position.Z - TestShape.Centre.Z) < 0.1f)];
        var missing = Enumerable.Range(0, 720).Max(i =>
        {
            var (sine, cosine) = MathF.SinCos(i * MathF.PI / 360);
            return rim.Min(position => Vector3.Distance(position, TestShape.Centre + TestShape.Radius * new Vector3(cosine, sine, 0)));
        });
        return Math.Max(below, missing);
    }

    private static float[] Distances(IBatchField field, Vector3[] points)
    {
        var distances = new float[points.Length];
        field.Distances(points, distances);
        return distances;
    }

    private static double Edge(int depth) => 2.0 / (1 << depth);

    private static string Text(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Ratio(double ratio) => ratio.ToString("F3", CultureInfo.InvariantCulture);

    private static string Percent(double share) => (100 * share).ToString("F2", CultureInfo.InvariantCulture) + " %";
}
