using System.Globalization;
using Sparseland.Progress;
using Sparseland.Space;
using Sparseland.Space.Fields.Neural;
using Sparseland.Space.Meshes;
using Sparseland.Space.Surfaces.DualMesh;

namespace Sparseland.Reproduce.DualMesh;

/// <summary>Fields that a network of 4 x 128 learned from exact distances at points around the surface: with the samples that the method trusts, and with all of them.</summary>
internal static class NeuralTable
{
    public static readonly Claim Filter = new("filter", "learned fields: samples away from the surface whose projection lands on it give a lower Chamfer distance than all samples, for every seed");

    public static void Run(ExperimentContext context, List<ExperimentTable> tables, List<ClaimOutcome> outcomes, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        var options = context.Quick
            ? new NeuralFieldOptions { Samples = 20_000, Batch = 2048, Steps = 250, Width = 64, LearningRate = 1e-3 }
            : new NeuralFieldOptions { Batch = 2048, Steps = 1200, LearningRate = 1e-3 };
        var rows = new List<IReadOnlyList<string>>();
        var (trusted, all) = (new List<double>(), new List<double>());
        string[] names = context.Quick ? ["hemisphere"] : ["hemisphere", "box"];
        foreach (var name in names)
        {
            foreach (var seed in context.Quick ? context.Seeds.Take(1) : context.Seeds)
            {
                progress?.Report(new ProgressReport($"learning {name}, seed {seed}", rows.Count, 0));
                var shape = TestShape.Find(name);
                var field = NeuralFieldTrainer.Train(shape.Field, new Box3(new(-1), new(1)), options with { Seed = seed }, null, cancellation);
                foreach (var filter in new[] { true, false })
                {
                    var result = DualMeshUdf.Extract(field, new DualMeshOptions { MaximumDepth = 6, FilterSamples = filter }, null, cancellation);
                    var comparison = SurfaceComparison.Of(result.Mesh, shape.Truth(), 0.5 / 32, context.Quick ? 10_000 : 50_000, seed);
                    (filter ? trusted : all).Add(comparison.Chamfer);
                    var report = MeshReport.Of(result.Mesh);
                    rows.Add(
                    [
                        name, seed.ToString(CultureInfo.InvariantCulture), filter ? "trusted" : "all", Edges(comparison.Chamfer), Edges(comparison.Forward), Edges(comparison.Backward),
                        comparison.FScore.ToString("F4", CultureInfo.InvariantCulture), comparison.NormalConsistency.ToString("F4", CultureInfo.InvariantCulture),
                        report.Borders.Sum(border => border.Edges).ToString("N0", CultureInfo.InvariantCulture), report.NonManifoldEdges.ToString("N0", CultureInfo.InvariantCulture),
                    ]);
                }
            }
        }
        tables.Add(new ExperimentTable(FormattableString.Invariant($"Learned fields at depth 6: sine network of {options.Layers} x {options.Width}, {options.Samples:N0} points, mean absolute error, {options.Steps:N0} steps of {options.Batch:N0}; distances in edges of a leaf"),
            ["shape", "seed", "samples", "Chamfer", "to the truth", "from the truth", "F-score", "normals", "border edges", "edges of > 2 triangles"], rows));
        var lower = trusted.Zip(all, (mine, theirs) => mine < theirs).Count(isLower => isLower);
        outcomes.Add(context.Quick
            ? new ClaimOutcome(Filter, Verdict.NotTested, $"one small network: {Edges(trusted[0])} with trusted samples, {Edges(all[0])} with all")
            : new ClaimOutcome(Filter, lower == trusted.Count ? Verdict.Holds : Verdict.Fails, $"lower in {lower} of {trusted.Count}; mean {Edges(trusted.Average())} against {Edges(all.Average())} edges"));
    }

    private static string Edges(double length) => (32 * length).ToString("F4", CultureInfo.InvariantCulture);
}
