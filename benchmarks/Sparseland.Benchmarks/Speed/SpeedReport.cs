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

    /// <summary>The page.</summary>
    /// <param name="suites">The tables, in their order.</param>
    /// <param name="json">The file that keeps the figures.</param>
    /// <param name="markdown">The file of the page.</param>
    public string ToMarkdown(IEnumerable<ISpeedSuite> suites, string? json, string markdown)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"""
            # Speed

            This page is written by a command, figures and all:

            ```
            {Limits()}dotnet run -c Release --project benchmarks/Sparseland.Benchmarks -- speed {(json is null ? "" : $"--json {json} ")}--markdown {markdown}
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

    // The settings that hold both sides to older instruction sets, as one types them before the command.
    private static string Limits() => string.Concat(new[] { "DOTNET_EnableAVX512", "DOTNET_EnableAVX2", "OPENBLAS_CORETYPE" }
        .Select(name => (Name: name, Value: Environment.GetEnvironmentVariable(name)))
        .Where(setting => !string.IsNullOrEmpty(setting.Value))
        .Select(setting => $"{setting.Name}={setting.Value} "));

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
