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
    /// <param name="block">The block.</param>
    /// <param name="greatest">What is farther does not count.</param>
    /// <param name="hits">What was found.</param>
    /// <param name="unclear">A bit for each triangle whose edge the ray meets to within rounding: to be tested one by one.</param>
    /// <returns>A bit for each of the others that is hit.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly uint Test(float* block, Vector256<float> greatest, out BlockHits hits, out uint unclear)
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
        var (lowest, highest) = (Avx.Min(Avx.Min(u, v), w), Avx.Max(Avx.Max(u, v), w));
        Unsafe.SkipInit(out hits);
        unclear = 0;
        var outside = Avx.And(Avx.CompareLessThan(lowest, zero), Avx.CompareGreaterThan(highest, zero));
        if (Avx.MoveMask(outside) == 0xFF)
            return 0;
        var onEdge = Avx.Or(Avx.CompareEqual(lowest, zero), Avx.CompareEqual(highest, zero));
        var determinant = u + v + w;
        hits.Distance = (u * az + v * bz + w * cz) / determinant * ShearZ;
        (hits.ShareB, hits.ShareC, hits.Determinant) = (v, w, determinant);
        var within = Avx.And(Avx.CompareGreaterThanOrEqual(hits.Distance, Minimum), Avx.CompareLessThanOrEqual(hits.Distance, greatest));
        unclear = (uint)Avx.MoveMask(Avx.AndNot(outside, onEdge));
        return (uint)Avx.MoveMask(Avx.AndNot(Avx.Or(outside, onEdge), within));
    }
}
