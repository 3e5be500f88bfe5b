using System.Numerics;
using System.Runtime.Intrinsics;
using Sparseland.Space.Meshes;
using Sparseland.Threads;

namespace Sparseland.Space.Rays;

/// <summary>The boxes of a mesh's triangles, and around them all, by all threads: minima do not depend on the order.</summary>
internal static unsafe class BvhBoxes
{
    private const int PartBoxes = 1 << 15;

    public static BvhRange Gather(TriangleMesh mesh, BvhDivision division)
    {
        var parts = (mesh.TriangleCount + PartBoxes - 1) / PartBoxes;
        var bounds = new Vector256<float>[2 * parts];
        WorkerPool.Run(parts, new Work(mesh, division, bounds));
        var (all, centres) = (BvhRange.Nothing, BvhRange.Nothing);
        for (var part = 0; part < parts; part++)
            (all, centres) = (Vector256.MinNative(all, bounds[2 * part]), Vector256.MinNative(centres, bounds[2 * part + 1]));
        return new(0, mesh.TriangleCount, false, all, centres);
    }

    private readonly struct Work(TriangleMesh mesh, BvhDivision division, Vector256<float>[] bounds) : IParallelWork
    {
        public void Run(int part)
        {
            var end = Math.Min(mesh.TriangleCount, (part + 1) * PartBoxes);
            var boxes = division.First;
            var (all, centres) = (BvhRange.Nothing, BvhRange.Nothing);
            var (positions, numbers) = (mesh.Positions, mesh.Triangles);
            for (var i = part * PartBoxes; i < end; i++)
            {
                var (a, b, c) = (positions[numbers[3 * i]].AsVector128Unsafe(), positions[numbers[3 * i + 1]].AsVector128Unsafe(), positions[numbers[3 * i + 2]].AsVector128Unsafe());
                var lowest = Vector128.MinNative(Vector128.MinNative(a, b), c).WithElement(3, BitConverter.Int32BitsToSingle(i));
                var highest = Vector128.MaxNative(Vector128.MaxNative(a, b), c).WithElement(3, 0f);
                var box = Vector256.Create(lowest, -highest);
                boxes[i] = box;
                all = Vector256.MinNative(all, box);
                centres = Vector256.MinNative(centres, BvhRange.Point(BvhRange.Centre(box)));
            }
            (bounds[2 * part], bounds[2 * part + 1]) = (all, centres);
        }
    }
}
