using System.Globalization;
using Sparseland.Chance;
using Sparseland.Progress;
using Sparseland.Trees.Partitions;

namespace Sparseland.Reproduce.FatPolygonalPartitions;

/// <summary>Random hierarchically separated trees in the plane and in space: the distortion beside what none can fall below, over spreads; and on a line, over numbers of points.</summary>
internal static class EmbeddingDistortion
{
    private const double Polylogarithmic = 0.2;
    private const double Polynomial = 0.5;
    private const double LevelsThatSplit = 7;

    public static Claim Spread { get; } = new("spread", "embedding of random trees, mean over seeds: distortion over lower bound grows with the spread by a slope below 0.2 in log-log, in 2 and 3 dimensions");

    public static Claim Line { get; } = new("line", "the same points on a line: distortion grows polynomially with their number (slope above 0.5 in log-log), while in the plane distortion over lower bound does not (slope below 0.2)");

    public static void Run(ExperimentContext context, List<ExperimentTable> tables, List<ClaimOutcome> outcomes, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        var points = context.Quick ? 300 : 1000;
        int[] exponents = [4, 6, 8, 10, 12, 14, 16];
        var (rows, ratios) = (new List<IReadOnlyList<string>>(), new Dictionary<int, List<double>> { [2] = [], [3] = [] });
        foreach (var exponent in exponents)
        {
            progress?.Report(new($"embedding at spread 2^{exponent}", 0, 0));
            var trees = context.Seeds.Select(seed => Tree(points, exponent, seed)).ToArray();
            var row = new List<string> { $"2^{exponent}" };
            foreach (var dimensions in new[] { 2, 3 })
            {
                cancellation.ThrowIfCancellationRequested();
                var measured = trees.Select(tree => (Distortion: UltrametricEmbedding.Embed(tree, dimensions).Distortion(), Bound: UltrametricEmbedding.LowerBound(tree, dimensions))).ToArray();
                var ratio = new Sample([.. measured.Select(one => one.Distortion / one.Bound)]);
                ratios[dimensions].Add(ratio.Mean);
                row.AddRange([new Sample([.. measured.Select(one => one.Distortion)]).ToString(), new Sample([.. measured.Select(one => one.Bound)]).ToString(), ratio.ToString()]);
            }
            rows.Add(row);
        }
        tables.Add(new($"Ultrametrics of {points} points in space", ["spread", "distortion, 2-D", "lower bound", "ratio", "distortion, 3-D", "lower bound", "ratio"], rows));
        var slopes = ratios.Values.Select(list => LineFit.Of([.. exponents.Select(exponent => (double)exponent)], [.. list.Select(Math.Log2)]).Slope).ToArray();
        outcomes.Add(new(Spread, slopes.All(slope => slope < Polylogarithmic) ? Verdict.Holds : Verdict.Fails, string.Create(CultureInfo.InvariantCulture, $"slopes {slopes[0]:0.000} in 2-D and {slopes[1]:0.000} in 3-D")));
        OnLine(context, points, tables, outcomes, cancellation);
    }

    private static void OnLine(ExperimentContext context, int most, List<ExperimentTable> tables, List<ClaimOutcome> outcomes, CancellationToken cancellation)
    {
        var (rows, line, plane) = (new List<IReadOnlyList<string>>(), new List<double>(), new List<double>());
        int[] counts = [.. Enumerable.Range(0, 5).Select(halved => most >> (4 - halved))];
        foreach (var count in counts)
        {
            cancellation.ThrowIfCancellationRequested();
            var trees = context.Seeds.Select(seed => Tree(count, 4, seed)).ToArray();
            var onLine = new Sample([.. trees.Select(tree => UltrametricEmbedding.OnLine(tree).Distortion())]);
            var ratio = new Sample([.. trees.Select(tree => UltrametricEmbedding.Embed(tree, 2).Distortion() / UltrametricEmbedding.LowerBound(tree, 2))]);
            line.Add(onLine.Mean);
            plane.Add(ratio.Mean);
            rows.Add([$"{count}", onLine.ToString(), ratio.ToString()]);
        }
        tables.Add(new("More points at spread 2^4", ["points", "distortion on a line", "in the plane, over the lower bound"], rows));
        double[] across = [.. counts.Select(count => Math.Log2(count))];
        var (grows, stays) = (LineFit.Of(across, [.. line.Select(Math.Log2)]).Slope, LineFit.Of(across, [.. plane.Select(Math.Log2)]).Slope);
        outcomes.Add(new(Line, grows > Polynomial && stays < Polylogarithmic ? Verdict.Holds : Verdict.Fails, string.Create(CultureInfo.InvariantCulture, $"slope {grows:0.00} on a line, {stays:0.00} in the plane")));
    }

    // Labels halve from level to level. At each level a group splits into two to four parts of random size, or stays together, so often that some last until the end; there all are separated.
    private static UltrametricTree Tree(int points, int levels, ulong seed)
    {
        var chance = new RandomStream(seed, "hst", (ulong)levels);
        var (parents, labels) = (new List<int> { -1 }, new List<double> { Math.ScaleB(1, levels) });
        var work = new Queue<(int Parent, int Points, int Level)>();
        Split(0, points, 0);
        while (work.TryDequeue(out var group))
        {
            var level = group.Level;
            while (level < levels && chance.NextDouble() * levels > LevelsThatSplit)
                level++;
            parents.Add(group.Parent);
            labels.Add(group.Points == 1 ? 0 : Math.ScaleB(1, levels - level));
            if (group.Points > 1)
                Split(parents.Count - 1, group.Points, level);
        }
        return new([.. parents], [.. labels]);

        void Split(int node, int count, int level)
        {
            var parts = level == levels ? count : Math.Min(count, 2 + chance.NextInt(3));
            for (var part = parts; part > 0; part--)
            {
                var own = part == 1 ? count : level == levels ? 1 : 1 + chance.NextInt(Math.Max(1, 2 * (count - part + 1) / part - 1));
                own = Math.Min(own, count - part + 1);
                count -= own;
                work.Enqueue((node, own, level + 1));
            }
        }
    }
}
