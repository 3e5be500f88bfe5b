using System.Numerics;
using Sparseland.Errors;
using Sparseland.Tensors;
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
        var keys = GC.AllocateUninitializedArray<ulong>(points.Length);
        var indices = GC.AllocateUninitializedArray<int>(points.Length);
        MortonOrder.Sort(points, around, depth, keys, indices);
        fixed (Vector3* point = points)
        fixed (ulong* key = keys)
        fixed (int* index = indices)
        {
            var tree = Build(key, points.Length, depth, around, OctreeKind.Points, points.Length, limitBytes, out var storage);
            var items = (int*)(storage.Pointer + tree.Layout.Items);
            var positions = (Vector3*)(storage.Pointer + tree.Layout.Positions);
            WorkerPool.Run(RadixSort.Chunks(points.Length), new PlacePoints(point, index, points.Length, items, positions));
            GC.KeepAlive(storage);
            return tree;
        }
    }

    private readonly struct PlacePoints(Vector3* points, int* order, int count, int* items, Vector3* positions) : IParallelWork
    {
        public void Run(int part)
        {
            var (start, end) = RadixSort.Chunk(part, count);
            for (var i = start; i < end; i++)
            {
                items[i] = order[i];
                positions[i] = points[order[i]];
            }
        }
    }
}
