namespace Sparseland.Trees.Partitions;

/// <summary>Rows along the shorter side, each filled, heaviest first, as long as its rectangles become squarer (Bruls, Huizing and van Wijk 2000): good on average, with no bound.</summary>
internal sealed class SquarifiedMethod : RectangleMethod
{
    /// <inheritdoc/>
    public override string Name => "squarified";

    /// <inheritdoc/>
    public override string Summary => "rectangles; rows filled as long as they become squarer (a baseline)";

    /// <inheritdoc/>
    protected override void Divide(WeightedTree tree, int node, Span<int> children, Rectangle[] rectangles)
    {
        children.Sort((left, right) => tree.Weight(right).CompareTo(tree.Weight(left)) is var order and not 0 ? order : left - right);
        // Sums from the end: those of light children are right to their own precision.
        var after = new double[children.Length + 1];
        for (var i = children.Length - 1; i >= 0; i--)
            after[i] = after[i + 1] + tree.Weight(children[i]);
        var place = rectangles[node];
        for (var start = 0; start < children.Length;)
        {
            var end = RowEnd(tree, children, after, start, place);
            place = Row(tree, children[start..end], after[start], after[end], place, rectangles);
            start = end;
        }
    }

    // With sides long ≥ short and the weight W left, a row of weight s and a child of weight w make a rectangle of sides short·w/s and long·s/W: a ratio of (short·W·w) / (long·s²) or its inverse.
    private static int RowEnd(WeightedTree tree, ReadOnlySpan<int> children, double[] after, int start, Rectangle place)
    {
        var scale = Math.Min(place.Width, place.Height) / Math.Max(place.Width, place.Height) * after[start];
        var (sum, worst, heaviest) = (0.0, double.PositiveInfinity, tree.Weight(children[start]));
        for (var i = start; i < children.Length; i++)
        {
            var weight = tree.Weight(children[i]);
            sum += weight;
            var ratio = Math.Max(scale * heaviest / (sum * sum), sum * sum / (scale * weight));
            if (ratio > worst)
                return i;
            worst = ratio;
        }
        return children.Length;
    }

    private static Rectangle Row(WeightedTree tree, ReadOnlySpan<int> row, double left, double after, Rectangle place, Rectangle[] rectangles)
    {
        var sum = 0.0;
        foreach (var child in row)
            sum += tree.Weight(child);
        var isWide = place.Width >= place.Height;
        var thickness = Math.Max(place.Width, place.Height) * (after > 0 ? sum / left : 1);
        var corner = place.Corner;
        foreach (var child in row)
        {
            var length = Math.Min(place.Width, place.Height) * (tree.Weight(child) / sum);
            rectangles[child] = isWide ? new(corner, thickness, length) : new(corner, length, thickness);
            corner += isWide ? new PlanePoint(0, length) : new PlanePoint(length, 0);
        }
        return isWide ? new(place.Corner + new PlanePoint(thickness, 0), place.Width * (after / left), place.Height)
            : new(place.Corner + new PlanePoint(0, thickness), place.Width, place.Height * (after / left));
    }
}
