using System.Globalization;
using Sparseland.Cli.Output;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Evaluation;
using Sparseland.Language.Generation;
using Sparseland.Language.Models;
using Sparseland.Language.Pruning;
using Sparseland.Language.Tokenizers;
using Sparseland.Progress;
using Sparseland.Recipes;
using Sparseland.Reports;

namespace Sparseland.Cli.Reports;

/// <summary>The report of a pruning run: before and after, beside dense models quantised to few bytes, in one page without a network.</summary>
/// <param name="Html">The page.</param>
/// <param name="Rows">The result and its dense rivals, by bytes.</param>
/// <param name="Verdict">What the figures say, in a sentence or two; also when sparsity loses.</param>
internal sealed record PruneHtmlReport(string Html, IReadOnlyList<PriceRow> Rows, string Verdict)
{
    // Above this the curves of other scores would take longer than the pruning.
    private const long CurvesBelowParameters = 20_000_000;
    private const int SampleTokens = 80;

    /// <summary>What a report is made from.</summary>
    public sealed record Inputs(ICheckpoint Checkpoint, ITokenizer Tokenizer, Recipe Recipe, CalibrationSet? Calibration, EvaluationData Data, PruneResult Result, bool Quick, ulong Seed);

    public static PruneHtmlReport Make(Inputs inputs, IProgress<ProgressReport> progress, CancellationToken cancellation)
    {
        using var sparseCheckpoint = Checkpoint.Open(inputs.Result.Folder);
        var sparse = TransformerModel.Load(sparseCheckpoint, null, cancellation);
        var dense = TransformerModel.Load(inputs.Checkpoint, null, cancellation);
        var request = new PriceRequest
        {
            Checkpoint = inputs.Checkpoint,
            Tokenizer = inputs.Tokenizer,
            Calibration = inputs.Calibration ?? ModelSamples.Draw(dense, 1, 64, inputs.Seed, null, cancellation),
            Texts = inputs.Data.Texts,
            Protocol = inputs.Data.Protocol,
            Base = inputs.Recipe with { Score = new MethodChoice("magnitude"), Update = new MethodChoice("none"), Allocation = new MethodChoice("uniform") },
            Patterns = [],
        };
        progress.Report(new ProgressReport("measuring the result", 0, 0));
        var mine = Pricing.PriceModel(request, sparse, $"this model ({inputs.Recipe.Pattern}, {ValueNames.Of(inputs.Recipe.Values)})", inputs.Recipe, inputs.Result.Report.Sparsity, cancellation);
        var rows = Pricing.Run(request, progress, cancellation).Append(mine).OrderBy(row => row.Bytes).ToList();
        var verdict = Judge(mine, rows);
        var page = new HtmlReport($"{inputs.Result.Report.Model}, made sparse").Verdict(verdict);
        AddFigures(page, inputs);
        AddRows(page, rows, mine);
        AddCurves(page, inputs, mine, request, progress, cancellation);
        AddLayers(page, inputs.Result.Report);
        AddSamples(page, inputs, dense, sparse, cancellation);
        AddRecipe(page, inputs);
        return new PruneHtmlReport(page.ToHtml(), rows, verdict);
    }

    // Honest first: a dense model that is smaller or equal and better beats the sparse one.
    private static string Judge(PriceRow mine, List<PriceRow> rows)
    {
        var best = rows.Where(row => row.Recipe is null && row.Bytes <= mine.Bytes && row.Perplexity <= mine.Perplexity).MinBy(row => row.Perplexity);
        var reference = rows.First(row => row.Name == "dense bf16");
        var size = string.Create(CultureInfo.InvariantCulture,
            $"{TextTable.Bytes(mine.Bytes)} against {TextTable.Bytes(reference.Bytes)} of dense bf16, perplexity {mine.Perplexity:F3} against {reference.Perplexity:F3}, {mine.SpeedRatio:F2} times its decoding speed{(mine.RunsAs.Length > 0 ? $" (run as {mine.RunsAs})" : "")}.");
        return best is null
            ? $"Sparsity wins at this size: {size} No dense rival here has as few bytes and as low a perplexity."
            : string.Create(CultureInfo.InvariantCulture, $"Sparsity loses here: {best.Name} has perplexity {best.Perplexity:F3} in {TextTable.Bytes(best.Bytes)}. This model: {size}");
    }

