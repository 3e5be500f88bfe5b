namespace Sparseland.Trees.Partitions;

/// <summary>
/// Divides a box among weighted items. While no item has more than 1 − ε^d of the weight, the items go into two groups as balanced as can be (heaviest first, to the lighter group) and the box is cut across
/// its longest side: no loss, and no side becomes shorter than ε^d of the longest. Where one item dominates, the others, with the share δ below ε^d of the volume V, get a box of sides min(τ, ℓ_j) with
/// exactly the volume δV in a slab of thickness τ at the end of the longest side ℓ, and the dominant item the rest. If m sides are shorter than τ, τ^(d−m) = δ · (product of the longer sides) ≤ δ ℓ^(d−m): the
/// dominant item loses at most τ / ℓ ≤ δ^(1/d), less than ε, and then it is done. Not thread-safe.
/// </summary>
/// <param name="dimensions">The dimension.</param>
/// <param name="epsilon">What an item may lose.</param>
/// <param name="weights">Weights by item.</param>
/// <param name="lower">Gets the lower corners, by item.</param>
/// <param name="sides">Gets the sides, by item.</param>
internal sealed class SlackSplitter(int dimensions, double epsilon, double[] weights, double[] lower, double[] sides)
{
    private readonly double _leastShare = Math.Pow(epsilon, dimensions);
    private readonly Stack<(int Start, int Count, Box Box)> _work = [];
    private int[] _second = new int[16];

    private readonly record struct Box(double[] Lower, double[] Sides);

    /// <summary>Divides a box.</summary>
    /// <param name="items">Items with weights above zero, from the heaviest to the lightest; they are reordered.</param>
    /// <param name="corner">The box's lower corner.</param>
    /// <param name="extent">Its sides.</param>
    public void Split(Span<int> items, ReadOnlySpan<double> corner, ReadOnlySpan<double> extent)
    {
        if (items.IsEmpty)
            return;
        if (_second.Length < items.Length)
            _second = new int[items.Length];
        _work.Push((0, items.Length, new(corner.ToArray(), extent.ToArray())));
        while (_work.TryPop(out var part))
        {
            var group = items.Slice(part.Start, part.Count);
            if (group.Length == 1)
            {
                part.Box.Lower.CopyTo(lower, group[0] * dimensions);
                part.Box.Sides.CopyTo(sides, group[0] * dimensions);
                continue;
            }
            var rest = Sum(group[1..]);
            var share = rest / (weights[group[0]] + rest);
            if (share >= _leastShare)
                Cut(part, group);
            else
                SetAside(part, share);
        }
    }

    private void Cut((int Start, int Count, Box Box) part, Span<int> group)
    {
        var (first, second, ones, others) = (0.0, 0.0, 0, 0);
        foreach (var item in group)
        {
            if (first <= second)
            {
                group[ones++] = item;
                first += weights[item];
            }
            else
            {
                _second[others++] = item;
                second += weights[item];
            }
        }
        _second.AsSpan(0, others).CopyTo(group[ones..]);
        var axis = TensorPrimitives.IndexOfMax<double>(part.Box.Sides);
        var length = part.Box.Sides[axis];
        var (near, far) = (length * (first / (first + second)), length * (second / (first + second)));
        _work.Push((part.Start + ones, others, With(part.Box, axis, part.Box.Lower[axis] + near, far)));
        _work.Push((part.Start, ones, With(part.Box, axis, part.Box.Lower[axis], near)));
    }

    private void SetAside((int Start, int Count, Box Box) part, double share)
    {
        var thickness = Thickness(part.Box.Sides, share);
        var axis = TensorPrimitives.IndexOfMax<double>(part.Box.Sides);
        var length = part.Box.Sides[axis];
        var others = With(part.Box, axis, part.Box.Lower[axis] + (length - thickness), thickness);
        for (var i = 0; i < dimensions; i++)
            others.Sides[i] = Math.Min(others.Sides[i], thickness);
        _work.Push((part.Start + 1, part.Count - 1, others));
        _work.Push((part.Start, 1, With(part.Box, axis, part.Box.Lower[axis], length * (1 - thickness / length))));
    }

    /// <summary>The τ at which the product of min(τ, side) is a given share of the volume.</summary>
    internal static double Thickness(ReadOnlySpan<double> sides, double share)
    {
        Span<double> sorted = stackalloc double[sides.Length];
        sides.CopyTo(sorted);
        sorted.Sort();
        var longer = share;
        foreach (var side in sorted)
            longer *= side;
        for (var shorter = 0; shorter < sorted.Length; shorter++)
        {
            var thickness = Math.Pow(longer, 1.0 / (sorted.Length - shorter));
            if (thickness <= sorted[shorter] || shorter == sorted.Length - 1)
                return thickness;
            longer /= sorted[shorter];
        }
        return sorted[^1];
    }

    private static Box With(Box box, int axis, double corner, double side)
    {
        var (changedLower, changedSides) = ((double[])box.Lower.Clone(), (double[])box.Sides.Clone());
        (changedLower[axis], changedSides[axis]) = (corner, side);
        return new(changedLower, changedSides);
    }

    private double Sum(ReadOnlySpan<int> items)
    {
        var sum = 0.0;
        foreach (var item in items)
            sum += weights[item];
        return sum;
    }
}
