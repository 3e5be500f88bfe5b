using System.Numerics;
using System.Runtime.CompilerServices;

namespace Sparseland.Space;

/// <summary>Three coordinates in double precision, for arithmetic that single precision would spoil: intersections, least squares, merging.</summary>
internal readonly record struct Vector3Double(double X, double Y, double Z)
{
    public double this[int axis] => axis == 0 ? X : axis == 1 ? Y : Z;

    public double LengthSquared => X * X + Y * Y + Z * Z;

    public double Length => Math.Sqrt(LengthSquared);

    public static Vector3Double operator +(Vector3Double a, Vector3Double b) => new(a.X + b.X, a.Y + b.Y, a.Z + b.Z);

    public static Vector3Double operator -(Vector3Double a, Vector3Double b) => new(a.X - b.X, a.Y - b.Y, a.Z - b.Z);

    public static Vector3Double operator *(double factor, Vector3Double a) => new(factor * a.X, factor * a.Y, factor * a.Z);

    public static implicit operator Vector3Double(Vector3 value) => new(value.X, value.Y, value.Z);

    public static explicit operator Vector3(Vector3Double value) => new((float)value.X, (float)value.Y, (float)value.Z);

    public static double Dot(Vector3Double a, Vector3Double b) => a.X * b.X + a.Y * b.Y + a.Z * b.Z;

    public static Vector3Double Cross(Vector3Double a, Vector3Double b) => new(a.Y * b.Z - a.Z * b.Y, a.Z * b.X - a.X * b.Z, a.X * b.Y - a.Y * b.X);

    /// <summary>The same with one coordinate replaced.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector3Double With(int axis, double value) => axis == 0 ? this with { X = value } : axis == 1 ? this with { Y = value } : this with { Z = value };

    /// <summary>Scaled to length one; zero stays zero.</summary>
    public Vector3Double Unit() => LengthSquared is var squared and > 0 ? 1 / Math.Sqrt(squared) * this : this;

    /// <summary>Whether it lies in a cube along the axes that is widened on every side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsWithin(Vector3Double minimum, double edge, double margin) =>
        X >= minimum.X - margin && Y >= minimum.Y - margin && Z >= minimum.Z - margin
        && X <= minimum.X + edge + margin && Y <= minimum.Y + edge + margin && Z <= minimum.Z + edge + margin;
}
