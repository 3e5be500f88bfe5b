namespace Sparseland.Trees.Partitions;

/// <summary>The directions of a polygon's edges as angles modulo π, in order. Keeps its memory: not thread-safe.</summary>
internal sealed class EdgeDirections
{
    // An edge shorter than this share of the longest one has no direction but noise.
    private const double Degenerate = 1e-10;

    private double[] _angles = new double[16];
    private int _count;

    /// <summary>Reads the directions of a polygon.</summary>
    public void Read(ReadOnlySpan<PlanePoint> polygon)
    {
        if (_angles.Length < polygon.Length)
            _angles = new double[2 * polygon.Length];
        var (longest, last) = (0.0, polygon[^1]);
        foreach (var corner in polygon)
        {
            longest = Math.Max(longest, (corner - last).LengthSquared);
            last = corner;
        }
        _count = 0;
        foreach (var corner in polygon)
        {
            var edge = corner - last;
            last = corner;
            if (edge.LengthSquared > Degenerate * Degenerate * longest)
                Insert(Math.Atan2(edge.Y, edge.X));
        }
    }

    /// <summary>The middle of the widest gap between neighbouring directions, the gap between the last and the first included.</summary>
    public double MiddleOfWidestGap()
    {
        // A polygon so small that its edges have no length in double precision.
        if (_count == 0)
            return 0;
        var (widest, middle) = (_angles[0] + Math.PI - _angles[_count - 1], (_angles[0] + Math.PI + _angles[_count - 1]) / 2);
        for (var i = 1; i < _count; i++)
        {
            var gap = _angles[i] - _angles[i - 1];
            // Of gaps that are equal but for rounding the first is taken, so that the picture does not hang on the last bit.
            if (gap > widest * (1 + 1e-9))
                (widest, middle) = (gap, (_angles[i] + _angles[i - 1]) / 2);
        }
        return Modulo(middle);
    }

    /// <summary>The least angle between a direction and an edge's, 0 to π/2.</summary>
    public double Distance(double angle)
    {
        var least = Math.PI;
        foreach (var other in _angles.AsSpan(0, _count))
        {
            var apart = Math.Abs(angle - other);
            least = Math.Min(least, Math.Min(apart, Math.PI - apart));
        }
        return least;
    }

    // Edges come in the order of their angles but for two places, and there are few: insertion is the fastest way to sort them.
    private void Insert(double angle)
    {
        // A tiny negative angle rounds to π itself.
        angle = angle < 0 ? angle + Math.PI : angle;
        angle = angle >= Math.PI ? 0 : angle;
        var place = _count++;
        for (; place > 0 && _angles[place - 1] > angle; place--)
            _angles[place] = _angles[place - 1];
        _angles[place] = angle;
    }

    /// <summary>An angle as one in [0, π).</summary>
    public static double Modulo(double angle)
    {
        angle %= Math.PI;
        if (angle < 0)
            angle += Math.PI;
        return angle >= Math.PI ? 0 : angle;
    }
}
