using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sparseland.Space.Rays;

/// <summary>Eight points or directions, a lane each. No product is fused with a sum, so that a lane equals the same computation with single numbers.</summary>
internal readonly unsafe struct Vectors3(Vector256<float> x, Vector256<float> y, Vector256<float> z)
{
    public readonly Vector256<float> X = x;
    public readonly Vector256<float> Y = y;
    public readonly Vector256<float> Z = z;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vectors3 Create(Vector3 point) => new(Vector256.Create(point.X), Vector256.Create(point.Y), Vector256.Create(point.Z));

    /// <summary>Three aligned rows of eight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vectors3 Load(float* rows) => new(Avx.LoadAlignedVector256(rows), Avx.LoadAlignedVector256(rows + 8), Avx.LoadAlignedVector256(rows + 16));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vectors3 operator +(Vectors3 a, Vectors3 b) => new(a.X + b.X, a.Y + b.Y, a.Z + b.Z);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vectors3 operator -(Vectors3 a, Vectors3 b) => new(a.X - b.X, a.Y - b.Y, a.Z - b.Z);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vectors3 operator *(Vector256<float> scale, Vectors3 a) => new(scale * a.X, scale * a.Y, scale * a.Z);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Dot(Vectors3 a, Vectors3 b) => a.X * b.X + a.Y * b.Y + a.Z * b.Z;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vectors3 Cross(Vectors3 a, Vectors3 b) => new(a.Y * b.Z - a.Z * b.Y, a.Z * b.X - a.X * b.Z, a.X * b.Y - a.Y * b.X);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<float> Squared() => X * X + Y * Y + Z * Z;
}
