using System.Globalization;

namespace Sparseland.Reproduce.Tyr;

/// <summary>What the local pruner does to the output of one layer.</summary>
internal static class LayerErrors
{
    private const double SmallestRatio = 3;
    private const int Wanda = 0, OneRound = 2, Rounds = 3;

    private static readonly (string Name, string Score, string Update)[] Ways =
    [
        ("Wanda", "wanda", "none"), ("Wanda, solved", "wanda", "solve"), ("one round", "obs:rounds=1", "solve"), ("16 rounds", "obs:rounds=16", "solve"), ("one at a time", "obs", "solve"),
        ("one round, first order added", "obs:rounds=1,saliency=first-plus-second", "solve"), ("16 rounds, first order added", "obs:rounds=16,saliency=first-plus-second", "solve"),
        ("one at a time, first order added", "obs:saliency=first-plus-second", "solve"),
    ];

    private static readonly (string Name, int Count, int Keep)[] Cases = [("96 of 128 neurons", CorrelatedLayer.Inputs, 96), ("64 of 128 neurons", CorrelatedLayer.Inputs, 64), ("4 of 8 heads", 8, 4)];

    public static Claim Ratio { get; } = new("layer-ratio", "layer error, synthetic: greedy removal in 16 rounds with least squares has at most a third of the error of Wanda for structures, in every case and for every seed");

    public static Claim MoreRounds { get; } = new("layer-rounds", "layer error, synthetic, 64 of 128 neurons: 16 rounds are below one");

    public static void Run(ExperimentContext context, List<ExperimentTable> tables, List<ClaimOutcome> outcomes, CancellationToken cancellation)
    {
        var layers = context.Seeds.Select(seed => new CorrelatedLayer(seed)).ToArray();
        var rows = new List<IReadOnlyList<string>>();
        var smallest = double.PositiveInfinity;
        var rounds = "";
        foreach (var (name, count, keep) in Cases)
        {
            cancellation.ThrowIfCancellationRequested();
            var samples = Ways.Select(way => new Sample([.. layers.Select(layer => layer.Error(way.Score, way.Update, count, keep))])).ToArray();
            rows.Add([name, .. samples.Select(sample => sample.ToString())]);
            smallest = Math.Min(smallest, samples[Wanda].Values.Zip(samples[Rounds].Values, (wanda, mine) => wanda / mine).Min());
            if (keep == 64)
            {
                rounds = $"{samples[Rounds]} against {samples[OneRound]}";
                outcomes.Add(new ClaimOutcome(MoreRounds, samples[Rounds].IsBelow(samples[OneRound]) ? Verdict.Holds : Verdict.Fails, rounds));
            }
        }
        tables.Add(new ExperimentTable("Relative squared output error of one layer (128 correlated inputs, 64 outputs)", ["what stays", .. Ways.Select(way => way.Name)], rows));
        outcomes.Add(new ClaimOutcome(Ratio, smallest >= SmallestRatio ? Verdict.Holds : Verdict.Fails, string.Create(CultureInfo.InvariantCulture, $"the smallest ratio is {smallest:F2}")));
    }
}
