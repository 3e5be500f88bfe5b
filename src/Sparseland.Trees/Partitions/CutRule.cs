namespace Sparseland.Trees.Partitions;

/// <summary>How a method of convex polygons chooses the direction of a cut. An instance lays one tree out: it keeps scratch memory and is not thread-safe.</summary>
internal abstract class CutRule
{
    /// <summary>The edges of the polygon at hand.</summary>
    protected EdgeDirections Edges { get; } = new();

    /// <summary>Finds cuts.</summary>
    public PolygonCutter Cutter { get; } = new();

    /// <summary>The direction of the next cut, a vector of length 1; the first piece lies to its right.</summary>
    /// <param name="polygon">The polygon to cut.</param>
    /// <param name="area">Its area.</param>
    /// <param name="first">Weight of the first piece.</param>
    /// <param name="second">Weight of the second.</param>
    /// <param name="cuts">Cuts that were made above the polygon.</param>
    public abstract PlanePoint Choose(ReadOnlySpan<PlanePoint> polygon, double area, double first, double second, int cuts);

    /// <summary>The middle of the widest gap between the polygon's directions.</summary>
    protected double WidestGap(ReadOnlySpan<PlanePoint> polygon)
    {
        Edges.Read(polygon);
        return Edges.MiddleOfWidestGap();
    }

    /// <summary>An angle as a vector, turned so that the first piece lies on the side of smaller coordinates: what comes first in the tree stands above and to the left.</summary>
    protected static PlanePoint FirstPieceFirst(double angle)
    {
        var (sine, cosine) = Math.SinCos(angle);
        // To the right of (c, s) lies (s, −c).
        return sine - cosine <= 0 ? new(cosine, sine) : new(-cosine, -sine);
    }
}
