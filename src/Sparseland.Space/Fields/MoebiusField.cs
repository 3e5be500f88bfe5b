using System.Numerics;

namespace Sparseland.Space.Fields;

/// <summary>
/// Unsigned distance to a Möbius strip around the z axis: a segment whose middle runs along a circle and which turns half way round meanwhile. One-sided, with one border.
/// The nearest segment is searched along the circle: a coarse look, then golden sections around the best places.
/// </summary>
/// <param name="centre">The centre of the circle.</param>
/// <param name="radius">The circle's radius.</param>
/// <param name="halfWidth">Half of the segment's length, less than the radius.</param>
public sealed class MoebiusField(Vector3 centre, double radius, double halfWidth) : ClosestPointField
{
    private const int Places = 96;
    private const int Sections = 36;
    private static readonly double Golden = (Math.Sqrt(5) - 1) / 2;

    private protected override Vector3Double Closest(Vector3Double point)
    {
        var offset = point - centre;
        Span<double> coarse = stackalloc double[Places];
        for (var i = 0; i < Places; i++)
            coarse[i] = (offset - OnSegment(offset, Math.Tau * i / Places)).LengthSquared;
        var best = OnSegment(offset, 0);
        for (var i = 0; i < Places; i++)
        {
            if (coarse[i] > coarse[(i + 1) % Places] || coarse[i] > coarse[(i + Places - 1) % Places])
                continue;
            var found = Search(offset, Math.Tau * (i - 1) / Places, Math.Tau * (i + 1) / Places);
            if ((offset - found).LengthSquared < (offset - best).LengthSquared)
                best = found;
        }
        return centre + best;
    }

    private Vector3Double Search(Vector3Double offset, double lower, double upper)
    {
        double Squared(double angle) => (offset - OnSegment(offset, angle)).LengthSquared;
        var (left, right) = (upper - Golden * (upper - lower), lower + Golden * (upper - lower));
        var (atLeft, atRight) = (Squared(left), Squared(right));
        for (var i = 0; i < Sections; i++)
        {
            if (atLeft < atRight)
            {
                (upper, right, atRight) = (right, left, atLeft);
                left = upper - Golden * (upper - lower);
                atLeft = Squared(left);
            }
            else
            {
                (lower, left, atLeft) = (left, right, atRight);
                right = lower + Golden * (upper - lower);
                atRight = Squared(right);
            }
        }
        return OnSegment(offset, 0.5 * (lower + upper));
    }

    // The point of the segment at an angle that is nearest; after a whole turn the segment is the same, upside down.
    private Vector3Double OnSegment(Vector3Double offset, double angle)
    {
        var (sine, cosine) = Math.SinCos(angle);
        var (halfSine, halfCosine) = Math.SinCos(0.5 * angle);
        var middle = new Vector3Double(radius * cosine, radius * sine, 0);
        var direction = new Vector3Double(halfCosine * cosine, halfCosine * sine, halfSine);
        return middle + Math.Clamp(Vector3Double.Dot(offset - middle, direction), -halfWidth, halfWidth) * direction;
    }
}
