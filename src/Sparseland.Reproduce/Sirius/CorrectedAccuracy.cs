using System.Globalization;
using Sparseland.Language.Contextual;
using Sparseland.Progress;

namespace Sparseland.Reproduce.Sirius;

/// <summary>Dense, sparse and corrected accuracy of a mode at a share where sparsity hurts, on problems and on plain stories.</summary>
internal static class CorrectedAccuracy
{
    private const double WantedLoss = 30;
    private static readonly double[] Keeps = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1];

    public static Claim Order(string mode) => new($"order-{mode}", $"{mode}: accuracy on reasoning problems: full > Sirius > sparse, at a share of neurons where sparse loses 10 to 50 points");

    public static Claim Recovery(string mode) => new($"recovery-{mode}", $"{mode}: Sirius recovers at least 60 % of the lost points at an effective density below 0.95");

    public static Claim Stories(string mode) => new($"stories-{mode}", $"{mode}: plain text loses far less than reasoning: at most half the points");

    /// <summary>The share whose loss on problems of their own, which no table shows, is nearest to thirty points.</summary>
    public static double ChooseKeep(ReasoningBench bench, string mode, int problems, List<IReadOnlyList<string>> rows, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        var dense = bench.Solve(null, 0, problems, cancellation).Accuracy;
        var (best, distance) = (Keeps[0], double.MaxValue);
        foreach (var keep in Keeps)
        {
            progress?.Report(new ProgressReport(Text($"{mode}: share {keep}"), 0, 0));
            var accuracy = bench.Solve(new ContextualOptions { Mode = mode, Keep = keep }, 0, problems, cancellation).Accuracy;
            rows.Add([mode, Text($"{keep:F1}"), Text($"{bench.ShareOf(mode, keep):F3}"), Text($"{dense:F1}"), Text($"{accuracy:F1}")]);
            if (Math.Abs(dense - accuracy - WantedLoss) < distance)
                (best, distance) = (keep, Math.Abs(dense - accuracy - WantedLoss));
            // Far below the wanted loss nothing is left to look for.
            if (accuracy < dense / 4)
                break;
        }
        return best;
    }

    public static void Run(
        ReasoningBench bench, string mode, double keep, int treeWidth, (int Problems, int Stories) size, ExperimentContext context, List<IReadOnlyList<string>> rows, List<ClaimOutcome> outcomes,
        List<ContextualStatistics> costs, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        var sparse = new ContextualOptions { Mode = mode, Keep = keep };
        var ways = new[] { null, sparse, sparse with { Correction = new SiriusOptions { TreeWidth = treeWidth } } };
        var solved = ways.Select((way, index) => context.Seeds.Select(seed =>
        {
            progress?.Report(new ProgressReport(Text($"{mode}: way {index + 1} of 3, seed {seed}"), 0, 0));
            return bench.Solve(way, seed, size.Problems, cancellation);
        }).ToArray()).ToArray();
        var stories = ways[..2].Select(way => new Sample([.. context.Seeds.Select(seed => bench.Continue(way, seed, size.Stories, cancellation))])).ToArray();
        var (full, alone, corrected) = (Accuracies(solved[0]), Accuracies(solved[1]), Accuracies(solved[2]));
        var cost = ContextualStatistics.Sum([.. solved[2].Select(result => result.Cost!)]);
        costs.AddRange([ContextualStatistics.Sum([.. solved[1].Select(result => result.Cost!)]), cost]);
        var lost = full.Mean - alone.Mean;
        var recovered = (corrected.Mean - alone.Mean) / lost;
        rows.Add([mode, Text($"{keep:F1}"), full.ToString(), Text($"{alone} ({costs[^2].EffectiveDensity:F3})"), Text($"{corrected} (tree {treeWidth})"),
            Text($"{cost.AcceptedLength:F2}"), Text($"{cost.EffectiveDensity:F3}"), Text($"{cost.MeteredDensity:F3}"), Text($"{100 * recovered:F0} %"), Text($"{stories[0]} / {stories[1]}")]);
        var ordered = alone.IsBelow(corrected) && corrected.IsBelow(full);
        Judge(Order(mode), ordered && lost is >= 10 and <= 50, Text($"full {full}, Sirius {corrected}, sparse {alone} at share {keep:F1}{(ordered ? ", for every seed" : "")}"), outcomes);
        Judge(Recovery(mode), recovered >= 0.6 && cost.EffectiveDensity < 0.95, Text($"{100 * recovered:F0} % of {lost:F1} points at {cost.EffectiveDensity:F3}"), outcomes);
        var lostInStories = stories[0].Mean - stories[1].Mean;
        Judge(Stories(mode), lostInStories <= lost / 2, Text($"next token right {stories[0]} full, {stories[1]} sparse: {lostInStories:F1} points against {lost:F1}"), outcomes);
    }

    private static Sample Accuracies(Solved[] results) => new([.. results.Select(result => result.Accuracy)]);

    private static void Judge(Claim claim, bool holds, string evidence, List<ClaimOutcome> outcomes) => outcomes.Add(new ClaimOutcome(claim, holds ? Verdict.Holds : Verdict.Fails, evidence));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
