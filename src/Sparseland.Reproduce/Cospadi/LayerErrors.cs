using System.Globalization;
using Sparseland.Progress;
using Sparseland.Recipes;

namespace Sparseland.Reproduce.Cospadi;

/// <summary>Errors of a synthetic layer's output under factors of equal bytes.</summary>
internal static class LayerErrors
{
    private const double SmallestRatio = 1.4;
    private const double SmallestPlantedRatio = 1.8;

    private static readonly (string Name, MethodChoice Update)[] Methods =
    [
        ("SVD", MethodChoice.Parse("svd:calibrated=false")), ("data-aware SVD", MethodChoice.Parse("svd")),
        ("dictionary of the weights alone", MethodChoice.Parse("dictionary:calibrated=false,iterations=15")), ("CoSpaDi", MethodChoice.Parse("dictionary:iterations=15")),
    ];

    private static readonly (bool Planted, double Saved)[] Cases = [(false, 0.3), (true, 0.5), (false, 0.2), (false, 0.5), (true, 0.3)];

    public static Claim Gain { get; } = new("layer-gain", "layer error, synthetic, equal bytes: CoSpaDi is below data-aware SVD for every seed, by a factor of 1.4 or more on normal weights and 1.8 or more on planted subspaces");

    public static Claim Aware { get; } = new("layer-aware", "layer error, synthetic, equal bytes: data-aware SVD is below SVD");

    public static void Run(ExperimentContext context, List<ExperimentTable> tables, List<ClaimOutcome> outcomes, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        var rows = new List<IReadOnlyList<string>>();
        var (gain, aware) = (new List<string>(), new List<string>());
        var (smallest, smallestPlanted) = (double.PositiveInfinity, double.PositiveInfinity);
        foreach (var (planted, saved) in context.Quick ? Cases.AsSpan(0, 2) : Cases)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{(planted ? "planted subspaces" : "normal weights")}, {100 * saved:0} % saved");
            progress?.Report(new ProgressReport($"layer errors: {name}", rows.Count, 0));
            var layers = context.Seeds.Select(seed => new SyntheticLayer(seed, planted)).ToArray();
            var samples = Methods.Select(method => new Sample([.. layers.Select(layer => layer.Error(method.Update, saved, cancellation))])).ToArray();
            rows.Add([name, .. samples.Select(sample => sample.ToString())]);
            var ratio = samples[1].Values.Zip(samples[3].Values, (svd, dictionary) => svd / dictionary).Min();
            if (planted)
                smallestPlanted = Math.Min(smallestPlanted, ratio);
            else
                smallest = Math.Min(smallest, ratio);
            if (!(ratio >= (planted ? SmallestPlantedRatio : SmallestRatio)))
                gain.Add(string.Create(CultureInfo.InvariantCulture, $"{name}: {ratio:F2}"));
            if (!samples[1].IsBelow(samples[0]))
                aware.Add(name);
        }
        tables.Add(new ExperimentTable("Relative squared output error of one layer (64 correlated inputs, 256 outputs, bf16, 15 iterations)", ["", .. Methods.Select(method => method.Name)], rows));
        outcomes.Add(new ClaimOutcome(Gain, gain.Count == 0 ? Verdict.Holds : Verdict.Fails,
            gain.Count == 0 ? string.Create(CultureInfo.InvariantCulture, $"the smallest factor is {smallest:F2} on normal weights and {smallestPlanted:F2} on planted subspaces") : string.Join("; ", gain)));
        outcomes.Add(new ClaimOutcome(Aware, aware.Count == 0 ? Verdict.Holds : Verdict.Fails, aware.Count == 0 ? "for every seed" : $"not for {string.Join(", ", aware)}"));
    }
}
