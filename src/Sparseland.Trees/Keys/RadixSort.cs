using System.Numerics;
using Sparseland.Threads;

namespace Sparseland.Trees.Keys;

/// <summary>
/// Stable sort of 64-bit keys together with the place where each was: least significant digit first, digits of up to 11 bits (Knuth, The Art of Computer Programming 3, 5.2.5).
/// Key and place travel in one 64-bit word; keys too long for that are sorted in rounds from their lowest bits. A stable sort has one result, so it is the same for any number of threads.
/// </summary>
public static unsafe class RadixSort
{
    private const int ChunkLength = 1 << 16;

    /// <summary>Sorts keys in ascending order. Time is proportional to length times keyBits; two words of scratch per key are allocated.</summary>
    /// <param name="keys">The keys; afterwards sorted.</param>
    /// <param name="indices">Afterwards, for each sorted key the place where it was; equal keys keep their order.</param>
    /// <param name="keyBits">How many low bits of the keys are in use, 1 to 64.</param>
    /// <exception cref="ArgumentOutOfRangeException">A key has a bit beyond <paramref name="keyBits"/>, or the lengths differ.</exception>
    public static void Sort(Span<ulong> keys, Span<int> indices, int keyBits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keyBits, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(keyBits, 64);
        ArgumentOutOfRangeException.ThrowIfNotEqual(indices.Length, keys.Length);
        if (keyBits < 64 && Largest(keys) >> keyBits != 0)
            throw new ArgumentOutOfRangeException(nameof(keys), $"a key has more than {keyBits} bits");
        if (keys.IsEmpty)
            return;
        var count = keys.Length;
        var indexBits = IndexBits(count);
        var words = GC.AllocateUninitializedArray<ulong>(count);
        var scratch = GC.AllocateUninitializedArray<ulong>(count);
        fixed (ulong* key = keys, word = words, spare = scratch)
        fixed (int* index = indices)
        {
            var sorted = word;
            for (var done = 0; done < keyBits;)
            {
                var bits = Math.Min(64 - indexBits, keyBits - done);
                WorkerPool.Run(Chunks(count), new Pack(key, done == 0 ? null : index, word, count, indexBits, done, bits));
                sorted = PackedRadix.Sort(word, spare, count, indexBits, bits);
                WorkerPool.Run(Chunks(count), new UnpackIndices(sorted, index, count, indexBits));
                done += bits;
            }
            var other = sorted == word ? spare : word;
            WorkerPool.Run(Chunks(count), new GatherKeys(key, index, other, count));
            new Span<ulong>(other, count).CopyTo(keys);
        }
    }

    /// <summary>How many low bits of a word hold a place below <paramref name="count"/>.</summary>
    internal static int IndexBits(int count) => Math.Max(1, 32 - BitOperations.LeadingZeroCount((uint)(count - 1)));

    internal static int Chunks(int count) => (count + ChunkLength - 1) / ChunkLength;

    internal static (int Start, int End) Chunk(int part, int count) => (part * ChunkLength, (int)Math.Min(((long)part + 1) * ChunkLength, count));

    private static ulong Largest(ReadOnlySpan<ulong> keys)
    {
        var all = 0UL;
        foreach (var key in keys)
            all |= key;
        return all;
    }

    private readonly struct Pack(ulong* keys, int* order, ulong* words, int count, int indexBits, int shift, int bits) : IParallelWork
    {
        public void Run(int part)
        {
            var (start, end) = Chunk(part, count);
            var mask = bits == 64 ? ulong.MaxValue : (1UL << bits) - 1;
            for (var i = start; i < end; i++)
            {
                var index = order == null ? i : order[i];
                words[i] = (((keys[index] >> shift) & mask) << indexBits) | (uint)index;
            }
        }
    }

    private readonly struct GatherKeys(ulong* keys, int* order, ulong* destination, int count) : IParallelWork
    {
        public void Run(int part)
        {
            var (start, end) = Chunk(part, count);
            for (var i = start; i < end; i++)
                destination[i] = keys[order[i]];
        }
    }

    private readonly struct UnpackIndices(ulong* words, int* indices, int count, int indexBits) : IParallelWork
    {
        public void Run(int part)
        {
            var (start, end) = Chunk(part, count);
            var mask = (1UL << indexBits) - 1;
            for (var i = start; i < end; i++)
                indices[i] = (int)(words[i] & mask);
        }
    }
}
