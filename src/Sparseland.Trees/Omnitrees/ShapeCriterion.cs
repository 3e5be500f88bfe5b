namespace Sparseland.Trees.Omnitrees;

/// <summary>Which bisections a fit may choose among, and how it ranks them. The scale of a box is the variance of the indicator in it times its volume.</summary>
public enum ShapeCriterion
{
    /// <summary>All dimensions at once, by scale: quadtrees, octrees, and their like in more dimensions.</summary>
    Octree,

    /// <summary>One dimension, by its first-order Sobol index times the scale; the criterion that the paper evaluates. Bisections in several dimensions arise in the normal form.</summary>
    Omni1,

    /// <summary>One dimension, first the box by its scale, then the dimension by its index.</summary>
    TwoTier,

    /// <summary>Any subset of the dimensions, by the variance that they explain together for each box that is added; from 1 to 6 dimensions.</summary>
    OmniFull,
}
