using Sparseland.Trees.Omnitrees;

namespace Sparseland.Reproduce.Omnitrees;

/// <summary>A body fitted by octree and omnitree, and how their curves compare where both have come to the same error.</summary>
/// <param name="Octree">All dimensions at once.</param>
/// <param name="Omnitree">One dimension at a time.</param>
internal sealed record FittedPair(ShapeFitResult Octree, ShapeFitResult Omnitree)
{
    /// <summary>The lowest error that both reach.</summary>
    public double CommonError => Math.Max(Octree.Curve.Min(step => step.Error), Omnitree.Curve.Min(step => step.Error));

    /// <summary>Boxes of the octree over those of the omnitree at that error.</summary>
    public double BoxRatio => Octree.BoxesAt(CommonError) / Omnitree.BoxesAt(CommonError);

    /// <summary>Bits of the octree, at one a node, over those of the omnitree, at d a node, occupancies included, at that error.</summary>
    public double BitRatio => Octree.BitsAt(CommonError) / Omnitree.BitsAt(CommonError);

    /// <summary>The omnitree's rate of convergence over the octree's.</summary>
    public double RateRatio => Omnitree.Slope / Octree.Slope;

    public static FittedPair Of(IShapeIndicator body, ShapeFitOptions options, CancellationToken cancellation) =>
        new(ShapeFit.Grow(body, options with { Criterion = ShapeCriterion.Octree }, null, cancellation), ShapeFit.Grow(body, options with { Criterion = ShapeCriterion.Omni1 }, null, cancellation));
}
