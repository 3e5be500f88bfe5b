using System.Numerics;

namespace Sparseland.Space.Motion;

/// <summary>Three doubles: places and directions along a drive, where single precision would lose the millimetres after a few hundred metres.</summary>
/// <param name="X">First coordinate.</param>
/// <param name="Y">Second coordinate.</param>
/// <param name="Z">Third coordinate.</param>
public readonly record struct Vector3D(double X, double Y, double Z)
{
    /// <summary>The origin.</summary>
    public static Vector3D Zero => default;

    /// <summary>A vector of single precision, widened.</summary>
    public Vector3D(Vector3 vector) : this(vector.X, vector.Y, vector.Z) { }

    /// <summary>The square root of the sum of squares.</summary>
    public double Length => Math.Sqrt(Dot(this, this));

    /// <summary>Rounded to single precision.</summary>
    public Vector3 ToSingle() => new((float)X, (float)Y, (float)Z);

    /// <summary>The sum of the products of coordinates.</summary>
    public static double Dot(Vector3D a, Vector3D b) => a.X * b.X + a.Y * b.Y + a.Z * b.Z;

    /// <summary>The vector at right angles to both, right-handed.</summary>
    public static Vector3D Cross(Vector3D a, Vector3D b) => new(a.Y * b.Z - a.Z * b.Y, a.Z * b.X - a.X * b.Z, a.X * b.Y - a.Y * b.X);

    /// <summary>Adds by coordinate.</summary>
    public static Vector3D operator +(Vector3D a, Vector3D b) => new(a.X + b.X, a.Y + b.Y, a.Z + b.Z);

    /// <summary>Subtracts by coordinate.</summary>
    public static Vector3D operator -(Vector3D a, Vector3D b) => new(a.X - b.X, a.Y - b.Y, a.Z - b.Z);

    /// <summary>Turns around.</summary>
    public static Vector3D operator -(Vector3D a) => new(-a.X, -a.Y, -a.Z);

    /// <summary>Scales.</summary>
    public static Vector3D operator *(double factor, Vector3D a) => new(factor * a.X, factor * a.Y, factor * a.Z);
}
