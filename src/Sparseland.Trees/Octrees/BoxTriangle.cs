using System.Runtime.CompilerServices;

namespace Sparseland.Trees.Octrees;

/// <summary>
/// Whether a closed axis-parallel cube and a triangle have a point in common, by separating axes: three of the box, the triangle's normal, nine products of edges
/// (Akenine-Moeller, "Fast 3D triangle-box overlap testing", 2001). In double precision on coordinates of single precision; a triangle without area counts as the segment or point it is.
/// </summary>
internal readonly struct BoxTriangle
{
    private readonly Vector3Double _a, _b, _c;
    private readonly Vector3Double _ab, _bc, _ca;
    private readonly Vector3Double _normal;

    public BoxTriangle(Vector3Double a, Vector3Double b, Vector3Double c)
    {
        (_a, _b, _c) = (a, b, c);
        (_ab, _bc, _ca) = (b - a, c - b, a - c);
        _normal = Vector3Double.Cross(_ab, _bc);
        Lower = new(Math.Min(a.X, Math.Min(b.X, c.X)), Math.Min(a.Y, Math.Min(b.Y, c.Y)), Math.Min(a.Z, Math.Min(b.Z, c.Z)));
        Upper = new(Math.Max(a.X, Math.Max(b.X, c.X)), Math.Max(a.Y, Math.Max(b.Y, c.Y)), Math.Max(a.Z, Math.Max(b.Z, c.Z)));
    }

    /// <summary>The lower corner of the triangle's own box.</summary>
    public Vector3Double Lower { get; }

    /// <summary>Its upper corner.</summary>
    public Vector3Double Upper { get; }

    /// <summary>Whether the cube meets the triangle.</summary>
    /// <param name="centre">The cube's centre.</param>
    /// <param name="half">Half its side.</param>
    public bool Overlaps(Vector3Double centre, double half)
    {
        if (Lower.X > centre.X + half || Upper.X < centre.X - half || Lower.Y > centre.Y + half || Upper.Y < centre.Y - half || Lower.Z > centre.Z + half || Upper.Z < centre.Z - half)
            return false;
        var (a, b, c) = (_a - centre, _b - centre, _c - centre);
        if (Math.Abs(Vector3Double.Dot(_normal, a)) > half * (Math.Abs(_normal.X) + Math.Abs(_normal.Y) + Math.Abs(_normal.Z)))
            return false;
        return EdgeOverlaps(_ab, a, c, half) && EdgeOverlaps(_bc, b, a, half) && EdgeOverlaps(_ca, c, b, half);
    }

    // The axes across an edge and each axis of the box. An edge's two ends fall on one place, so one of them and the opposite corner give the triangle's interval.
    private static bool EdgeOverlaps(Vector3Double edge, Vector3Double end, Vector3Double opposite, double half) =>
        Meets(edge.Y * end.Z - edge.Z * end.Y, edge.Y * opposite.Z - edge.Z * opposite.Y, half * (Math.Abs(edge.Y) + Math.Abs(edge.Z)))
        && Meets(edge.Z * end.X - edge.X * end.Z, edge.Z * opposite.X - edge.X * opposite.Z, half * (Math.Abs(edge.Z) + Math.Abs(edge.X)))
        && Meets(edge.X * end.Y - edge.Y * end.X, edge.X * opposite.Y - edge.Y * opposite.X, half * (Math.Abs(edge.X) + Math.Abs(edge.Y)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Meets(double first, double second, double radius) => Math.Min(first, second) <= radius && Math.Max(first, second) >= -radius;
}
