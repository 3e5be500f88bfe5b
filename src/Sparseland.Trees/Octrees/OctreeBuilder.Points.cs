using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Sparseland.Errors;
using Sparseland.Threads;
using Sparseland.Trees.Keys;

namespace Sparseland.Trees.Octrees;

public static unsafe partial class OctreeBuilder
{
    /// <summary>Builds a tree whose leaves are the cells that hold points: sorts their codes, then makes all levels in one pass.</summary>
    /// <param name="points">The points, in metres; the tree keeps a copy in the order of the curve.</param>
    /// <param name="depth">Levels below the root, 1 to 21. A few points per leaf search fastest.</param>
    /// <param name="cube">The cube to divide, which must hold every point; null for the smallest around them.</param>
    /// <param name="limitBytes">The most bytes the tree may have.</param>
    /// <exception cref="NumericalException">A coordinate is NaN or infinite.</exception>
    /// <exception cref="MismatchException">A point lies outside the cube.</exception>
    /// <exception cref="ResourceLimitException">The tree would be larger than allowed; names the depth that fits.</exception>
    public static LinearOctree FromPoints(ReadOnlySpan<Vector3> points, int depth, Cube? cube = null, long limitBytes = DefaultLimitBytes)
    {
        OctreeLayout.RequireDepth(depth);
        var around = Cube.Around(points);
        if (cube is { } given)
        {
            RequireCube(given);
            for (var i = 0; i < points.Length; i++)
            {
                if (!given.Contains(points[i]))
                    throw new MismatchException($"point {i} of {points.Length} is {points[i]}, outside the cube from {given.Minimum} to {given.Maximum}; leave the cube away to have one that fits");
            }
            around = given;
        }
        var words = GC.AllocateUninitializedArray<ulong>(points.Length);
        var spare = GC.AllocateUninitializedArray<ulong>(points.Length);
        fixed (Vector3* point = points)
        fixed (ulong* word = words, other = spare)
        {
            if (MortonOrder.SortWords(points, around, depth, word, other, out var sorted) is var shift and > 0)
                return Place(point, points.Length, sorted, shift, null, depth, around, limitBytes);
            var indices = GC.AllocateUninitializedArray<int>(points.Length);
            MortonOrder.Sort(points, around, depth, words, indices);
            fixed (int* index = indices)
                return Place(point, points.Length, word, 0, index, depth, around, limitBytes);
        }
    }

    // Codes begin at a bit of their words and have the point's number below it, or the numbers come apart.
    private static LinearOctree Place(Vector3* points, int count, ulong* words, int shift, int* order, int depth, Cube cube, long limitBytes)
    {
        var tree = Build(words, count, shift, depth, cube, OctreeKind.Points, count, limitBytes, out var storage);
        var items = (int*)(storage.Pointer + tree.Layout.Items);
        var positions = (Vector3*)(storage.Pointer + tree.Layout.Positions);
        WorkerPool.Run(RadixSort.Chunks(count), new PlacePoints(points, words, shift, order, count, items, positions));
        GC.KeepAlive(storage);
        return tree;
    }

    private readonly struct PlacePoints(Vector3* points, ulong* words, int shift, int* order, int count, int* items, Vector3* positions) : IParallelWork
    {
        private const int Ahead = 24;

        public void Run(int part)
        {
            var (start, end) = RadixSort.Chunk(part, count);
            for (var i = start; i < end; i++)
            {
                // Points lie anywhere: those of later rounds are asked for while this one is copied.
                if (Sse.IsSupported && i + Ahead < end)
                    Sse.Prefetch0(points + Number(i + Ahead));
                var index = Number(i);
                items[i] = index;
                positions[i] = points[index];
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private int Number(int i) => order == null ? (int)(words[i] & ((1UL << shift) - 1)) : order[i];
    }
}
