using System.Globalization;
using Sparseland.Language.Pruning.Comparing;
using Sparseland.Reports;

namespace Sparseland.Cli.Reports;

/// <summary>A comparison as one page without a network: what may be said, the Pareto plot, the table, the pairs and the rules.</summary>
internal static class ComparisonReport
{
    /// <summary>The file's name in the comparison's folder.</summary>
    public const string FileName = "report.html";

    private const double MostOverBest = 4;

    public static string Make(ComparisonResult result)
    {
        var page = new HtmlReport($"Recipes for {result.Model}, compared at equal {(result.Budget.By == EqualBy.Bytes ? "bytes" : "time per token")}");
        page.Verdict(string.Join(" ", result.Conclusions));
        page.Heading("Pareto front").Plot(Pareto(result));
        if (OffScale(result) is { Count: > 0 } off)
            page.Paragraph($"Far above the plot: {string.Join(", ", off.Select(row => string.Create(CultureInfo.InvariantCulture, $"{row.Name} ({row.Perplexity.Mean:F1})")))}.");
        page.Paragraph("Points are means over the seeds, bars one standard deviation to either side. The line joins what nothing else beats in both directions.");
        page.Heading("All figures").Table(ComparisonTable.Headings(result), ComparisonTable.Cells(result).Select(row => (IReadOnlyList<string>)[.. row.Select(Unbroken)]), index => result.Rows[index].Kind == ContestantKind.Recipe);
        page.Heading("Pair by pair").Paragraph("Change of the perplexity from the second to the first, paired by seed, with its 95 % interval (Student's t). Each pair by itself: of twenty pairs one may seem separated by chance.")
            .Table(["budget", "first", "second", "first against second", "standing"], result.Pairs.Select(pair => (IReadOnlyList<string>)[
                result.Budget.Describe(pair.Target), pair.First, pair.Second, pair.Difference.ToString(), Word(pair.Difference.Standing)]));
        page.Heading("How it was made fair").Paragraph(ComparisonTable.HowEqual(result)).Paragraph($"Calibration: {result.Calibration}. Evaluation: {result.Evaluation}. Seeds {string.Join(", ", result.Seeds)}.");
        foreach (var flag in result.Flags)
            page.Paragraph($"{flag.Code} {flag.Subject}: {flag.Text}");
        return page.ToHtml();
    }

    private static SvgPlot Pareto(ComparisonResult result)
    {
        var byBytes = result.Budget.By == EqualBy.Bytes;
        var off = OffScale(result);
        double X(ComparisonRow row) => byBytes ? row.Bytes : row.SpeedRatio.Mean > 0 ? 1 / row.SpeedRatio.Mean : double.NaN;
        PlotPoint Point(ComparisonRow row, bool label) => new(X(row), row.Perplexity.Mean, label ? row.Name : null) { Spread = row.Perplexity.Deviation };
        PlotSeries Series(string name, ContestantKind kind) => new(name, [.. result.Rows.Where(row => row.Kind == kind).Except(off).Select(row => Point(row, true))], PlotMark.Points, ShowLabels: true);
        var front = result.Rows.Where(row => row.IsOnFront).OrderBy(X).Select(row => new PlotPoint(X(row), row.Perplexity.Mean)).ToList();
        return new SvgPlot(string.Create(CultureInfo.InvariantCulture, $"Perplexity against {(byBytes ? "bytes" : "time per token")}, {result.Seeds.Count} seeds"),
            new PlotAxis(byBytes ? "bytes of weights" : "time per token, dense bf16 = 1", Logarithmic: true), new PlotAxis("perplexity", Logarithmic: true),
            [Series("recipes", ContestantKind.Recipe), Series("baselines", ContestantKind.Baseline), Series("dense", ContestantKind.Reference), new PlotSeries("front", front)]);
    }

    // What would press all the others into a line, as chance does.
    private static List<ComparisonRow> OffScale(ComparisonResult result)
    {
        var limit = MostOverBest * result.Rows.Min(row => row.Perplexity.Mean);
        return [.. result.Rows.Where(row => row.Perplexity.Mean > limit)];
    }

    private static string Unbroken(string cell) => cell.Replace(' ', '\u00a0');

    private static string Word(Standing standing) => standing switch
    {
        Standing.Better => "better",
        Standing.Worse => "worse",
        Standing.Equivalent => "as good, within 0.5 %",
        _ => "not separated",
    };
}
