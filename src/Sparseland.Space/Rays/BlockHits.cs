using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sparseland.Space.Rays;

/// <summary>What a test of eight triangles found, a lane each.</summary>
internal unsafe struct BlockHits
{
    public Vector256<float> Distance;
    public Vector256<float> ShareB;
    public Vector256<float> ShareC;
    public Vector256<float> Determinant;

    /// <summary>Offers the lanes that were hit.</summary>
    public void Offer(uint lanes, float* block, ref BestHit best)
    {
        for (; lanes != 0; lanes &= lanes - 1)
        {
            var lane = BitOperations.TrailingZeroCount(lanes);
            best.Offer(Distance[lane], ((int*)block)[BvhLayout.NumberRow + lane], ShareB[lane], ShareC[lane], Determinant[lane]);
        }
    }
}
