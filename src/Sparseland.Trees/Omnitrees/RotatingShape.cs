using System.Numerics;

namespace Sparseland.Trees.Omnitrees;

/// <summary>
/// A body in three dimensions that turns while the fourth coordinate goes from 0 to 1: at t it is turned by 2 pi t about the axis (1, 1, 1) through the middle of the cube, then scaled by its largest extent and
/// centred, so that it always fills the cube. Thread-safe.
/// </summary>
public sealed class RotatingShape : IShapeIndicator
{
    // The corners decide the extents; of many, those are kept that are outermost in some of so many directions.
    private const int Directions = 4096;
    private const int FewCorners = 32;

    private readonly IShapeIndicator _body;
    private readonly (double X, double Y, double Z)[] _corners;

    /// <summary>Lets a body turn.</summary>
    /// <param name="body">A body in three dimensions; it is asked about points around the unit cube too.</param>
    /// <param name="corners">Points whose convex hull is the body's, or around it: its vertices.</param>
    public RotatingShape(IShapeIndicator body, IEnumerable<Vector3> corners)
    {
        ArgumentNullException.ThrowIfNull(body);
        ArgumentNullException.ThrowIfNull(corners);
        ArgumentOutOfRangeException.ThrowIfNotEqual(body.Dimensions, 3);
        _body = body;
        _corners = Outermost([.. corners.Select(corner => (corner.X - 0.5, corner.Y - 0.5, corner.Z - 0.5))]);
        ArgumentOutOfRangeException.ThrowIfZero(_corners.Length);
    }

    /// <inheritdoc/>
    public int Dimensions => 4;

    /// <inheritdoc/>
    public void Inside(ReadOnlySpan<double> points, Span<bool> inside)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(points.Length, inside.Length * Dimensions);
        var turned = new double[inside.Length * 3];
        // Neighbours in a design share their t, and a row has two of them.
        var (pose, other) = (Pose.At(double.NaN, []), Pose.At(double.NaN, []));
        for (var i = 0; i < inside.Length; i++)
        {
            var point = points.Slice(4 * i, 4);
            if (point[3] != pose.Time)
                (pose, other) = (point[3] == other.Time ? other : Pose.At(point[3], _corners), pose);
            pose.TurnBack(point, turned.AsSpan(3 * i, 3));
        }
        _body.Inside(turned, inside);
    }

    // Along the whole turn the cube's axes look at the body from the directions of one circle about (1, 1, 1), and only from these.
    private static (double X, double Y, double Z)[] Outermost((double X, double Y, double Z)[] corners)
    {
        if (corners.Length <= FewCorners)
            return corners;
        var kept = new SortedSet<int>();
        for (var direction = 0; direction < Directions; direction++)
        {
            var (a, b, c) = Turn(direction / (double)Directions);
            var (lowest, highest) = (0, 0);
            double Height(int corner) => a * corners[corner].X + b * corners[corner].Y + c * corners[corner].Z;
            for (var corner = 1; corner < corners.Length; corner++)
            {
                if (Height(corner) < Height(lowest))
                    lowest = corner;
                if (Height(corner) > Height(highest))
                    highest = corner;
            }
            kept.Add(lowest);
            kept.Add(highest);
        }
        return [.. kept.Select(corner => corners[corner])];
    }

    // The first row of the rotation by t turns; the others are it shifted, since the axis treats all coordinates alike.
    private static (double A, double B, double C) Turn(double time)
    {
        var (sine, cosine) = Math.SinCos(2 * Math.PI * time);
        var (mean, swing) = ((1 - cosine) / 3, sine / Math.Sqrt(3));
        return (cosine + mean, mean - swing, mean + swing);
    }

    /// <summary>How the body lies at a time: turned by (a, b, c; c, a, b; b, c, a), then moved and scaled.</summary>
    private readonly record struct Pose(double Time, double A, double B, double C, double X, double Y, double Z, double Extent)
    {
        public static Pose At(double time, (double X, double Y, double Z)[] corners)
        {
            var (a, b, c) = Turn(time);
            var (least, most) = (new Vector3Bounds(double.PositiveInfinity), new Vector3Bounds(double.NegativeInfinity));
            foreach (var (x, y, z) in corners)
            {
                var (u, v, w) = (a * x + b * y + c * z, c * x + a * y + b * z, b * x + c * y + a * z);
                least = new(Math.Min(least.X, u), Math.Min(least.Y, v), Math.Min(least.Z, w));
                most = new(Math.Max(most.X, u), Math.Max(most.Y, v), Math.Max(most.Z, w));
            }
            var extent = Math.Max(most.X - least.X, Math.Max(most.Y - least.Y, most.Z - least.Z));
            return new(time, a, b, c, (least.X + most.X) / 2, (least.Y + most.Y) / 2, (least.Z + most.Z) / 2, extent);
        }

        public void TurnBack(ReadOnlySpan<double> point, Span<double> turned)
        {
            var (u, v, w) = (X + (point[0] - 0.5) * Extent, Y + (point[1] - 0.5) * Extent, Z + (point[2] - 0.5) * Extent);
            turned[0] = A * u + C * v + B * w + 0.5;
            turned[1] = B * u + A * v + C * w + 0.5;
            turned[2] = C * u + B * v + A * w + 0.5;
        }
    }

    private readonly record struct Vector3Bounds(double X, double Y, double Z)
    {
        public Vector3Bounds(double all) : this(all, all, all) { }
    }
}