    private static void AddFigures(HtmlReport page, Inputs inputs)
    {
        var report = inputs.Result.Report;
        var rows = new List<IReadOnlyList<string>> { new[] { "bytes of weights, index included", TextTable.Bytes(report.BytesBefore), TextTable.Bytes(report.BytesAfter) } };
        rows.AddRange(report.Figures.Select(figure => (IReadOnlyList<string>)[figure.Name, figure.Before?.ToString("F4", CultureInfo.InvariantCulture) ?? "", figure.After.ToString("F4", CultureInfo.InvariantCulture)]));
        rows.Add(["weights stored as numbers", $"{TextTable.Number(report.Parameters, 0)}", $"{TextTable.Number(report.Parameters - report.PrunableParameters + report.KeptParameters, 0)}"]);
        page.Heading("Before and after").Table(["", "before", "after"], rows);
        page.Paragraph($"{TextTable.Percent(report.Sparsity)} of the weights of the linear layers inside the blocks are removed, {TextTable.Percent(report.SparsityOfAll)} of all weights. Embedding, norms and head are kept.");
        if (inputs.Data.BoundNats is not null)
            page.Paragraph("The evaluation stories come from a generator whose choices are known; sparseland eval prints the best perplexity that any model could reach on them.");
    }

    private static void AddRows(HtmlReport page, List<PriceRow> rows, PriceRow mine)
    {
        page.Heading("Beside dense models of few bytes").Table(["way", "bytes", "perplexity", "tokens/s", "times dense bf16", "runs as", "note"],
            rows.Select(row => (IReadOnlyList<string>)[row.Name, TextTable.Bytes(row.Bytes), row.Perplexity.ToString("F4", CultureInfo.InvariantCulture), TextTable.Number(row.TokensPerSecond, 0), TextTable.Number(row.SpeedRatio), row.RunsAs, row.Note ?? ""]),
            index => ReferenceEquals(rows[index], mine));
        PlotSeries Series(string name, IEnumerable<PriceRow> chosen, Func<PriceRow, double> y) => new(name, [.. chosen.Select(row => new PlotPoint(row.Bytes, y(row), row.Name))], PlotMark.Points, ShowLabels: true);
        page.Plot(new SvgPlot("Perplexity against bytes", new PlotAxis("bytes of weights", Logarithmic: true), new PlotAxis("perplexity"),
            [Series("dense", rows.Where(row => row != mine), row => row.Perplexity), Series("sparse", [mine], row => row.Perplexity)]));
        page.Plot(new SvgPlot("Decoding speed against bytes, on this machine", new PlotAxis("bytes of weights", Logarithmic: true), new PlotAxis("tokens per second", Minimum: 0),
            [Series("dense", rows.Where(row => row != mine), row => row.TokensPerSecond), Series("sparse", [mine], row => row.TokensPerSecond)]));
        if (mine.Bytes <= CacheSize.LastLevelBytes)
            page.Paragraph("All of these models fit the processor's last cache level, so these speeds say little about larger models; sparseland bench --large measures one that does not.");
    }

