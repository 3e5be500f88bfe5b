using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sparseland.Space.Rays;

/// <summary>What a block's test needs of a ray, each number in all eight lanes; lives on the stack, so that the walk's registers stay free for boxes.</summary>
internal unsafe struct RayVectors
{
    public Vector256<float> OriginX;
    public Vector256<float> OriginY;
    public Vector256<float> OriginZ;
    public Vector256<float> ShearX;
    public Vector256<float> ShearY;
    public Vector256<float> ShearZ;
    public Vector256<float> Minimum;
    public nuint RowX;
    public nuint RowY;
    public nuint RowZ;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public RayVectors(in RaySetup setup, float minimum)
    {
        (RowX, RowY, RowZ) = ((nuint)(setup.AxisX * BvhLayout.Width), (nuint)(setup.AxisY * BvhLayout.Width), (nuint)(setup.AxisZ * BvhLayout.Width));
        OriginX = Vector256.Create(setup.Origin[setup.AxisX]);
        OriginY = Vector256.Create(setup.Origin[setup.AxisY]);
        OriginZ = Vector256.Create(setup.Origin[setup.AxisZ]);
        ShearX = Vector256.Create(setup.ShearX);
        ShearY = Vector256.Create(setup.ShearY);
        ShearZ = Vector256.Create(setup.ShearZ);
        Minimum = Vector256.Create(minimum);
    }

    /// <summary>Tests a block's eight triangles, a lane each, as <see cref="RayTriangle"/> does one.</summary>
    /// <returns>A bit for each that is hit no farther than the greatest distance.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly uint Test(float* block, Vector256<float> greatest, out BlockHits hits)
    {
        const int corner = 3 * BvhLayout.Width;
        var az = Avx.LoadAlignedVector256(block + RowZ) - OriginZ;
        var bz = Avx.LoadAlignedVector256(block + RowZ + corner) - OriginZ;
        var cz = Avx.LoadAlignedVector256(block + RowZ + 2 * corner) - OriginZ;
        var ax = Avx.LoadAlignedVector256(block + RowX) - OriginX - ShearX * az;
        var ay = Avx.LoadAlignedVector256(block + RowY) - OriginY - ShearY * az;
        var bx = Avx.LoadAlignedVector256(block + RowX + corner) - OriginX - ShearX * bz;
        var by = Avx.LoadAlignedVector256(block + RowY + corner) - OriginY - ShearY * bz;
        var cx = Avx.LoadAlignedVector256(block + RowX + 2 * corner) - OriginX - ShearX * cz;
        var cy = Avx.LoadAlignedVector256(block + RowY + 2 * corner) - OriginY - ShearY * cz;
        var u = cx * by - cy * bx;
        var v = ax * cy - ay * cx;
        var w = bx * ay - by * ax;
        var zero = Vector256<float>.Zero;
        var negative = Avx.CompareLessThan(Avx.Min(Avx.Min(u, v), w), zero);
        var positive = Avx.CompareGreaterThan(Avx.Max(Avx.Max(u, v), w), zero);
        Unsafe.SkipInit(out hits);
        // Both: outside. Neither: seen from its edge, or of no area.
        var inside = Avx.Xor(negative, positive);
        if (Avx.TestZ(inside, inside))
            return 0;
        var determinant = u + v + w;
        hits.Distance = (u * az + v * bz + w * cz) / determinant * ShearZ;
        (hits.ShareB, hits.ShareC, hits.Determinant) = (v, w, determinant);
        var within = Avx.And(Avx.CompareGreaterThanOrEqual(hits.Distance, Minimum), Avx.CompareLessThanOrEqual(hits.Distance, greatest));
        return (uint)Avx.MoveMask(Avx.And(inside, within));
    }
}
