using System.Numerics;
using System.Runtime.Intrinsics;
using Sparseland.Threads;
using Sparseland.Trees.Keys;

namespace Sparseland.Space.Points;

/// <summary>
/// Puts points in the order of a Hilbert curve over 1024 x 1024 x 1024 cells (Skilling, "Programming the Hilbert curve", 2004, eight points at a time). Neighbours on the curve are neighbours in space, without the
/// jumps of Morton codes, so any run of points is compact. Runs that share a cell are ordered again within themselves, so clusters of any scale are.
/// </summary>
internal static unsafe class HilbertOrder
{
    private const int Bits = 10;
    private const int PartPoints = 1 << 14;

    /// <summary>Runs in one cell up to this length are left in the order of their points.</summary>
    private const int LongestRun = 64;

    /// <summary>The points' numbers in the order of the curve, equal places by rising number; as they come when one is not finite.</summary>
    public static int[] Of(ReadOnlySpan<Vector3> points)
    {
        var keys = new ulong[points.Length];
        var order = new int[points.Length];
        fixed (Vector3* first = points)
        {
            for (var i = 0; i < order.Length; i++)
                order[i] = i;
            Sort(first, order, keys, new int[points.Length]);
        }
        return order;
    }

    // Sorts the points named in an order, and then within it what shares a cell.
    private static void Sort(Vector3* points, Span<int> order, Span<ulong> keys, Span<int> places)
    {
        var (lower, upper) = (points[order[0]], points[order[0]]);
        foreach (var point in order)
            (lower, upper) = (Vector3.Min(lower, points[point]), Vector3.Max(upper, points[point]));
        var extent = upper - lower;
        var side = MathF.Max(extent.X, MathF.Max(extent.Y, extent.Z));
        var scale = (1 << Bits) * 0.9999f / side;
        if (!(side > 0 && float.IsFinite(side) && float.IsFinite(scale)))
            return;
        fixed (int* names = order)
        fixed (ulong* codes = keys)
            WorkerPool.Run((order.Length + PartPoints - 1) / PartPoints, new Encode(points, names, order.Length, lower, scale, codes));
        RadixSort.Sort(keys, places, 3 * Bits);
        for (var i = 0; i < places.Length; i++)
            places[i] = order[places[i]];
        places.CopyTo(order);
        for (var begin = 0; begin < keys.Length;)
        {
            var end = begin + 1;
            while (end < keys.Length && keys[end] == keys[begin])
                end++;
            if (end - begin > LongestRun)
                Sort(points, order[begin..end], keys[begin..end], places[begin..end]);
            begin = end;
        }
    }

    private static Vector256<ulong> Spread(Vector256<ulong> value)
    {
        value = (value | (value << 16)) & Vector256.Create(0x030000FFul);
        value = (value | (value << 8)) & Vector256.Create(0x0300F00Ful);
        value = (value | (value << 4)) & Vector256.Create(0x030C30C3ul);
        return (value | (value << 2)) & Vector256.Create(0x09249249ul);
    }

    private readonly struct Encode(Vector3* points, int* names, int count, Vector3 lower, float scale, ulong* codes) : IParallelWork
    {
        public void Run(int part)
        {
            var end = Math.Min(count, (part + 1) * PartPoints);
            var cells = stackalloc int[24];
            for (var i = part * PartPoints; i < end; i += 8)
            {
                for (var lane = 0; lane < 8; lane++)
                {
                    // The last ones are repeated to fill the vector, and not written.
                    var cell = (points[names[Math.Min(i + lane, end - 1)]] - lower) * scale;
                    (cells[lane], cells[8 + lane], cells[16 + lane]) = ((int)cell.X, (int)cell.Y, (int)cell.Z);
                }
                var (x, y, z) = (Vector256.Load(cells), Vector256.Load(cells + 8), Vector256.Load(cells + 16));
                Transpose(ref x, ref y, ref z);
                var (low, high) = (Interleave(x.GetLower(), y.GetLower(), z.GetLower()), Interleave(x.GetUpper(), y.GetUpper(), z.GetUpper()));
                for (var lane = 0; lane < Math.Min(8, end - i); lane++)
                    codes[i + lane] = lane < 4 ? low[lane] : high[lane - 4];
            }
        }

        private static Vector256<ulong> Interleave(Vector128<int> x, Vector128<int> y, Vector128<int> z) =>
            (Spread(Widened(x)) << 2) | (Spread(Widened(y)) << 1) | Spread(Widened(z));

        private static Vector256<ulong> Widened(Vector128<int> cells) => Vector256.Create(Vector128.WidenLower(cells.AsUInt32()), Vector128.WidenUpper(cells.AsUInt32()));

        // Cells to the curve's place, its bits dealt out over the three numbers: the loops of the paper, with masks for its branches.
        private static void Transpose(ref Vector256<int> x, ref Vector256<int> y, ref Vector256<int> z)
        {
            for (var bit = 1 << (Bits - 1); bit > 1; bit >>= 1)
            {
                var (one, below) = (Vector256.Create(bit), Vector256.Create(bit - 1));
                x ^= Vector256.Equals(x & one, one) & below;
                Turn(ref x, ref y, one, below);
                Turn(ref x, ref z, one, below);
            }
            y ^= x;
            z ^= y;
            var turned = z >> 1;
            turned ^= turned >> 1;
            turned ^= turned >> 2;
            turned ^= turned >> 4;
            turned ^= turned >> 8;
            (x, y, z) = (x ^ turned, y ^ turned, z ^ turned);
        }

        private static void Turn(ref Vector256<int> x, ref Vector256<int> other, Vector256<int> one, Vector256<int> below)
        {
            var isSet = Vector256.Equals(other & one, one);
            var swap = (x ^ other) & below;
            x ^= Vector256.ConditionalSelect(isSet, below, swap);
            other ^= Vector256.AndNot(swap, isSet);
        }
    }
}
