using System.Globalization;
using Sparseland.Language.Contextual;
using Sparseland.Progress;

namespace Sparseland.Reproduce.Sirius;

/// <summary>What each setting of the correction does to accepted length, cost and accuracy, one at a time around the usual ones.</summary>
internal static class CorrectionSweeps
{
    public static Claim Share { get; } = new("length-share", "the accepted length grows with the share of neurons, in both modes");

    public static Claim Threshold { get; } = new("length-threshold", "the accepted length falls with the threshold, in both modes");

    public static Claim Period { get; } = new("period-minimum", "over the periods 4, 8, 12, 16, 24 the effective density has its minimum beyond the shortest, in both modes");

    public static Claim Tree { get; } = new("length-tree", "the accepted length does not fall from tree width 1 to 4 to 8 on average (within 0.5 %), in both modes");

    public static Claim Meter { get; } = new("meter", "every effective density is within 2 % of the bytes that were metered");

    public static Claim Rewriting { get; } = new("rewriting", "keeping the sparse model's keys and values instead of rewriting them does not raise accuracy or accepted length by more than their noise (1 point, 1 %), in both modes");

    public static void Run(
        ReasoningBench bench, IReadOnlyDictionary<string, double> keeps, int problems, ExperimentContext context, List<ExperimentTable> tables, List<ClaimOutcome> outcomes,
        List<ContextualStatistics> costs, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        var usual = new SiriusOptions();
        Sweep(Share, "Share of neurons (period 16, threshold 0.1, one draft)", keeps, (mode, keep) =>
            [.. new[] { -0.2, -0.1, 0, 0.1 }.Select(step => Math.Round(keep + step, 2)).Where(share => share is > 0 and < 1).Select(share => (Text($"{share:F1}"), new ContextualOptions { Mode = mode, Keep = share, Correction = usual }))],
            found => Rises(found, cost => cost.AcceptedLength));
        Sweep(Threshold, "Threshold (period 16, one draft)", keeps, (mode, keep) =>
            [.. new[] { 0.01, 0.05, 0.1, 0.3, 0.6 }.Select(threshold => (Text($"{threshold}"), Options(mode, keep, usual with { Threshold = threshold })))],
            found => Rises([.. found.Reverse()], cost => cost.AcceptedLength));
        Sweep(Period, "Period (threshold 0.1, one draft)", keeps, (mode, keep) =>
            [.. new[] { 4, 8, 12, 16, 24 }.Select(period => (Text($"{period}"), Options(mode, keep, usual with { Period = period })))],
            found => found[0].Cost!.EffectiveDensity > found.Min(result => result.Cost!.EffectiveDensity));
        Sweep(Tree, "Tree width (period 16, threshold 0.1)", keeps, (mode, keep) =>
            [.. new[] { 1, 4, 8 }.Select(width => (Text($"{width}"), Options(mode, keep, usual with { TreeWidth = width })))],
            found => Rises(found, cost => cost.AcceptedLength, 0.995));
        Sweep(Rewriting, "Keys and values after a check (period 8, threshold 0.1, one draft)", keeps, (mode, keep) =>
            [("the dense model's", Options(mode, keep, usual with { Period = 8 })), ("the sparse model's stay", Options(mode, keep, usual with { Period = 8, RewritesCache = false }))],
            found => found[1].Accuracy <= found[0].Accuracy + 1 && found[1].Cost!.AcceptedLength <= 1.01 * found[0].Cost!.AcceptedLength);
        var worst = costs.Max(cost => Math.Abs(cost.MeteredDensity / cost.EffectiveDensity - 1));
        outcomes.Add(new ClaimOutcome(Meter, worst <= 0.02 ? Verdict.Holds : Verdict.Fails, Text($"at most {100 * worst:F2} % apart in {costs.Count} runs")));

        void Sweep(
            Claim claim, string title, IReadOnlyDictionary<string, double> shares, Func<string, double, IReadOnlyList<(string Name, ContextualOptions Options)>> settings, Func<IReadOnlyList<Solved>, bool> holds)
        {
            var rows = new List<IReadOnlyList<string>>();
            var faults = new List<string>();
            foreach (var (mode, keep) in shares)
            {
                var found = new List<Solved>();
                foreach (var (name, options) in settings(mode, keep))
                {
                    progress?.Report(new ProgressReport(Text($"{mode}: {claim.Id} {name}"), 0, 0));
                    var results = context.Seeds.Select(seed => bench.Solve(options, seed, problems, cancellation)).ToArray();
                    found.Add(new Solved(results.Average(result => result.Accuracy), ContextualStatistics.Sum([.. results.Select(result => result.Cost!)])));
                    costs.Add(found[^1].Cost!);
                    rows.Add([mode, name, .. Figures(found[^1])]);
                }
                if (!holds(found))
                    faults.Add(mode);
            }
            tables.Add(new ExperimentTable(title, ["mode", "setting", "accuracy", "accepted length", "corrections per 100 tokens", "mean roll-back", "effective density", "metered"], rows));
            outcomes.Add(new ClaimOutcome(claim, faults.Count == 0 ? Verdict.Holds : Verdict.Fails, faults.Count == 0 ? "see the table" : $"not in {string.Join(" and ", faults)}: see the table"));
        }
    }

    private static ContextualOptions Options(string mode, double keep, SiriusOptions correction) => new() { Mode = mode, Keep = keep, Correction = correction };

    private static string[] Figures(Solved found)
    {
        var cost = found.Cost!;
        return [Text($"{found.Accuracy:F1}"), Text($"{cost.AcceptedLength:F2}"), Text($"{100.0 * cost.Corrections / cost.Kept:F2}"),
            Text($"{(cost.Corrections == 0 ? 0 : (double)cost.RollBacks.Sum() / cost.Corrections):F1}"), Text($"{cost.EffectiveDensity:F3}"), Text($"{cost.MeteredDensity:F3}")];
    }

    private static bool Rises(IReadOnlyList<Solved> found, Func<ContextualStatistics, double> figure, double slack = 1) =>
        found.Zip(found.Skip(1)).All(pair => figure(pair.Second.Cost!) >= slack * figure(pair.First.Cost!));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
