using System.Numerics;
using Sparseland.Errors;
using Sparseland.Space.Rays;

namespace Sparseland.Space.Worlds.Shapes;

/// <summary>A round body around the z axis from z = -1/2, where its diameter is 1, to z = 1/2, with flat caps: a cylinder, a cone, or what is between.</summary>
public sealed class FrustumShape : Shape
{
    private readonly float _slope;

    /// <summary>A body with a diameter at its top.</summary>
    /// <param name="top">The upper diameter, in [0, 1]: 0 is a cone, 1 a cylinder.</param>
    /// <exception cref="InvalidSettingException">The diameter is out of range.</exception>
    public FrustumShape(float top)
    {
        if (!(top is >= 0 and <= 1))
            throw new InvalidSettingException($"a round body with an upper diameter of {top}; it must be in [0, 1], 0 for a cone and 1 for a cylinder");
        Top = top;
        _slope = 0.5f * (1 - top);
    }

    /// <summary>A cylinder.</summary>
    public static FrustumShape Cylinder { get; } = new(1);

    /// <summary>A cone with its tip above.</summary>
    public static FrustumShape Cone { get; } = new(0);

    /// <summary>The upper diameter: 0 is a cone, 1 a cylinder.</summary>
    public float Top { get; }

    /// <inheritdoc/>
    public override string Kind => Top == 1 ? "cylinder" : Top == 0 ? "cone" : "frustum";

    /// <inheritdoc/>
    public override Box3 Bounds => new(new(-0.5f), new(0.5f));

    /// <inheritdoc/>
    public override bool IsClosed => true;

    /// <inheritdoc/>
    public override bool FirstHit(in Ray ray, out ShapeHit hit)
    {
        var (best, normal) = (float.PositiveInfinity, Vector3.Zero);
        Caps(in ray, ref best, ref normal);
        Mantle(in ray, ref best, ref normal);
        hit = new(best, normal);
        return best <= ray.Maximum && best < float.PositiveInfinity;
    }

    private void Caps(in Ray ray, ref float best, ref Vector3 normal)
    {
        var inverse = 1 / ray.Direction.Z;
        for (var side = -1; side <= 1; side += 2)
        {
            var distance = (0.5f * side - ray.Origin.Z) * inverse;
            if (!(distance >= ray.Minimum && distance < best))
                continue;
            var (x, y) = (ray.Origin.X + distance * ray.Direction.X, ray.Origin.Y + distance * ray.Direction.Y);
            var radius = side < 0 ? 0.5f : 0.5f * Top;
            if (x * x + y * y <= radius * radius)
                (best, normal) = (distance, new(0, 0, side));
        }
    }

    // x^2 + y^2 = r(z)^2 with r(z) = r0 - slope z; solved around the ray's point nearest to the axis, where the discriminant loses least.
    private void Mantle(in Ray ray, ref float best, ref Vector3 normal)
    {
        var flat = ray.Direction.X * ray.Direction.X + ray.Direction.Y * ray.Direction.Y;
        var shift = flat > 0 ? -(ray.Origin.X * ray.Direction.X + ray.Origin.Y * ray.Direction.Y) / flat : 0;
        var o = ray.At(shift);
        var d = ray.Direction;
        var radius = 0.25f * (1 + Top) - _slope * o.Z;
        var a = flat - _slope * _slope * d.Z * d.Z;
        var halfB = o.X * d.X + o.Y * d.Y + _slope * d.Z * radius;
        var c = o.X * o.X + o.Y * o.Y - radius * radius;
        var discriminant = halfB * halfB - a * c;
        if (!(discriminant >= 0))
            return;
        var q = -(halfB + MathF.CopySign(MathF.Sqrt(discriminant), halfB));
        Accept(in ray, shift + c / q, ref best, ref normal);
        Accept(in ray, shift + q / a, ref best, ref normal);
    }

    private void Accept(in Ray ray, float distance, ref float best, ref Vector3 normal)
    {
        if (!(distance >= ray.Minimum && distance < best))
            return;
        var p = ray.At(distance);
        // Within the height the other nappe of the cone cannot be met: its radius would be negative.
        if (MathF.Abs(p.Z) <= 0.5f)
            (best, normal) = (distance, new(p.X, p.Y, _slope * MathF.Sqrt(p.X * p.X + p.Y * p.Y)));
    }
}
