using Sparseland.Benchmarks.Peers;
using Sparseland.Files;
using Sparseland.Threads;

namespace Sparseland.Benchmarks.Speed;

/// <summary>speed [--quick] [--suite NAME] [--layout TEXT] [--json FILE] [--markdown FILE]: measures, prints, and writes the page from what it measured; with --page-only it measures nothing and writes the page from the JSON file.</summary>
internal static class SpeedCommand
{
    /// <summary>The tables of the page, in its order.</summary>
    private static readonly ISpeedSuite[] Suites =
    [
        new GemmSuite(),
        new GemvSuite(),
        new StorageSuite(),
        new SparseVectorSuite(),
        new SparseBatchSuite(),
        new FactorSuite(),
        new DecodeSuite(),
        new SiriusSuite(),
        new PruningSuite(),
        new StructureSuite(),
        new TrainingSuite(),
        new TuningSuite(),
        new TreesSuite(),
        new TracingSuite(),
        new OmnitreeSuite(),
        new WorldsSuite(),
        new RaysSuite(),
        new NearestSuite(),
        new VoxelsSuite(),
        new LightFieldSuite(),
        new DualMeshSuite(),
        new VoxelizeSuite(),
    ];

    public static int Run(string[] options)
    {
        var quick = options.Contains("--quick");
        var wanted = Value(options, "--suite");
        var json = Value(options, "--json");
        var markdown = Value(options, "--markdown");
        if (wanted is not null && Suites.All(suite => suite.Name != wanted))
        {
            Console.Error.WriteLine($"no suite is called '{wanted}'; there are {string.Join(", ", Suites.Select(suite => suite.Name))}");
            return 2;
        }
        // The layouts of a whole model take minutes each: one can be measured at a time.
        var layout = Value(options, "--layout");
        foreach (var suite in Suites.OfType<DecodeSuite>())
            suite.Only = layout;
        // Suites can be measured one at a time into the same JSON file; those not measured now keep their lines.
        var report = json is not null && File.Exists(json) ? SpeedReport.Read(json) : new SpeedReport();
        var measures = !options.Contains("--page-only");
        if (measures)
            (report.Machine, report.Peer) = (Machine.Describe(), OpenBlas.Description);
        Console.WriteLine($"{report.Machine}; OpenBLAS: {report.Peer}");
        var threads = WorkerPool.ThreadCount;
        foreach (var suite in Suites.Where(suite => measures && (wanted is null || suite.Name == wanted)))
        {
            report.Lines.RemoveAll(line => line.Suite == suite.Name && (layout is null || line.Work.Contains(layout, StringComparison.Ordinal)));
            foreach (var line in suite.Run(quick))
            {
                report.Lines.Add(line);
                Console.WriteLine($"{line.Suite,-8} {line.Threads}T {line.Work,-32} {string.Join("  ", line.Figures.Select(figure => $"{figure.Name} {figure.Value:F1} {line.Unit} ({figure.Ratio:F2}x)"))}{(line.Verdict() is { Length: > 0 } verdict ? $"  goal {verdict}" : "")}");
            }
        }
        WorkerPool.ThreadCount = threads;
        if (json is not null)
            AtomicFile.WriteText(json, report.ToJson());
        if (markdown is not null)
            AtomicFile.WriteText(markdown, report.ToMarkdown(Suites, json, markdown));
        return 0;
    }

    private static string? Value(string[] options, string name)
    {
        var index = Array.IndexOf(options, name);
        return index >= 0 && index + 1 < options.Length ? options[index + 1] : null;
    }
}
