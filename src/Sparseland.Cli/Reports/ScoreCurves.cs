using Sparseland.Language.Evaluation;
using Sparseland.Language.Models;
using Sparseland.Language.Pruning;
using Sparseland.Masks;
using Sparseland.Progress;
using Sparseland.Recipes;
using Sparseland.Reports;

namespace Sparseland.Cli.Reports;

/// <summary>Perplexity against sparsity for the scores side by side, under the same calibration and text: one series a score.</summary>
internal static class ScoreCurves
{
    private static readonly (string Name, string Score, string Update)[] Ways =
        [("random", "random", "none"), ("magnitude", "magnitude", "none"), ("Wanda", "wanda", "none"), ("SparseGPT", "sparsegpt", "obs")];

    public static IEnumerable<PlotSeries> Measure(PruneHtmlReport.Inputs inputs, PriceRequest request, IReadOnlyList<double> sparsities, IProgress<ProgressReport> progress, CancellationToken cancellation)
    {
        var done = 0;
        foreach (var (name, score, update) in Ways)
        {
            var points = new List<PlotPoint>();
            foreach (var sparsity in sparsities)
            {
                var recipe = inputs.Recipe with
                {
                    Score = new MethodChoice(score), Update = new MethodChoice(update), Allocation = new MethodChoice("uniform"),
                    Pattern = Pattern.Unstructured, Sparsity = sparsity, Recovery = null, Rules = [], Group = null, Mode = null,
                };
                var model = TransformerModel.Load(inputs.Checkpoint, null, cancellation);
                ModelPruner.PruneInMemory(inputs.Checkpoint, recipe, inputs.Calibration, model, null, cancellation);
                points.Add(new PlotPoint(sparsity, Perplexity.Measure(model, request.Tokenizer, request.Texts, request.Protocol, null, cancellation).Perplexity));
                progress.Report(new ProgressReport("comparing scores", ++done, Ways.Length * sparsities.Count, $"{name} at {sparsity:P0}"));
            }
            yield return new PlotSeries(name, points);
        }
    }
}
