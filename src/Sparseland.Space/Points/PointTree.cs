using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Sparseland.Errors;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Space.Points;

/// <summary>
/// The nearest points of a set: eight points to a block in the order of a Hilbert curve, and eight boxes to a node above them, full and without references (a packed R-tree after Kamel and Faloutsos, "On packing
/// R-trees", 1993, of the width of a vector). Immutable, and safe to use from many threads; of points at equal distances the one with the lower number is nearer. Distances must lie below 10^19 metres.
/// </summary>
public sealed unsafe class PointTree
{
    private const int Width = 8;
    private const int BlockFloats = 4 * Width;
    private const int NodeFloats = 6 * Width;
    private const int MostLevels = 12;
    private const int LevelShift = 28;
    private const int PlaceMask = (1 << LevelShift) - 1;
    private const int PartBlocks = 2048;
    private const int PartQueries = 256;
    private const int LeastOrdered = 2048;

    private readonly TensorStorage<float> _blocks;
    private readonly TensorStorage<float> _nodes;
    private readonly float*[] _levels;

    private PointTree(int count, TensorStorage<float> blocks, TensorStorage<float> nodes, float*[] levels) => (Count, _blocks, _nodes, _levels) = (count, blocks, nodes, levels);

    /// <summary>How many points there are.</summary>
    public int Count { get; }

    /// <summary>Bytes of the points and boxes.</summary>
    public long Bytes => sizeof(float) * (_blocks.Length + _nodes.Length);

    /// <summary>Builds the tree with all threads of the pool; the result does not depend on their number.</summary>
    /// <param name="points">The points, at least one, finite; they are copied.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <exception cref="MismatchException">There is no point.</exception>
    /// <exception cref="NumericalException">A coordinate is NaN or infinite.</exception>
    public static PointTree Build(ReadOnlySpan<Vector3> points, CancellationToken cancellation = default)
    {
        if (points.IsEmpty)
            throw new MismatchException("a set of no points has no nearest one; give at least one point");
        RequireFinite(points);
        cancellation.ThrowIfCancellationRequested();
        var order = HilbertOrder.Of(points);
        cancellation.ThrowIfCancellationRequested();
        var blockCount = (points.Length + Width - 1) / Width;
        var blocks = new TensorStorage<float>((long)blockCount * BlockFloats, zeroed: false);
        var counts = new List<int>();
        for (var below = blockCount; counts.Count == 0 || below > 1; below = counts[^1])
            counts.Add((below + Width - 1) / Width);
        var nodes = new TensorStorage<float>((long)counts.Sum() * NodeFloats, zeroed: false);
        var levels = new float*[counts.Count];
        var next = nodes.Pointer;
        for (var level = 0; level < levels.Length; level++)
        {
            levels[level] = next;
            next += (long)counts[level] * NodeFloats;
        }
        fixed (Vector3* first = points)
        fixed (int* names = order)
            WorkerPool.Run((counts[0] * Width + PartBlocks - 1) / PartBlocks, new FillBlocks(first, names, points.Length, blocks.Pointer, blockCount, levels[0], counts[0] * Width));
        for (var level = 1; level < levels.Length; level++)
        {
            for (var child = 0; child < counts[level] * Width; child++)
                PointBoxes.Unite(levels[level - 1] + (long)child * NodeFloats, child < counts[level - 1], levels[level] + (long)(child / Width) * NodeFloats + child % Width);
        }
        return new(points.Length, blocks, nodes, levels);
    }

    /// <summary>The nearest point.</summary>
    /// <param name="query">Where to look from.</param>
    /// <param name="squared">The square of the distance, in square metres.</param>
    /// <returns>The point's number; -1 when the query is not finite.</returns>
    public int Nearest(Vector3 query, out float squared)
    {
        var best = PointBoxes.None;
        Search(query, &best, 1);
        squared = PointBoxes.Squared(best);
        return PointBoxes.Number(best);
    }

