using System.Diagnostics;
using System.Globalization;
using Sparseland.Trees.Partitions;

namespace Sparseland.Reproduce.FatPolygonalPartitions;

/// <summary>How long 100,000 leaves take.</summary>
internal static class LayoutTimes
{
    private const int Leaves = 100_000;
    private const double MostAngularSeconds = 2;
    private const double MostGreedySeconds = 60;

    public static Claim Fast { get; } = new("speed", "100,000 leaves on one thread: angular under 2 s");

    public static Claim GreedyFast { get; } = new("speed-greedy", "100,000 leaves on one thread: greedy with 180 directions under 60 s");

    public static void Run(ExperimentContext context, List<ExperimentTable> tables, List<ClaimOutcome> outcomes, CancellationToken cancellation)
    {
        var tree = PartitionTrees.Files(Leaves, context.Seeds[0]);
        double Seconds(TreemapMethod method)
        {
            var clock = Stopwatch.StartNew();
            Treemap.Layout(tree, new TreemapOptions { Method = method }, null, cancellation);
            return clock.Elapsed.TotalSeconds;
        }
        // The first run also compiles.
        var angular = Enumerable.Range(0, 3).Min(_ => Seconds(TreemapMethods.Angular));
        outcomes.Add(new(Fast, angular < MostAngularSeconds ? Verdict.Holds : Verdict.Fails, Text(angular)));
        var rows = new List<IReadOnlyList<string>> { new[] { "angular", Text(angular) } };
        if (context.Quick)
            outcomes.Add(new(GreedyFast, Verdict.NotTested, "only in the full run"));
        else
        {
            var greedy = Seconds(TreemapMethods.Greedy);
            outcomes.Add(new(GreedyFast, greedy < MostGreedySeconds ? Verdict.Holds : Verdict.Fails, Text(greedy)));
            rows.Add(["greedy, 180 directions", Text(greedy)]);
        }
        tables.Add(new($"Files, {Leaves:N0} leaves, one thread, whatever else the machine does", ["method", "time"], rows));
    }

    private static string Text(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.00} s");
}
