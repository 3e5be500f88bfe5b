using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sparseland.Space.Rays;

/// <summary>The nearest points of eight triangles at once, a lane each, by the operations of <see cref="TriangleDistance"/> in their order.</summary>
internal static unsafe class BlockDistance
{
    /// <summary>Offers the nearest point of every triangle of a block that comes as near as the best so far.</summary>
    public static void Offer(float* block, Vector3 point, ref BestPoint best)
    {
        var origin = Vectors3.Create(point);
        var a = Vectors3.Load(block);
        var b = Vectors3.Load(block + 3 * BvhLayout.Width);
        var c = Vectors3.Load(block + 6 * BvhLayout.Width);
        var (pa, pb) = (a - origin, b - origin);
        var (ab, ac) = (b - a, c - a);
        var zero = Vector256<float>.Zero;
        var nearest = Side(pa, ab, out var u);
        var squared = nearest.Squared();
        var v = zero;
        var candidate = Side(pa, ac, out var share);
        Take(ref nearest, ref squared, ref u, ref v, candidate, zero, share, Vector256<float>.AllBitsSet);
        candidate = Side(pb, c - b, out share);
        Take(ref nearest, ref squared, ref u, ref v, candidate, Vector256<float>.One - share, share, Vector256<float>.AllBitsSet);
        var normal = Vectors3.Cross(ab, ac);
        var determinant = normal.Squared();
        var scaledU = -Vectors3.Dot(Vectors3.Cross(pa, ac), normal);
        var scaledV = -Vectors3.Dot(Vectors3.Cross(ab, pa), normal);
        var hasPlane = Avx.CompareGreaterThan(determinant, Vector256.Create(TriangleDistance.LeastSineSquared) * (ab.Squared() * ac.Squared()));
        var isInside = Avx.And(Avx.And(Avx.CompareGreaterThan(scaledU, zero), Avx.CompareGreaterThan(scaledV, zero)), Avx.CompareLessThan(scaledU + scaledV, determinant));
        var (footU, footV) = (scaledU / determinant, scaledV / determinant);
        candidate = pa + footU * ab + footV * ac;
        Take(ref nearest, ref squared, ref u, ref v, candidate, footU, footV, Avx.And(hasPlane, isInside));
        var lanes = (uint)Avx.MoveMask(Avx.CompareLessThanOrEqual(squared, Vector256.Create(best.Squared)));
        for (; lanes != 0; lanes &= lanes - 1)
        {
            var lane = BitOperations.TrailingZeroCount(lanes);
            best.Offer(squared[lane], ((int*)block)[BvhLayout.NumberRow + lane], new(nearest.X[lane], nearest.Y[lane], nearest.Z[lane]), u[lane], v[lane]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Take(ref Vectors3 nearest, ref Vector256<float> squared, ref Vector256<float> u, ref Vector256<float> v, Vectors3 candidate, Vector256<float> candidateU, Vector256<float> candidateV, Vector256<float> allowed)
    {
        var own = candidate.Squared();
        var better = Avx.And(Avx.CompareLessThan(own, squared), allowed);
        nearest = new(Avx.BlendVariable(nearest.X, candidate.X, better), Avx.BlendVariable(nearest.Y, candidate.Y, better), Avx.BlendVariable(nearest.Z, candidate.Z, better));
        (squared, u, v) = (Avx.BlendVariable(squared, own, better), Avx.BlendVariable(u, candidateU, better), Avx.BlendVariable(v, candidateV, better));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vectors3 Side(Vectors3 start, Vectors3 side, out Vector256<float> share)
    {
        var length = Vectors3.Dot(side, side);
        var along = -Vectors3.Dot(start, side);
        var zero = Vector256<float>.Zero;
        share = Avx.BlendVariable(along / length, Vector256<float>.One, Avx.CompareGreaterThanOrEqual(along, length));
        share = Avx.BlendVariable(share, zero, Avx.CompareLessThanOrEqual(along, zero));
        return start + share * side;
    }
}
