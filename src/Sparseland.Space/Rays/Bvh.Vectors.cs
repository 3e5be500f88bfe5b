using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sparseland.Space.Rays;

/// <content>One ray against eight boxes or eight triangles at once. What waits on the stack is one word: the distance's bits above, which order as the distance does, and the reference below.</content>
public sealed unsafe partial class Bvh
{
    [SkipLocalsInit]
    private RayHit FirstHitByVectors(in Ray ray)
    {
        var setup = new RaySetup(ray, _reach);
        var best = new BestHit(ray.Maximum);
        Walk<FirstGoal>(setup, ray.Minimum, ref best);
        return best.Hit();
    }

    [SkipLocalsInit]
    private bool AnyHitByVectors(in Ray ray)
    {
        var setup = new RaySetup(ray, _reach);
        var best = new BestHit(ray.Maximum);
        Walk<AnyGoal>(setup, ray.Minimum, ref best);
        return best.IsFound;
    }

    [SkipLocalsInit]
    private void Walk<TGoal>(in RaySetup setup, float minimum, ref BestHit best) where TGoal : struct, IWalkGoal
    {
        var stack = stackalloc ulong[BvhLayout.StackEntries];
        var nears = stackalloc float[BvhLayout.Width];
        var vectors = new RayVectors(setup, minimum);
        var (inverseX, inverseY, inverseZ) = (Vector256.Create(setup.Inverse.X), Vector256.Create(setup.Inverse.Y), Vector256.Create(setup.Inverse.Z));
        var (nearX, nearY, nearZ) = (Vector256.Create(setup.Near.X), Vector256.Create(setup.Near.Y), Vector256.Create(setup.Near.Z));
        var (farX, farY, farZ) = (Vector256.Create(setup.Far.X), Vector256.Create(setup.Far.Y), Vector256.Create(setup.Far.Z));
        // The row of the faces that the ray meets first; the others are in the row beside it.
        nuint rowX = setup.Inverse.X > 0 ? 0u : BvhLayout.Width, rowY = setup.Inverse.Y > 0 ? 0u : BvhLayout.Width, rowZ = setup.Inverse.Z > 0 ? 0u : BvhLayout.Width;
        var greatest = Vector256.Create(best.Distance);
        var (waiting, reference) = (0, 0);
        while (true)
        {
            if (reference >= 0)
            {
                var node = _nodes + (nuint)(uint)reference * BvhLayout.NodeFloats;
                // What is no number comes last, where it is the maximum's result and lets no box be entered, least of all an empty one.
                var near = Avx.Max(vectors.Minimum, Avx.Max(
                    Avx.Max(Fma.MultiplyAdd(Avx.LoadAlignedVector256(node + rowX), inverseX, nearX), Fma.MultiplyAdd(Avx.LoadAlignedVector256(node + 2 * BvhLayout.Width + rowY), inverseY, nearY)),
                    Fma.MultiplyAdd(Avx.LoadAlignedVector256(node + 4 * BvhLayout.Width + rowZ), inverseZ, nearZ)));
                var far = Avx.Min(
                    Avx.Min(Fma.MultiplyAdd(Avx.LoadAlignedVector256(node + (rowX ^ BvhLayout.Width)), inverseX, farX), Fma.MultiplyAdd(Avx.LoadAlignedVector256(node + 2 * BvhLayout.Width + (rowY ^ BvhLayout.Width)), inverseY, farY)),
                    Avx.Min(Fma.MultiplyAdd(Avx.LoadAlignedVector256(node + 4 * BvhLayout.Width + (rowZ ^ BvhLayout.Width)), inverseZ, farZ), greatest));
                var children = (uint)Avx.MoveMask(Avx.CompareLessThanOrEqual(near, far));
                if (children != 0)
                {
                    var references = (int*)(node + BvhLayout.ReferenceRow);
                    if ((children & (children - 1)) != 0)
                    {
                        Avx.Store(nears, Avx.Max(near, Vector256<float>.Zero));
                        waiting = Push(children, nears, references, stack, waiting);
                        reference = (int)stack[--waiting];
                    }
                    else
                    {
                        reference = references[BitOperations.TrailingZeroCount(children)];
                    }
                    continue;
                }
            }
            else
            {
                var block = _blocks + (nuint)(uint)~reference * BvhLayout.BlockFloats;
                var lanes = vectors.Test(block, greatest, out var hits, out var unclear);
                if ((lanes | unclear) != 0)
                {
                    hits.Offer(lanes, block, ref best);
                    HitLanes(unclear, setup, minimum, block, ref best);
                    if (TGoal.AnyWillDo && best.IsFound)
                        return;
                    greatest = Vector256.Create(best.Distance);
                }
            }
            // Distances below zero wait as zero, so a hit behind the origin must not drop them.
            var bound = MathF.Max(best.Distance, 0);
            do
            {
                if (waiting == 0)
                    return;
                waiting--;
            }
            while (BitConverter.UInt32BitsToSingle((uint)(stack[waiting] >> 32)) > bound);
            reference = (int)stack[waiting];
        }
    }

    // Puts two or more children on the stack, the nearest on top, and returns how many wait now.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Push(uint children, float* nears, int* references, ulong* stack, int waiting)
    {
        var first = waiting;
        do
        {
            var child = BitOperations.TrailingZeroCount(children);
            children &= children - 1;
            var entry = ((ulong)BitConverter.SingleToUInt32Bits(nears[child]) << 32) | (uint)references[child];
            var place = waiting++;
            for (; place > first && stack[place - 1] < entry; place--)
                stack[place] = stack[place - 1];
            stack[place] = entry;
        }
        while (children != 0);
        return waiting;
    }

    private interface IWalkGoal
    {
        static abstract bool AnyWillDo { get; }
    }

    private readonly struct FirstGoal : IWalkGoal
    {
        public static bool AnyWillDo => false;
    }

    private readonly struct AnyGoal : IWalkGoal
    {
        public static bool AnyWillDo => true;
    }
}