    private static void AddCurves(HtmlReport page, Inputs inputs, PriceRow mine, PriceRequest request, IProgress<ProgressReport> progress, CancellationToken cancellation)
    {
        if (inputs.Calibration is null || inputs.Result.Report.Parameters > CurvesBelowParameters)
            return;
        var curves = ScoreCurves.Measure(inputs, request, inputs.Quick ? [0.5] : [0.3, 0.5, 0.6, 0.7, 0.8], progress, cancellation);
        page.Heading("How the scores compare").Plot(new SvgPlot("Perplexity against sparsity, unstructured, without recovery",
            new PlotAxis("sparsity", Minimum: 0, Maximum: 1), new PlotAxis("perplexity", Logarithmic: true),
            [.. curves, new PlotSeries("this model", [new PlotPoint(inputs.Result.Report.Sparsity, mine.Perplexity)], PlotMark.Points)]));
    }

    private static void AddLayers(HtmlReport page, PruneReport report)
    {
        var names = report.Layers.Select(layer => Part(layer.Name)).Distinct().ToList();
        page.Heading("Layer by layer").Plot(new SvgPlot("Sparsity by block", new PlotAxis("block"), new PlotAxis("sparsity", Minimum: 0, Maximum: 1),
            [.. names.Select(name => new PlotSeries(name, [.. report.Layers.Where(layer => Part(layer.Name) == name).Select(layer => new PlotPoint(layer.Block, layer.Achieved))]))]));
        page.Table(["tensor", "shape", "sparsity", "layout", "bytes", "output error"], report.Layers.Select(layer => (IReadOnlyList<string>)[
            layer.Name, $"{layer.Rows} x {layer.Columns}", TextTable.Percent(layer.Achieved), layer.Layout, TextTable.Bytes(layer.Bytes), layer.OutputError?.ToString("F4", CultureInfo.InvariantCulture) ?? ""]));
        foreach (var note in report.Notes)
            page.Paragraph($"{note}.");
        foreach (var warning in report.Warnings)
            page.Paragraph($"{warning.Code} {warning.Subject}: {warning.Text}");
    }

    private static void AddSamples(HtmlReport page, Inputs inputs, TransformerModel dense, TransformerModel sparse, CancellationToken cancellation)
    {
        var prompt = inputs.Data.Texts[0].Text;
        prompt = prompt[..Math.Min(prompt.Length, 160)];
        var cut = prompt.LastIndexOf(' ');
        prompt = cut > 0 ? prompt[..cut] : prompt;
        page.Heading("A sample of text").Paragraph("The likeliest continuation of the same beginning, token by token.");
        page.Paragraph("Before:").Preformatted(Continue(dense)).Paragraph("After:").Preformatted(Continue(sparse));

        string Continue(TransformerModel model)
        {
            var ids = inputs.Tokenizer.Encode(prompt);
            var settings = new GenerationSettings { MaximumTokens = Math.Min(SampleTokens, Math.Max(1, model.Configuration.ContextLength - ids.Length)), EndTokens = inputs.Tokenizer.EndTokens };
            return prompt + "⟦" + new TextGenerator(model, inputs.Tokenizer).Generate(model.CreateSession(ids.Length + settings.MaximumTokens), ids, settings, null, cancellation).Text + "⟧";
        }
    }

    private static void AddRecipe(HtmlReport page, Inputs inputs)
    {
        var report = inputs.Result.Report;
        page.Heading("How it was made").Paragraph($"Calibration: {(inputs.Calibration is { } set ? $"{set.Count} sequences of {set.Length} tokens from {set.Source}" : "none")}. Evaluation: {inputs.Data.Source}; {inputs.Data.Protocol.Name}. Seed {inputs.Recipe.Seed}.");
        if (report.Recovery.Count > 1)
            page.Plot(new SvgPlot("Recovery", new PlotAxis("step"), new PlotAxis("loss"), [new PlotSeries("loss", [.. report.Recovery.Select(point => new PlotPoint(point.Step, point.Loss))])]));
        page.Preformatted(inputs.Recipe.ToJson());
    }

    private static string Part(string name) => string.Join('.', name.Split('.').SkipWhile(part => !int.TryParse(part, out _)).Skip(1).SkipLast(1));
}
