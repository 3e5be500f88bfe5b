using System.Globalization;
using Sparseland.Masks;
using Sparseland.Progress;

namespace Sparseland.Reproduce.Owl;

/// <summary>Errors of one synthetic layer's output under every score and update.</summary>
internal static class LayerErrors
{
    private const double SmallestRatio = 1.5;

    private static readonly (string Name, string Score, string Update)[] Methods =
        [("magnitude", "magnitude", "none"), ("Wanda", "wanda", "none"), ("Wanda mask + OBS", "wanda", "obs"), ("SparseGPT", "sparsegpt", "obs")];

    private static readonly (string Name, Pattern Pattern, double Sparsity)[] Cases =
        [("50 %", Pattern.Unstructured, 0.5), ("70 %", Pattern.Unstructured, 0.7), ("2:4", new NofMPattern(2, 4), 0.5)];

    public static Claim Order { get; } = new("layer-order", "layer error, synthetic: magnitude > Wanda > Wanda mask + OBS > SparseGPT, in this order for every seed, the means apart by a factor of 1.5 or more (unstructured 50 % and 70 %)");

    public static Claim Bound { get; } = new("layer-bound", "layer error, synthetic: least squares on SparseGPT's mask <= SparseGPT < Wanda, at 2:4 too");

    public static void Run(ExperimentContext context, List<ExperimentTable> tables, List<ClaimOutcome> outcomes, IProgress<ProgressReport>? progress)
    {
        var layers = context.Seeds.Select(seed => new SyntheticLayer(seed)).ToArray();
        var rows = new List<IReadOnlyList<string>>();
        var (order, bound) = (new List<string>(), new List<string>());
        var smallest = double.PositiveInfinity;
        foreach (var (name, pattern, sparsity) in Cases)
        {
            progress?.Report(new ProgressReport($"layer errors at {name}", 0, 0));
            var samples = Methods.Select(method => new Sample([.. layers.Select(layer => layer.Error(method.Score, method.Update, pattern, sparsity))])).ToArray();
            var least = new Sample([.. layers.Select(layer => layer.LeastSquaresError(pattern, sparsity))]);
            rows.Add([name, .. samples.Select(sample => sample.ToString()), least.ToString()]);
            for (var i = 1; i < samples.Length && pattern is UnstructuredPattern; i++)
            {
                var ratio = samples[i - 1].Mean / samples[i].Mean;
                smallest = Math.Min(smallest, ratio);
                if (ratio < SmallestRatio || !samples[i].IsBelow(samples[i - 1]))
                    order.Add(string.Create(CultureInfo.InvariantCulture, $"{Methods[i - 1].Name} / {Methods[i].Name} at {name} is {ratio:F2}"));
            }
            if (!least.IsBelow(samples[3], 1 + 1e-6) || !samples[3].IsBelow(samples[1]))
                bound.Add(name);
        }
        tables.Add(new ExperimentTable("Relative squared output error of one layer (128 correlated inputs, 64 outputs)", ["", .. Methods.Select(method => method.Name), "least squares on SparseGPT's mask"], rows));
        outcomes.Add(new ClaimOutcome(Order, order.Count == 0 ? Verdict.Holds : Verdict.Fails,
            order.Count == 0 ? string.Create(CultureInfo.InvariantCulture, $"the smallest ratio between neighbours is {smallest:F2}") : string.Join("; ", order)));
        outcomes.Add(new ClaimOutcome(Bound, bound.Count == 0 ? Verdict.Holds : Verdict.Fails, bound.Count == 0 ? "for every seed" : $"not at {string.Join(", ", bound)}"));
    }
}
