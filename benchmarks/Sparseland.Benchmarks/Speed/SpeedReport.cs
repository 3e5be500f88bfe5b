using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Sparseland.Benchmarks.Speed;

/// <summary>What was measured, as JSON and as the page.</summary>
internal sealed class SpeedReport
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>The machine, in a line.</summary>
    public string Machine { get; set; } = "";

    /// <summary>OpenBLAS's version and kernels.</summary>
    public string Peer { get; set; } = "";

    /// <summary>Every line of every table.</summary>
    public List<Measurement> Lines { get; init; } = [];

    public static SpeedReport Read(string path) => JsonSerializer.Deserialize<SpeedReport>(File.ReadAllText(path), Indented) ?? new();

    public string ToJson() => JsonSerializer.Serialize(this, Indented) + "\n";

    public string ToMarkdown(IEnumerable<ISpeedSuite> suites)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"""
            # Speed

            This page is written by a command, figures and all:

            ```
            dotnet run -c Release --project benchmarks/Sparseland.Benchmarks -- speed --json docs/performance.json --markdown docs/performance.md
            ```

            Machine: {Machine}. Peer: OpenBLAS {Peer}.

            Rivals run in alternating rounds in one process; a figure is the median over the rounds, a ratio the median of the rounds' ratios to the first rival.
            One thread is timed by its processor time, several by the wall clock. Machines are shared and noisy: compare ratios within a line, not figures across lines.
            A line whose goal is met says so; one that misses it says that too.

            """);
        foreach (var suite in suites)
            AppendTable(page, suite, [.. Lines.Where(line => line.Suite == suite.Name)]);
        return page.ToString();
    }

    private static void AppendTable(StringBuilder page, ISpeedSuite suite, IReadOnlyList<Measurement> lines)
    {
        if (lines.Count == 0)
            return;
        var names = lines.SelectMany(line => line.Figures.Select(figure => figure.Name)).Distinct().ToArray();
        page.Append(CultureInfo.InvariantCulture, $"\n## {suite.Title}\n\n{suite.Explanation}\n\n");
        page.Append(CultureInfo.InvariantCulture, $"| work | threads | {string.Join(" | ", names)} | goal |\n|---|---|{string.Concat(names.Select(_ => "---|"))}---|\n");
        foreach (var line in lines)
        {
            var cells = names.Select(name => line.Figures.FirstOrDefault(figure => figure.Name == name) is { } figure
                ? string.Create(CultureInfo.InvariantCulture, $"{figure.Value:F1} {line.Unit}{(figure == line.Figures[0] ? "" : $", {figure.Ratio:F2}x")}")
                : "");
            page.Append(CultureInfo.InvariantCulture, $"| {line.Work} | {line.Threads} | {string.Join(" | ", cells)} | {line.Verdict()} |\n");
        }
    }
}