    /// <summary>The nearest points of many queries, by all threads. A large batch is answered in the order of a curve through its queries, so that neighbours find in the cache what the one before has read.</summary>
    /// <param name="queries">Where to look from.</param>
    /// <param name="count">How many neighbours each gets, at least 1.</param>
    /// <param name="numbers">Gets the neighbours of each query, nearest first; -1 where there are fewer points than asked for, or a query is not finite.</param>
    /// <param name="squared">Gets the squares of their distances, in square metres; infinity where there is none.</param>
    public void Nearest(ReadOnlySpan<Vector3> queries, int count, Span<int> numbers, Span<float> squared)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(numbers.Length, (long)queries.Length * count, nameof(numbers));
        ArgumentOutOfRangeException.ThrowIfLessThan(squared.Length, (long)queries.Length * count, nameof(squared));
        var order = queries.Length >= LeastOrdered ? HilbertOrder.Of(queries) : null;
        fixed (Vector3* first = queries)
        fixed (int* place = order)
        fixed (int* number = numbers)
        fixed (float* square = squared)
            WorkerPool.Run((queries.Length + PartQueries - 1) / PartQueries, new SearchWork(this, first, place, queries.Length, count, number, square));
    }

    [SkipLocalsInit]
    private void Search(Vector3 query, ulong* best, int count)
    {
        var stack = stackalloc ulong[Width * MostLevels];
        var nears = stackalloc float[Width];
        var (x, y, z) = (Vector256.Create(query.X), Vector256.Create(query.Y), Vector256.Create(query.Z));
        var worst = PointBoxes.Worst(best[count - 1]);
        var (waiting, level, place) = (0, _levels.Length, 0);
        while (true)
        {
            if (level == 0)
            {
                if (PointBoxes.Offer(_blocks.Pointer + (long)place * BlockFloats, x, y, z, best, count, worst))
                    worst = PointBoxes.Worst(best[count - 1]);
            }
            else
            {
                level--;
                var squared = PointBoxes.SquaredDistances(_levels[level] + (long)place * NodeFloats, x, y, z);
                var children = Vector256.LessThanOrEqual(squared, Vector256.Create(worst)).ExtractMostSignificantBits();
                if (children != 0)
                {
                    squared.Store(nears);
                    waiting = Push(children, nears, (uint)level << LevelShift, place * Width, stack, waiting);
                    place = (int)stack[--waiting] & PlaceMask;
                    continue;
                }
            }
            do
            {
                if (waiting == 0)
                {
                    GC.KeepAlive(this);
                    return;
                }
                waiting--;
            }
            while (PointBoxes.Squared(stack[waiting]) > worst);
            (level, place) = ((int)((uint)stack[waiting] >> LevelShift), (int)stack[waiting] & PlaceMask);
        }
    }

    // Puts children on the stack, the nearest on top, and returns how many wait now.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Push(uint children, float* nears, uint level, int firstChild, ulong* stack, int waiting)
    {
        var first = waiting;
        do
        {
            var child = BitOperations.TrailingZeroCount(children);
            children &= children - 1;
            var entry = ((ulong)BitConverter.SingleToUInt32Bits(nears[child]) << 32) | level | (uint)(firstChild + child);
            var place = waiting++;
            for (; place > first && stack[place - 1] < entry; place--)
                stack[place] = stack[place - 1];
            stack[place] = entry;
        }
        while (children != 0);
        return waiting;
    }

    private static void RequireFinite(ReadOnlySpan<Vector3> points)
    {
        for (var i = 0; i < points.Length; i++)
        {
            var point = points[i];
            if (!float.IsFinite(point.X * 0 + point.Y * 0 + point.Z * 0))
                throw new NumericalException($"point {i} of {points.Length} is ({point.X}, {point.Y}, {point.Z}), and coordinates must be finite; leave it out");
        }
    }

    private readonly struct FillBlocks(Vector3* points, int* order, int count, float* blocks, int blockCount, float* nodes, int places) : IParallelWork
    {
        public void Run(int part)
        {
            var end = Math.Min(places, (part + 1) * PartBlocks);
            for (var block = part * PartBlocks; block < end; block++)
            {
                var box = nodes + (long)(block / Width) * NodeFloats + block % Width;
                if (block < blockCount)
                    PointBoxes.Fill(points, order + (long)block * Width, Math.Min(Width, count - block * Width), blocks + (long)block * BlockFloats, box);
                else
                    PointBoxes.Write(box, new(float.PositiveInfinity), new(float.NegativeInfinity));
            }
        }
    }

    private readonly struct SearchWork(PointTree tree, Vector3* queries, int* order, int queryCount, int count, int* numbers, float* squared) : IParallelWork
    {
        private const int MostOnStack = 64;

        public void Run(int part)
        {
            var best = count <= MostOnStack ? stackalloc ulong[MostOnStack] : new ulong[count];
            fixed (ulong* kept = best)
            {
                var end = Math.Min(queryCount, (part + 1) * PartQueries);
                for (var place = part * PartQueries; place < end; place++)
                {
                    var i = order is null ? place : order[place];
                    new Span<ulong>(kept, count).Fill(PointBoxes.None);
                    tree.Search(queries[i], kept, count);
                    for (var k = 0; k < count; k++)
                        (numbers[(long)i * count + k], squared[(long)i * count + k]) = (PointBoxes.Number(kept[k]), PointBoxes.Squared(kept[k]));
                }
            }
        }
    }
}
