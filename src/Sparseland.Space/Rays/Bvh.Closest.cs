using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sparseland.Space.Rays;

/// <content>One point against eight boxes or eight triangles at once.</content>
public sealed unsafe partial class Bvh
{
    [SkipLocalsInit]
    private SurfacePoint ClosestByVectors(Vector3 point, float reachSquared)
    {
        var stack = stackalloc ulong[BvhLayout.StackEntries];
        var nears = stackalloc float[BvhLayout.Width];
        var best = new BestPoint(point, reachSquared, _reach);
        var (x, y, z) = (Vector256.Create(point.X), Vector256.Create(point.Y), Vector256.Create(point.Z));
        var zero = Vector256<float>.Zero;
        var (waiting, reference) = (0, 0);
        while (true)
        {
            if (reference >= 0)
            {
                var node = _nodes + (nuint)(uint)reference * BvhLayout.NodeFloats;
                var outsideX = Avx.Max(zero, Avx.Max(Avx.LoadAlignedVector256(node) - x, x - Avx.LoadAlignedVector256(node + BvhLayout.Width)));
                var outsideY = Avx.Max(zero, Avx.Max(Avx.LoadAlignedVector256(node + 2 * BvhLayout.Width) - y, y - Avx.LoadAlignedVector256(node + 3 * BvhLayout.Width)));
                var outsideZ = Avx.Max(zero, Avx.Max(Avx.LoadAlignedVector256(node + 4 * BvhLayout.Width) - z, z - Avx.LoadAlignedVector256(node + 5 * BvhLayout.Width)));
                var squared = outsideX * outsideX + outsideY * outsideY + outsideZ * outsideZ;
                var children = (uint)Avx.MoveMask(Avx.CompareLessThanOrEqual(squared, Vector256.Create(best.Bound)));
                if (children != 0)
                {
                    Avx.Store(nears, squared);
                    waiting = Push(children, nears, (int*)(node + BvhLayout.ReferenceRow), stack, waiting);
                    reference = (int)stack[--waiting];
                    continue;
                }
            }
            else
            {
                var block = _blocks + (nuint)(uint)~reference * BvhLayout.BlockFloats;
                BlockDistance.Offer(block, point, ref best);
            }
            do
            {
                if (waiting == 0)
                    return best.Nearest();
                waiting--;
            }
            while (BitConverter.UInt32BitsToSingle((uint)(stack[waiting] >> 32)) > best.Bound);
            reference = (int)stack[waiting];
        }
    }
}
