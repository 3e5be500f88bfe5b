using Sparseland.Errors;

namespace Sparseland.Trees.Omnitrees;

public sealed unsafe partial class Omnitree
{
    /// <summary>
    /// Carries a plan out, all of it at once. A box gets the level that it has, plus what is planned on the way to it. Where nothing is coarsened every box is cut into exactly that grid; where boxes
    /// that would be united differ in what they get, they stay as fine as the finest of them needs. The new tree is in normal form whatever the old one was.
    /// </summary>
    /// <param name="plan">A plan for this tree.</param>
    /// <exception cref="MismatchException">The plan is for another tree.</exception>
    /// <exception cref="InvalidSettingException">A box would be finer than level 62.</exception>
    /// <exception cref="ResourceLimitException">There would be more nodes than a tree may have.</exception>
    public OmnitreeAdaptation Adapt(OmnitreePlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (!ReferenceEquals(plan.Tree, this))
            throw new MismatchException($"a plan for a tree of {plan.Tree.NodeCount} nodes was given to another of {NodeCount}; make the plan for the tree that is adapted");
        return new OmnitreeRebuild(this).Run(plan);
    }

    /// <summary>Bisects one box in each dimension of a mask.</summary>
    /// <param name="box">0 to <see cref="BoxCount"/> - 1.</param>
    /// <param name="mask">Bit j for dimension j.</param>
    /// <exception cref="InvalidSettingException">The mask names no dimension or one that is not there, or the box would be finer than level 62.</exception>
    public OmnitreeAdaptation Refine(int box, int mask)
    {
        var plan = new OmnitreePlan(this);
        plan.Refine(box, mask);
        return Adapt(plan);
    }

    /// <summary>Takes one node's bisections in the dimensions of a mask back.</summary>
    /// <param name="node">0 to <see cref="NodeCount"/> - 1.</param>
    /// <param name="mask">Bit j for dimension j.</param>
    /// <exception cref="InvalidSettingException">The mask names no dimension or one that is not there.</exception>
    public OmnitreeAdaptation Coarsen(int node, int mask)
    {
        var plan = new OmnitreePlan(this);
        plan.Coarsen(node, mask);
        return Adapt(plan);
    }

    /// <summary>
    /// The same boxes in normal form: no node is left whose children are all bisected in a dimension that it is not bisected in itself. Equal partitions then are equal strings.
    /// </summary>
    public OmnitreeAdaptation Normalize() => Adapt(new(this));

    /// <summary>The cut at a value of a dimension: an omnitree of one dimension less, with the box that each of its boxes was cut from.</summary>
    /// <param name="dimension">Which dimension is cut.</param>
    /// <param name="value">Where, 0 to 1; a bound belongs to the boxes above it.</param>
    /// <exception cref="InvalidSettingException">The value is out of range, or the tree has one dimension.</exception>
    public OmnitreeSlice Slice(int dimension, double value) => OmnitreeSlice.Of(this, dimension, value);
}
