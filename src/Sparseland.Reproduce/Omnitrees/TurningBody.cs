using System.Globalization;
using Sparseland.Progress;

namespace Sparseland.Reproduce.Omnitrees;

/// <summary>A tetrahedron that turns: four dimensions, against the tree of sixteen children.</summary>
internal static class TurningBody
{
    public static Claim Claim { get; } = new("turning", "tetrahedron turning about (1, 1, 1), four dimensions: the omnitree needs fewer boxes than the 16-tree at equal error, for every seed");

    public static void Run(ExperimentContext context, List<ExperimentTable> tables, List<ClaimOutcome> outcomes, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        progress?.Report(new("fitting the turning tetrahedron", 0, 0));
        var options = OmnitreesExperiment.Options(context);
        var pairs = context.Seeds.Select(seed => FittedPair.Of(Bodies.TurningTetrahedron, options with { Seed = seed }, cancellation)).ToArray();
        Sample Over(Func<FittedPair, double> figure) => new([.. pairs.Select(figure)]);
        var ratio = Over(pair => pair.BoxRatio);
        tables.Add(new(string.Create(CultureInfo.InvariantCulture, $"Turning tetrahedron, {options.Boxes} boxes at most"), ["error", "boxes, 16-tree over omnitree", "bits", "slope, 16-tree", "slope, omnitree"],
            [[$"{Over(pair => pair.CommonError)}", $"{ratio}", $"{Over(pair => pair.BitRatio)}", $"{Over(pair => pair.Octree.Slope)}", $"{Over(pair => pair.Omnitree.Slope)}"]]));
        outcomes.Add(new(Claim, ratio.Values.All(value => value > 1) ? Verdict.Holds : Verdict.Fails, $"ratio {ratio}"));
    }
}
