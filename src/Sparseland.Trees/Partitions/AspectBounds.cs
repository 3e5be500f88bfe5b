namespace Sparseland.Trees.Partitions;

/// <summary>
/// What no aspect ratio exceeds where all cuts keep away from the directions of the edges. Let no two edges that are not parallel make a smaller angle than φ, and let parallel ones be opposite sides of the
/// outer rectangle. Lay the diameter D along an axis: the polygon spans it, and of its two chains at least one has no edge within φ / 2 of that axis, so the polygon is at least (D / 2) tan(φ / 2) high, and
/// its area at least half of D times its height: the aspect ratio is at most 4 / tan(φ / 2). If both chains have one, these are opposite sides of the rectangle, and the polygon is at least
/// D (s / R − tan(φ / 2)) high, s the rectangle's shorter side and R its diagonal, which is no less where tan(φ / 2) ≤ 2 s / 3 R; a larger φ is taken as that.
/// </summary>
internal static class AspectBounds
{
    /// <summary>After so many cuts, each at least π / (2 (c + 2)) away from all edges, c being the cuts before it.</summary>
    public static double Angular(int cuts, double width, double height) => Of(Math.PI / (2 * (cuts + 1)), width, height);

    /// <summary>After so many dyadic cuts, each at least π / (4 (c + 2)) away.</summary>
    public static double Dyadic(int cuts, double width, double height) => Of(Math.PI / (4 * (cuts + 1)), width, height);

    private static double Of(double angle, double width, double height) =>
        4 / Math.Min(Math.Tan(angle / 2), 2.0 / 3 * Math.Min(width, height) / Math.Sqrt(width * width + height * height));
}
