using System.Globalization;
using Sparseland.Progress;
using Sparseland.Trees.Omnitrees;

namespace Sparseland.Reproduce.Omnitrees;

/// <summary>The set of shapes of three dimensions.</summary>
internal static class FittedBodies
{
    private const double LeastMean = 1.3;
    private const double Tie = 0.95;

    public static Claim Fewer { get; } = new("set-boxes", "octree boxes over omnitree boxes at equal error: the geometric mean over six bodies is above 1.3, for every seed");

    public static Claim NeverMore { get; } = new("set-each", "the omnitree needs no more boxes than the octree at equal error on any body (sphere-like and diagonal bodies, which no axis favours: within 5 %), for every seed");

    public static Claim Smaller { get; } = new("set-bits", "the omnitree needs fewer bits at equal error in the geometric mean, though it stores three a node and the octree one");

    public static void Run(ExperimentContext context, List<ExperimentTable> tables, List<ClaimOutcome> outcomes, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        var options = OmnitreesExperiment.Options(context);
        var rows = new List<IReadOnlyList<string>>();
        var (boxes, bits) = (new List<Sample>(), new List<Sample>());
        var faults = new List<string>();
        foreach (var (name, shape, mayTie) in Bodies.Set)
        {
            progress?.Report(new($"fitting {Bodies.Set.Count} bodies", boxes.Count, Bodies.Set.Count, name));
            var pairs = context.Seeds.Select(seed => FittedPair.Of(shape, options with { Seed = seed }, cancellation)).ToArray();
            Sample Over(Func<FittedPair, double> figure) => new([.. pairs.Select(figure)]);
            boxes.Add(Over(pair => pair.BoxRatio));
            bits.Add(Over(pair => pair.BitRatio));
            if (boxes[^1].Values.Any(ratio => !(ratio >= (mayTie ? Tie : 1))))
                faults.Add($"{name}: {boxes[^1]}");
            rows.Add([name, $"{Over(pair => pair.CommonError)}", $"{boxes[^1]}", $"{bits[^1]}", $"{Over(pair => pair.Octree.Slope)}", $"{Over(pair => pair.Omnitree.Slope)}",
                $"{Over(pair => pair.Octree.Curve[^1].InformationDensity)}", $"{Over(pair => pair.Omnitree.Curve[^1].InformationDensity)}"]);
        }
        var (meanBoxes, meanBits) = (Means(boxes, context), Means(bits, context));
        rows.Add(["geometric mean", "", $"{meanBoxes}", $"{meanBits}", "", "", "", ""]);
        tables.Add(new(string.Create(CultureInfo.InvariantCulture, $"Six bodies, {options.Boxes} boxes at most: octree over omnitree at the lowest error that both reach"),
            ["", "error", "boxes", "bits", "slope, octree", "slope, omnitree", "density, octree", "density, omnitree"], rows));
        outcomes.Add(new(Fewer, meanBoxes.Values.All(mean => mean > LeastMean) ? Verdict.Holds : Verdict.Fails, $"{meanBoxes}"));
        outcomes.Add(new(NeverMore, faults.Count == 0 ? Verdict.Holds : Verdict.Fails, faults.Count == 0 ? $"least ratio {boxes.Min(sample => sample.Values.Min()):F3}" : string.Join("; ", faults)));
        outcomes.Add(new(Smaller, meanBits.Values.All(mean => mean > 1) ? Verdict.Holds : Verdict.Fails, $"{meanBits}"));
    }

    private static Sample Means(List<Sample> samples, ExperimentContext context) =>
        new([.. Enumerable.Range(0, context.Seeds.Count).Select(seed => Math.Exp(samples.Average(sample => Math.Log(sample.Values[seed]))))]);
}
