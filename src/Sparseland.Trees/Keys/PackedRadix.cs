using Sparseland.Threads;

namespace Sparseland.Trees.Keys;

/// <summary>The passes of the radix sort over 64-bit words. One thread counts all digits in one read; several count each pass in parts, whose counts give every part its own places to write to.</summary>
internal static unsafe class PackedRadix
{
    private const int LongestDigit = 11;
    private const int MostPasses = 6;
    private const int Parts = 16;
    private const int SmallCount = 1 << 15;

    /// <summary>Sorts words by <paramref name="bits"/> bits from <paramref name="shift"/> up; the others are carried along. Stable.</summary>
    /// <returns>Where the sorted words lie: one of the two given places.</returns>
    public static ulong* Sort(ulong* words, ulong* scratch, int count, int shift, int bits)
    {
        var passes = (bits + LongestDigit - 1) / LongestDigit;
        var digit = (bits + passes - 1) / passes;
        return WorkerPool.ThreadCount == 1 || count < SmallCount ? SortAlone(words, scratch, count, shift, digit, passes) : SortTogether(words, scratch, count, shift, digit, passes);
    }

    private static ulong* SortAlone(ulong* words, ulong* scratch, int count, int shift, int digit, int passes)
    {
        var buckets = 1 << digit;
        var counts = stackalloc int[MostPasses << LongestDigit];
        new Span<int>(counts, passes * buckets).Clear();
        var mask = (uint)buckets - 1;
        for (var i = 0; i < count; i++)
        {
            var word = words[i] >> shift;
            for (var pass = 0; pass < passes; pass++)
            {
                counts[(pass << digit) + (int)((uint)word & mask)]++;
                word >>= digit;
            }
        }
        for (var pass = 0; pass < passes; pass++)
        {
            var places = counts + (pass << digit);
            if (!ToPlaces(places, buckets, 1, count))
                continue;
            Scatter(words, scratch, 0, count, shift + pass * digit, mask, places);
            var sorted = scratch;
            scratch = words;
            words = sorted;
        }
        return words;
    }

    private static ulong* SortTogether(ulong* words, ulong* scratch, int count, int shift, int digit, int passes)
    {
        var buckets = 1 << digit;
        fixed (int* counts = new int[Parts << digit])
        {
            for (var pass = 0; pass < passes; pass++)
            {
                WorkerPool.Run(Parts, new CountPart(words, count, shift + pass * digit, digit, counts));
                if (!ToPlaces(counts, buckets, Parts, count))
                    continue;
                WorkerPool.Run(Parts, new ScatterPart(words, scratch, count, shift + pass * digit, digit, counts));
                var sorted = scratch;
                scratch = words;
                words = sorted;
            }
        }
        return words;
    }

    // Counts become first places, digit by digit and within a digit part by part. False when one digit has them all, so that the pass would move nothing.
    private static bool ToPlaces(int* counts, int buckets, int parts, int count)
    {
        var place = 0;
        for (var bucket = 0; bucket < buckets; bucket++)
        {
            var first = place;
            for (var part = 0; part < parts; part++)
            {
                ref var entry = ref counts[part * buckets + bucket];
                (entry, place) = (place, place + entry);
            }
            if (place - first == count)
                return false;
        }
        return true;
    }

    private static void Scatter(ulong* words, ulong* destination, int start, int end, int shift, uint mask, int* places)
    {
        for (var i = start; i < end; i++)
        {
            var word = words[i];
            destination[places[(uint)(word >> shift) & mask]++] = word;
        }
    }

    private static int Bound(int part, int count) => (int)((long)count * part / Parts);

    private readonly struct CountPart(ulong* words, int count, int shift, int digit, int* counts) : IParallelWork
    {
        public void Run(int part)
        {
            var own = counts + (part << digit);
            new Span<int>(own, 1 << digit).Clear();
            var mask = (1u << digit) - 1;
            var end = Bound(part + 1, count);
            for (var i = Bound(part, count); i < end; i++)
                own[(uint)(words[i] >> shift) & mask]++;
        }
    }

    private readonly struct ScatterPart(ulong* words, ulong* destination, int count, int shift, int digit, int* places) : IParallelWork
    {
        public void Run(int part) =>
            Scatter(words, destination, Bound(part, count), Bound(part + 1, count), shift, (1u << digit) - 1, places + (part << digit));
    }
}
