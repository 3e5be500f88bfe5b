namespace Sparseland.Trees.Omnitrees;

/// <summary>Slices of one tree along one dimension, each made once: between two neighbouring bounds of boxes all slices are the same. Thread-safe.</summary>
public sealed class OmnitreeSlices
{
    private readonly Omnitree _tree;
    private readonly int _dimension;
    private readonly double[] _bounds;
    private readonly OmnitreeSlice?[] _slices;

    /// <summary>Finds the bounds; makes no slice yet.</summary>
    /// <param name="tree">A tree of at least two dimensions.</param>
    /// <param name="dimension">The dimension that is cut.</param>
    public OmnitreeSlices(Omnitree tree, int dimension)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentOutOfRangeException.ThrowIfNegative(dimension);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(dimension, tree.Dimensions);
        (_tree, _dimension) = (tree, dimension);
        _bounds = [.. tree.Boxes().Select(box => box.Minimum(dimension)).Distinct().Order()];
        _slices = new OmnitreeSlice?[_bounds.Length];
    }

    /// <summary>Where slices change: the lower bound of each interval, ascending from 0.</summary>
    public ReadOnlySpan<double> Bounds => _bounds;

    /// <summary>The slice at a value.</summary>
    /// <param name="value">0 to 1.</param>
    /// <exception cref="Errors.InvalidSettingException">The value is out of range, or the tree has one dimension.</exception>
    public OmnitreeSlice At(double value)
    {
        var interval = Array.BinarySearch(_bounds, value);
        if (interval < 0)
            interval = Math.Max(0, ~interval - 1);
        return value >= 0 && value <= 1 ? _slices[interval] ??= _tree.Slice(_dimension, value) : _tree.Slice(_dimension, value);
    }
}
