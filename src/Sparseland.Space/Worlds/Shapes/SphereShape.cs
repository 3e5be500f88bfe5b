using System.Numerics;
using Sparseland.Space.Rays;

namespace Sparseland.Space.Worlds.Shapes;

/// <summary>The sphere of diameter 1 around the origin; with unequal scales an ellipsoid.</summary>
public sealed class SphereShape : Shape
{
    private const float RadiusSquared = 0.25f;

    /// <summary>The one there is.</summary>
    public static SphereShape Unit { get; } = new();

    /// <inheritdoc/>
    public override string Kind => "sphere";

    /// <inheritdoc/>
    public override Box3 Bounds => new(new(-0.5f), new(0.5f));

    /// <inheritdoc/>
    public override bool IsClosed => true;

    /// <inheritdoc/>
    public override bool FirstHit(in Ray ray, out ShapeHit hit)
    {
        // The discriminant from the ray's point nearest to the centre, and the small root from the product of both: exact also far away (Haines et al., Ray Tracing Gems, chapter 7).
        var a = ray.Direction.LengthSquared();
        var b = -Vector3.Dot(ray.Origin, ray.Direction);
        var nearest = ray.Origin + b / a * ray.Direction;
        var discriminant = RadiusSquared - nearest.LengthSquared();
        hit = default;
        if (!(discriminant >= 0))
            return false;
        var root = MathF.Sqrt(a * discriminant);
        var q = b + MathF.CopySign(root, b);
        var c = ray.Origin.LengthSquared() - RadiusSquared;
        var (first, second) = (c / q, q / a);
        if (!(first <= second))
            (first, second) = (second, first);
        var distance = first >= ray.Minimum ? first : second;
        if (!(distance >= ray.Minimum && distance <= ray.Maximum))
            return false;
        hit = new(distance, ray.At(distance));
        return true;
    }
}
