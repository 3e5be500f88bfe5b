using System.Globalization;
using Sparseland.Trees.Omnitrees;

namespace Sparseland.Reproduce.Omnitrees;

/// <summary>The axis-aligned slab, for which the gain can be calculated: an octree needs four times the boxes for half the error, an omnitree one box more.</summary>
internal static class SlabBoxes
{
    private const double Goal = 1 / 256.0;
    private const int OctreeBoxes = 40_000;

    public static Claim Claim { get; } = new("slab", "slab x < 1/3: at error 2^-8 the omnitree needs at least ten times fewer boxes than the octree; the octree's error falls with boxes to the power -1/2");

    public static void Run(ExperimentContext context, List<ExperimentTable> tables, List<ClaimOutcome> outcomes, CancellationToken cancellation)
    {
        // The error is known: a third of a layer, or two thirds, at each level. Few samples find it.
        var options = new ShapeFitOptions { BaseSize = 32, ErrorSamples = 1 << 18, Seed = context.Seeds[0] };
        var octree = ShapeFit.Grow(Bodies.Slab, options with { Boxes = OctreeBoxes, Criterion = ShapeCriterion.Octree }, null, cancellation);
        var omnitree = ShapeFit.Grow(Bodies.Slab, options with { Boxes = 12 }, null, cancellation);
        var (many, few) = (octree.BoxesAt(Goal), omnitree.BoxesAt(Goal));
        tables.Add(new("Slab x < 1/3, boxes at error 2^-8", ["octree", "omnitree", "ratio", "slope, octree"],
            [[Number(many), Number(few), Number(many / few), octree.Slope.ToString("F3", CultureInfo.InvariantCulture)]]));
        outcomes.Add(new(Claim, many / few >= 10 && octree.Slope is > -0.6 and < -0.4 ? Verdict.Holds : Verdict.Fails, $"{Number(many)} and {Number(few)} boxes, slope {octree.Slope.ToString("F3", CultureInfo.InvariantCulture)}"));
    }

    private static string Number(double value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
