using System.Numerics;
using Sparseland.Errors;
using Sparseland.Threads;
using Sparseland.Trees.Keys;

namespace Sparseland.Trees.Octrees;

public static unsafe partial class OctreeBuilder
{
    private const int TrianglesPerPart = 128;

    // Codes, triangles, order and the two words of the sort.
    private const int BytesPerPair = 40;

    /// <summary>Builds a tree whose leaves are the cells that triangles meet, touching included: each triangle walks down the tree from its own box, testing cells exactly, and the pairs of cell and triangle are sorted.</summary>
    /// <param name="vertices">The vertices, in metres.</param>
    /// <param name="triangles">Three vertex numbers for each triangle.</param>
    /// <param name="depth">Levels below the root, 1 to 21.</param>
    /// <param name="cube">The cube to divide, which must hold every vertex; null for the smallest around them.</param>
    /// <param name="limitBytes">The most bytes that the tree, and the work on it, may take.</param>
    /// <param name="cancellationToken">Looked at between the stages.</param>
    /// <exception cref="NumericalException">A vertex is NaN or infinite.</exception>
    /// <exception cref="MismatchException">A triangle names a vertex that does not exist, or a vertex lies outside the cube.</exception>
    /// <exception cref="ResourceLimitException">The tree would be larger than allowed; names the depth that fits.</exception>
    public static LinearOctree FromTriangles(ReadOnlySpan<Vector3> vertices, ReadOnlySpan<int> triangles, int depth, Cube? cube = null, long limitBytes = DefaultLimitBytes, CancellationToken cancellationToken = default)
    {
        OctreeLayout.RequireDepth(depth);
        var around = Cube.Around(vertices);
        if (cube is { } given)
        {
            RequireCube(given);
            around = given;
        }
        var shapes = Shapes(vertices, triangles, around, depth);
        limitBytes = Math.Min(limitBytes, DefaultLimitBytes);
        var parts = new (List<ulong> Codes, List<int> Triangles)[(shapes.Length + TrianglesPerPart - 1) / TrianglesPerPart];
        var pairs = new long[1];
        WorkerPool.Run(parts.Length, new WalkTriangles(shapes, depth, parts, pairs, limitBytes / BytesPerPair, cancellationToken));
        cancellationToken.ThrowIfCancellationRequested();
        if (pairs[0] > limitBytes / BytesPerPair)
            throw OctreeLayout.TooLarge(depth, pairs[0] * BytesPerPair, limitBytes, DepthThatFits(shapes, depth, limitBytes, cancellationToken));
        return FromPairs(parts, (int)pairs[0], depth, around, shapes.Length, limitBytes);
    }

    private static LinearOctree FromPairs((List<ulong> Codes, List<int> Triangles)[] parts, int count, int depth, Cube cube, int triangleCount, long limitBytes)
    {
        var codes = GC.AllocateUninitializedArray<ulong>(count);
        var numbers = GC.AllocateUninitializedArray<int>(count);
        var order = GC.AllocateUninitializedArray<int>(count);
        var next = 0;
        foreach (var part in parts)
        {
            part.Codes.CopyTo(codes, next);
            part.Triangles.CopyTo(numbers, next);
            next += part.Codes.Count;
        }
        RadixSort.Sort(codes, order, 3 * depth);
        fixed (ulong* code = codes)
        {
            var tree = Build(code, count, 0, depth, cube, OctreeKind.Triangles, triangleCount, limitBytes, out var storage);
            var items = (int*)(storage.Pointer + tree.Layout.Items);
            for (var i = 0; i < count; i++)
                items[i] = numbers[order[i]];
            GC.KeepAlive(storage);
            return tree;
        }
    }

    // Triangles in units of the finest cells.
    private static BoxTriangle[] Shapes(ReadOnlySpan<Vector3> vertices, ReadOnlySpan<int> triangles, Cube cube, int depth)
    {
        if (triangles.Length % 3 != 0)
            throw new MismatchException($"{triangles.Length} vertex numbers are no whole triangles; each has three");
        var corners = new Vector3Double[vertices.Length];
        for (var i = 0; i < vertices.Length; i++)
        {
            if (!cube.Contains(vertices[i]))
                throw new MismatchException($"vertex {i} of {vertices.Length} is {vertices[i]}, outside the cube from {cube.Minimum} to {cube.Maximum}; leave the cube away to have one that fits");
            corners[i] = ((Vector3Double)vertices[i] - (Vector3Double)cube.Minimum) * ((1 << depth) / (double)cube.Size);
        }
        var shapes = new BoxTriangle[triangles.Length / 3];
        for (var i = 0; i < triangles.Length; i++)
        {
            if ((uint)triangles[i] >= (uint)vertices.Length)
                throw new MismatchException($"triangle {i / 3} names vertex {triangles[i]} and there are {vertices.Length}");
        }
        for (var i = 0; i < shapes.Length; i++)
            shapes[i] = new(corners[triangles[3 * i]], corners[triangles[3 * i + 1]], corners[triangles[3 * i + 2]]);
        return shapes;
    }

    // Pairs grow about fourfold with each level, so trying from the top costs little more than the last level that fits.
    private static int DepthThatFits(BoxTriangle[] shapes, int depth, long limitBytes, CancellationToken cancellationToken)
    {
        for (var fits = 1; fits < depth; fits++)
        {
            var pairs = new long[1];
            var parts = new (List<ulong>, List<int>)[(shapes.Length + TrianglesPerPart - 1) / TrianglesPerPart];
            WorkerPool.Run(parts.Length, new WalkTriangles(shapes, depth, parts, pairs, limitBytes / BytesPerPair, cancellationToken) { Level = fits });
            cancellationToken.ThrowIfCancellationRequested();
            if (pairs[0] > limitBytes / BytesPerPair)
                return fits - 1;
        }
        return depth - 1;
    }

    private readonly struct WalkTriangles(
        BoxTriangle[] shapes, int depth, (List<ulong> Codes, List<int> Triangles)[] parts, long[] pairs, long mostPairs, CancellationToken cancellationToken) : IParallelWork
    {
        /// <summary>The level whose cells are gathered, in place of the leaves; zero for the leaves.</summary>
        public int Level { get; init; }

        public void Run(int part)
        {
            var (codes, numbers) = parts[part] = ([], []);
            var end = Math.Min((part + 1) * TrianglesPerPart, shapes.Length);
            for (var i = part * TrianglesPerPart; i < end && !cancellationToken.IsCancellationRequested && Volatile.Read(ref pairs[0]) <= mostPairs; i++)
            {
                var before = codes.Count;
                Walk(shapes[i], Level == 0 ? depth : Level, 0, 0, 0, 0, codes);
                Interlocked.Add(ref pairs[0], codes.Count - before);
                while (numbers.Count < codes.Count)
                    numbers.Add(i);
            }
        }

        private void Walk(in BoxTriangle shape, int last, int level, uint x, uint y, uint z, List<ulong> codes)
        {
            if (level == last)
            {
                codes.Add(MortonCode3.Encode(x, y, z));
                return;
            }
            var side = (double)(1u << (depth - 1 - level));
            for (var octant = 0u; octant < 8 && codes.Count <= mostPairs; octant++)
            {
                var (cx, cy, cz) = (2 * x + (octant & 1), 2 * y + ((octant >> 1) & 1), 2 * z + (octant >> 2));
                if (shape.Overlaps(new((cx + 0.5) * side, (cy + 0.5) * side, (cz + 0.5) * side), side / 2))
                    Walk(shape, last, level + 1, cx, cy, cz, codes);
            }
        }
    }
}
