using System.Numerics;

namespace Sparseland.Trees.Octrees;

/// <summary>Three coordinates in double precision, for tests whose answer must not depend on rounding.</summary>
internal readonly record struct Vector3Double(double X, double Y, double Z)
{
    public static Vector3Double operator +(Vector3Double a, Vector3Double b) => new(a.X + b.X, a.Y + b.Y, a.Z + b.Z);

    public static Vector3Double operator -(Vector3Double a, Vector3Double b) => new(a.X - b.X, a.Y - b.Y, a.Z - b.Z);

    public static Vector3Double operator *(Vector3Double a, double factor) => new(a.X * factor, a.Y * factor, a.Z * factor);

    public static explicit operator Vector3Double(Vector3 value) => new(value.X, value.Y, value.Z);

    public static double Dot(Vector3Double a, Vector3Double b) => a.X * b.X + a.Y * b.Y + a.Z * b.Z;

    public static Vector3Double Cross(Vector3Double a, Vector3Double b) => new(a.Y * b.Z - a.Z * b.Y, a.Z * b.X - a.X * b.Z, a.X * b.Y - a.Y * b.X);
}
