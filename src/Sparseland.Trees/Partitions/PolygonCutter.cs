namespace Sparseland.Trees.Partitions;

/// <summary>Where a straight cut crosses a convex polygon: behind which corners, and at which points.</summary>
/// <param name="RightFrom">The last corner below the cut on the right chain.</param>
/// <param name="LeftFrom">The last corner below it on the left chain.</param>
/// <param name="Anchor">The corner of the smaller piece that is farthest from the cut; crossings and pieces are counted from it, so that a tiny piece keeps all its digits.</param>
/// <param name="Right">The crossing on the right.</param>
/// <param name="Left">The crossing on the left.</param>
/// <param name="IsTurned">Whether below and above were exchanged: then the first piece lies above.</param>
internal readonly record struct PolygonCut(int RightFrom, int LeftFrom, PlanePoint Anchor, PlanePoint Right, PlanePoint Left, bool IsTurned);

/// <summary>
/// Cuts convex polygons along a direction so that the pieces have areas in a given proportion, exactly and without iteration: between two neighbouring heights of corners the area below a line is
/// quadratic in the line's height. Linear in the number of corners. Keeps scratch memory: not thread-safe.
/// </summary>
internal sealed class PolygonCutter
{
    // Corners nearer to each other than this share of the area's root are one.
    private const double Coincident = 1e-15;

    private double[] _heights = new double[32];
    private double[] _across = new double[32];

    /// <summary>Finds the cut.</summary>
    /// <param name="polygon">Corners, at least three.</param>
    /// <param name="direction">Along the cut, of length 1; the first piece lies to its right, which is below when it points to the right and Y goes up.</param>
    /// <param name="first">The weight of the first piece, above zero.</param>
    /// <param name="second">The weight of the other, above zero.</param>
    /// <param name="area">The polygon's area.</param>
    public PolygonCut Find(ReadOnlySpan<PlanePoint> polygon, PlanePoint direction, double first, double second, double area)
    {
        // The smaller piece is measured, so that it is right to its own precision and not to that of the whole.
        var turned = first > second;
        if (turned)
            (direction, first, second) = (-direction, second, first);
        var (lowest, highest) = Project(polygon, direction);
        var (target, done) = (area * (first / (first + second)), 0.0);
        var (right, left) = (lowest, lowest);
        var (anchor, height, atRight, atLeft) = (polygon[lowest], 0.0, 0.0, 0.0);
        while (true)
        {
            var nextRight = right + 1 == polygon.Length ? 0 : right + 1;
            var nextLeft = left == 0 ? polygon.Length - 1 : left - 1;
            var top = Math.Max(height, Math.Min(_heights[nextRight], _heights[nextLeft]));
            var (rightTop, leftTop) = (Across(right, nextRight, top), Across(left, nextLeft, top));
            var (below, above) = (Math.Max(atRight - atLeft, 0), Math.Max(rightTop - leftTop, 0));
            var slab = (top - height) * (below + above) / 2;
            var (rightEnds, leftEnds) = (_heights[nextRight] <= top, _heights[nextLeft] <= top);
            // Rounding may leave the target just above the last sum: then the last slab is the one.
            if (done + slab >= target || rightEnds && nextRight == highest || leftEnds && nextLeft == highest)
            {
                var level = height + (top - height) * Share(below, above, (target - done) / (top - height));
                return new(right, left, anchor, Crossing(polygon, right, nextRight, level, anchor), Crossing(polygon, left, nextLeft, level, anchor), turned);
            }
            (done, height, atRight, atLeft) = (done + slab, top, rightTop, leftTop);
            if (rightEnds)
                right = nextRight;
            if (leftEnds)
                left = nextLeft;
        }
    }

    /// <summary>Writes a piece of a cut polygon, counted from the cut's anchor.</summary>
    /// <param name="polygon">The polygon that was cut.</param>
    /// <param name="cut">The cut.</param>
    /// <param name="first">Whether the first piece is wanted, or the second.</param>
    /// <param name="area">The piece's area.</param>
    /// <param name="destination">Room for two corners more than the polygon has.</param>
    /// <returns>The number of corners.</returns>
    public static int Piece(ReadOnlySpan<PlanePoint> polygon, PolygonCut cut, bool first, double area, Span<PlanePoint> destination)
    {
        var least = Coincident * Coincident * area;
        var isBelow = first != cut.IsTurned;
        var count = 0;
        destination[count++] = isBelow ? cut.Left : cut.Right;
        var from = isBelow ? cut.LeftFrom : (cut.RightFrom + 1) % polygon.Length;
        var to = isBelow ? cut.RightFrom : (cut.LeftFrom + polygon.Length - 1) % polygon.Length;
        for (var corner = from; ; corner = (corner + 1) % polygon.Length)
        {
            var next = polygon[corner] - cut.Anchor;
            if ((next - destination[count - 1]).LengthSquared > least)
                destination[count++] = next;
            if (corner == to)
                break;
        }
        var end = isBelow ? cut.Right : cut.Left;
        if ((end - destination[count - 1]).LengthSquared > least)
            destination[count++] = end;
        return (destination[count - 1] - destination[0]).LengthSquared > least ? count : Math.Max(count - 1, 1);
    }

    // How far up a slab whose widths grow from below to above (per unit of height) the area reaches a target: the root of below·u + (above − below)·u²/2 = target, in the form that never cancels.
    internal static double Share(double below, double above, double target)
    {
        var root = Math.Sqrt(Math.Max(below * below + 2 * (above - below) * target, 0));
        var share = 2 * target / (below + root);
        return share > 0 ? Math.Min(share, 1) : 0;
    }

    // Heights over the lowest corner and places along the cut.
    private (int Lowest, int Highest) Project(ReadOnlySpan<PlanePoint> polygon, PlanePoint direction)
    {
        if (_heights.Length < polygon.Length)
            (_heights, _across) = (new double[2 * polygon.Length], new double[2 * polygon.Length]);
        var (lowest, least) = (0, double.PositiveInfinity);
        for (var i = 0; i < polygon.Length; i++)
        {
            var height = PlanePoint.Cross(direction, polygon[i]);
            if (height < least)
                (lowest, least) = (i, height);
        }
        var (highest, most) = (lowest, 0.0);
        for (var i = 0; i < polygon.Length; i++)
        {
            var offset = polygon[i] - polygon[lowest];
            _heights[i] = PlanePoint.Cross(direction, offset);
            _across[i] = PlanePoint.Dot(direction, offset);
            if (_heights[i] > most)
                (highest, most) = (i, _heights[i]);
        }
        return (lowest, highest);
    }

    private double Across(int from, int to, double height)
    {
        var rise = _heights[to] - _heights[from];
        return _heights[to] <= height || rise <= 0 ? _across[to] : _across[from] + (_across[to] - _across[from]) * ((height - _heights[from]) / rise);
    }

    private PlanePoint Crossing(ReadOnlySpan<PlanePoint> polygon, int from, int to, double height, PlanePoint anchor)
    {
        var rise = _heights[to] - _heights[from];
        return rise > 0 ? polygon[from] - anchor + (polygon[to] - polygon[from]) * Math.Clamp((height - _heights[from]) / rise, 0, 1) : polygon[to] - anchor;
    }
}
