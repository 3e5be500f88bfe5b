using System.Numerics;
using System.Runtime.Intrinsics;
using Sparseland.Threads;

namespace Sparseland.Trees.Keys;

/// <summary>Puts points into the order of their Morton codes: the first half of every tree's construction (Lauterbach et al. 2009; Karras, "Maximizing parallelism in the construction of BVHs, octrees, and k-d trees", 2012).</summary>
public static unsafe class MortonOrder
{
    /// <summary>Codes of points and the order that sorts them. The result does not depend on the number of threads.</summary>
    /// <param name="points">The points; where one lies outside the cube see <see cref="MortonCode3.Encode(ReadOnlySpan{Vector3}, Cube, int, Span{ulong})"/>.</param>
    /// <param name="cube">The cube that is divided.</param>
    /// <param name="depth">Cells along a side are 2^depth; 1 to 21. Up to (64 - log2 of the points) / 3, which is 13 for 10 million, code and place are sorted as one word.</param>
    /// <param name="keys">Afterwards the codes, ascending; as long as the points.</param>
    /// <param name="indices">Afterwards the point of each code; equal codes by rising point.</param>
    public static void Sort(ReadOnlySpan<Vector3> points, Cube cube, int depth, Span<ulong> keys, Span<int> indices)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(depth, 1);
        ArgumentOutOfRangeException.ThrowIfNotEqual(keys.Length, points.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(indices.Length, points.Length);
        if (points.IsEmpty)
            return;
        var count = points.Length;
        var scratch = GC.AllocateUninitializedArray<ulong>(count);
        fixed (ulong* key = keys, spare = scratch)
        fixed (int* index = indices)
        {
            if (SortWords(points, cube, depth, key, spare, out var sorted) is var shift and > 0)
                WorkerPool.Run(RadixSort.Chunks(count), new Unpack(sorted, key, index, count, shift));
            else
                RadixSort.Sort(keys, indices, 3 * depth);
        }
    }

    /// <summary>Sorts words of code and place; where the two are too long for one word, the codes are left unsorted in <paramref name="words"/>.</summary>
    /// <param name="points">The points.</param>
    /// <param name="cube">The cube that is divided.</param>
    /// <param name="depth">Cells along a side are 2^depth.</param>
    /// <param name="words">Room for a word per point.</param>
    /// <param name="spare">The same again.</param>
    /// <param name="sorted">Where the sorted words lie: one of the two.</param>
    /// <returns>How many low bits of a word are the place, the code above them; zero where they do not fit.</returns>
    internal static int SortWords(ReadOnlySpan<Vector3> points, Cube cube, int depth, ulong* words, ulong* spare, out ulong* sorted)
    {
        var quantizer = new Quantizer(new Vector4(cube.Minimum, 0), cube.Size, depth, MortonCode3.MaximumDepth);
        var count = points.Length;
        var shift = RadixSort.IndexBits(count);
        if (3 * depth + shift > 64)
            shift = 0;
        fixed (Vector3* point = points)
            WorkerPool.Run(RadixSort.Chunks(count), new EncodePart(point, count, quantizer, shift, words));
        sorted = shift == 0 || count == 0 ? words : PackedRadix.Sort(words, spare, count, shift, 3 * depth);
        return shift;
    }

    // indexBits zero: the code alone; else code and place in one word.
    private readonly struct EncodePart(Vector3* points, int count, Quantizer quantizer, int indexBits, ulong* destination) : IParallelWork
    {
        public void Run(int part)
        {
            var (start, end) = RadixSort.Chunk(part, count);
            // A load of four floats takes the next point's x along, which the last point has not.
            for (var i = start; i < end; i++)
            {
                var point = i + 1 < count ? Vector128.Load((float*)(points + i)) : points[i].AsVector128();
                var cell = quantizer.Cell(point);
                var code = MortonCode3.Encode(cell[0], cell[1], cell[2]);
                destination[i] = indexBits == 0 ? code : (code << indexBits) | (uint)i;
            }
        }
    }

    private readonly struct Unpack(ulong* words, ulong* keys, int* indices, int count, int indexBits) : IParallelWork
    {
        public void Run(int part)
        {
            var (start, end) = RadixSort.Chunk(part, count);
            var mask = (1UL << indexBits) - 1;
            for (var i = start; i < end; i++)
            {
                var word = words[i];
                indices[i] = (int)(word & mask);
                keys[i] = word >> indexBits;
            }
        }
    }
}
