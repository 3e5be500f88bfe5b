using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Sparseland.Threads;

namespace Sparseland.Space.Rays;

/// <content>Many rays: eight neighbours that go together share the walk, others go alone.</content>
public sealed unsafe partial class Bvh
{
    private const int PartRays = 512;

    // Rays go together when the cosine between their directions is at least this and their origins differ by at most this share of the scene.
    private const float LeastCosine = 0.98f;
    private const float OriginShare = 0.02f;

    [SkipLocalsInit]
    private void HitPart(Ray* rays, RayHit* hits, int count)
    {
        var setups = stackalloc RaySetup[BvhLayout.Width];
        var i = 0;
        for (; _vectors && i + BvhLayout.Width <= count; i += BvhLayout.Width)
        {
            if (GoTogether(rays + i) && Prepare(rays + i, setups))
            {
                HitPacket(rays + i, setups, hits + i);
                continue;
            }
            for (var lane = 0; lane < BvhLayout.Width; lane++)
                hits[i + lane] = FirstHit(rays[i + lane]);
        }
        for (; i < count; i++)
            hits[i] = FirstHit(rays[i]);
    }

    private bool GoTogether(Ray* rays)
    {
        var first = rays[0];
        var length = first.Direction.LengthSquared();
        var (turn, spread) = (float.PositiveInfinity, 0f);
        for (var lane = 1; lane < BvhLayout.Width; lane++)
        {
            var direction = rays[lane].Direction;
            // The square of the cosine, its sign kept; no number when a direction is none.
            var along = Vector3.Dot(first.Direction, direction);
            turn = MathF.Min(turn, along * MathF.Abs(along) / (length * direction.LengthSquared()));
            spread = MathF.Max(spread, Vector3.DistanceSquared(first.Origin, rays[lane].Origin));
        }
        return turn >= LeastCosine * LeastCosine && spread <= OriginShare * OriginShare * _reach * _reach;
    }

    // Whether all rays lie along the same axis most, with the same signs; then they shear alike and meet the same faces first.
    private bool Prepare(Ray* rays, RaySetup* setups)
    {
        for (var lane = 0; lane < BvhLayout.Width; lane++)
        {
            setups[lane] = new(rays[lane], _reach);
            if (setups[lane].AxisZ != setups[0].AxisZ || Octant(setups[lane].Inverse) != Octant(setups[0].Inverse))
                return false;
        }
        return true;
    }

    private static uint Octant(Vector3 direction) => direction.AsVector128().ExtractMostSignificantBits();

    [SkipLocalsInit]
    private void HitPacket(Ray* rays, RaySetup* setups, RayHit* hits)
    {
        var stack = stackalloc ulong[BvhLayout.StackEntries];
        var nears = stackalloc float[BvhLayout.Width];
        Unsafe.SkipInit(out RayPacket packet);
        packet.Set(setups, rays);
        var bounds = new PacketBounds(setups, rays);
        var inverse = setups[0].Inverse;
        nuint rowX = inverse.X > 0 ? 0u : BvhLayout.Width, rowY = inverse.Y > 0 ? 0u : BvhLayout.Width, rowZ = inverse.Z > 0 ? 0u : BvhLayout.Width;
        var greatest = Greatest(packet.Distance);
        var (waiting, reference) = (0, 0);
        while (true)
        {
            if (reference >= 0)
            {
                var node = _nodes + (nuint)(uint)reference * BvhLayout.NodeFloats;
                var candidates = bounds.Meet(node, rowX, rowY, rowZ, greatest, out var near);
                var children = 0u;
                for (; candidates != 0; candidates &= candidates - 1)
                {
                    var child = BitOperations.TrailingZeroCount(candidates);
                    if (packet.Meet(node + child, rowX, rowY, rowZ) != 0)
                        children |= 1u << child;
                }
                if (children != 0)
                {
                    Avx.Store(nears, Avx.Max(near, Vector256<float>.Zero));
                    waiting = Push(children, nears, (int*)(node + BvhLayout.ReferenceRow), stack, waiting);
                    reference = (int)stack[--waiting];
                    continue;
                }
            }
            else
            {
                TestBlock(ref packet, setups, rays, _blocks + (nuint)(uint)~reference * BvhLayout.BlockFloats);
                greatest = Greatest(packet.Distance);
            }
            var bound = MathF.Max(greatest, 0);
            do
            {
                if (waiting == 0)
                {
                    packet.Finish(hits);
                    return;
                }
                waiting--;
            }
            while (BitConverter.UInt32BitsToSingle((uint)(stack[waiting] >> 32)) > bound);
            reference = (int)stack[waiting];
        }
    }

    private static void TestBlock(ref RayPacket packet, RaySetup* setups, Ray* rays, float* block)
    {
        nuint rowX = (nuint)(setups->AxisX * BvhLayout.Width), rowY = (nuint)(setups->AxisY * BvhLayout.Width), rowZ = (nuint)(setups->AxisZ * BvhLayout.Width);
        var numbers = (int*)block + BvhLayout.NumberRow;
        var before = -1;
        for (var lane = 0; lane < BvhLayout.Width; lane++)
        {
            // Repeated triangles fill the block.
            if (numbers[lane] == before)
                break;
            before = numbers[lane];
            for (var unclear = packet.Test(block + lane, rowX, rowY, rowZ, before); unclear != 0; unclear &= unclear - 1)
            {
                var ray = BitOperations.TrailingZeroCount(unclear);
                var best = packet.Best(ray);
                HitLanes(1u << lane, setups[ray], rays[ray].Minimum, block, ref best);
                packet.Put(ray, best);
            }
        }
    }

    private static float Greatest(Vector256<float> distances)
    {
        var most = Vector128.MaxNative(distances.GetLower(), distances.GetUpper());
        most = Vector128.MaxNative(most, Vector128.Shuffle(most, Vector128.Create(2, 3, 0, 1)));
        return MathF.Max(most[0], most[1]);
    }

    private readonly struct HitWork(Bvh bvh, Ray* rays, RayHit* hits, int count) : IParallelWork
    {
        public void Run(int part) => bvh.HitPart(rays + part * PartRays, hits + part * PartRays, Math.Min(PartRays, count - part * PartRays));
    }
}
