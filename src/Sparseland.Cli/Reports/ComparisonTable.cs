using System.Globalization;
using Sparseland.Cli.Output;
using Sparseland.Language.Pruning.Comparing;

namespace Sparseland.Cli.Reports;

/// <summary>A comparison as a table for people, as a table of plain numbers, and in sentences.</summary>
internal static class ComparisonTable
{
    private static readonly string[] s_headings = ["way", "kind", "sparsity", "bytes", "perplexity", "x dense bf16", "tokens/s", "calibration", "search s", "at budget", "front", "flags"];

    public static TextTable Of(ComparisonResult result)
    {
        var table = new TextTable(Headings(result));
        foreach (var row in Cells(result))
            table.Add(row);
        return table;
    }

    /// <summary>The headings of <see cref="Cells"/>; a budget column when there are several.</summary>
    public static IReadOnlyList<string> Headings(ComparisonResult result) => result.Budget.Targets.Count > 1 ? ["budget", .. s_headings] : s_headings;

    public static IReadOnlyList<IReadOnlyList<string>> Cells(ComparisonResult result) => [.. result.Rows.Select(row =>
    {
        IReadOnlyList<string> cells =
        [
            row.Name, Kind(row.Kind), row.Kind == ContestantKind.Reference ? "" : TextTable.Percent(row.Sparsity), TextTable.Bytes(row.Bytes),
            string.Create(CultureInfo.InvariantCulture, $"{row.Perplexity.Mean:F4} ± {row.Perplexity.Deviation:F4}"),
            row.TokensPerSecond == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{row.SpeedRatio.Mean:F2} ± {row.SpeedRatio.Deviation:F2}"),
            row.TokensPerSecond == 0 ? "" : TextTable.Number(row.TokensPerSecond, 0),
            row.CalibrationTokens + row.TrainingTokens == 0 ? "none" : TextTable.Number(row.CalibrationTokens, 0) + (row.TrainingTokens > 0 ? $" + {TextTable.Number(row.TrainingTokens, 0)} trained" : ""),
            row.Kind == ContestantKind.Reference ? "" : TextTable.Number(row.SearchSeconds, 1),
            row.Target is null ? "own size" : row.MeetsBudget ? "yes" : "no", row.IsOnFront ? "*" : "", string.Join(" ", row.Warnings),
        ];
        return result.Budget.Targets.Count > 1 ? [row.Target is { } target ? Budget(result, target) : "", .. cells] : cells;
    })];

    /// <summary>The same for programs: numbers without units.</summary>
    public static TextTable Numbers(ComparisonResult result)
    {
        var table = new TextTable("way", "kind", "target", "atBudget", "sparsity", "bytes", "perplexity", "perplexityDeviation", "timesDenseBf16", "timesDenseBf16Deviation", "tokensPerSecond",
            "runsAs", "calibrationTokens", "trainingTokens", "searchSeconds", "onFront", "seeds", "flags");
        foreach (var row in result.Rows)
            table.Add(row.Name, Kind(row.Kind), Plain(row.Target), row.MeetsBudget ? "true" : "false", Plain(row.Sparsity), Plain(row.Bytes), Plain(row.Perplexity.Mean), Plain(row.Perplexity.Deviation),
                Plain(row.SpeedRatio.Mean), Plain(row.SpeedRatio.Deviation), Plain(row.TokensPerSecond), row.RunsAs, Plain(row.CalibrationTokens), Plain(row.TrainingTokens), Plain(row.SearchSeconds),
                row.IsOnFront ? "true" : "false", Plain(row.NatsPerToken.Count), string.Join(" ", row.Warnings));
        return table;
    }

    /// <summary>How equality was reached, what may be concluded, and what is flagged.</summary>
    public static IEnumerable<string> Remarks(ComparisonResult result)
    {
        yield return $"{result.Seeds.Count} seeds; mean ± standard deviation. Calibration: {result.Calibration}. Evaluation: {result.Evaluation}.";
        yield return HowEqual(result);
        foreach (var sentence in result.Conclusions)
            yield return sentence;
        foreach (var flag in result.Flags)
            yield return $"{flag.Code} {flag.Subject}: {flag.Text}";
    }

    public static string HowEqual(ComparisonResult result) => result.Budget.By == EqualBy.Bytes
        ? $"Equal bytes: each recipe's sparsity is solved by halving on its exact price, and the stored result is checked to be within {TextTable.Percent(result.Budget.Tolerance, 0)} of {Budgets(result)}."
        : $"Equal time per token: each recipe's sparsity is found by pruning and timing at a few sparsities, and the mean over the seeds is checked to be within {TextTable.Percent(result.Budget.Tolerance, 0)} of {Budgets(result)}.";

    private static string Budgets(ComparisonResult result) => string.Join(", ", result.Budget.Targets.Select(result.Budget.Describe));

    private static string Budget(ComparisonResult result, double target) => result.Budget.By == EqualBy.Bytes ? TextTable.Bytes(target) : TextTable.Number(target) + "x";

    private static string Kind(ContestantKind kind) => kind switch
    {
        ContestantKind.Recipe => "recipe",
        ContestantKind.Baseline => "baseline",
        _ => "dense",
    };

    private static string Plain(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "";
}
