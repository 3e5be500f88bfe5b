using System.Buffers;

namespace Sparseland.Language.Tokenizers.Vocabularies;

/// <summary>A merge: two neighbouring tokens become one.</summary>
/// <param name="Left">Id of the first token.</param>
/// <param name="Right">Id of the second token.</param>
/// <param name="Rank">Lower ranks are applied first; equal ranks from left to right.</param>
/// <param name="Result">Id of the joined token.</param>
internal readonly record struct Merge(int Left, int Right, int Rank, int Result);

/// <summary>
/// The merges of byte-pair encoding (Sennrich et al. 2016) and their application: the pair of lowest rank is joined, the leftmost first,
/// until no pair can be. Short sequences rescan; long ones keep a heap, so a text of n symbols without a space costs n log n and not n².
/// </summary>
internal sealed class MergeTable
{
    // Below this many symbols a rescan is faster than a heap.
    private const int LongestScan = 48;

    private readonly Dictionary<ulong, (int Rank, int Result)> pairs;

    /// <summary>Builds the table; of two merges of the same pair the one of lower rank counts.</summary>
    public MergeTable(IReadOnlyList<Merge> merges)
    {
        Merges = merges;
        pairs = new Dictionary<ulong, (int, int)>(merges.Count);
        foreach (var merge in merges)
            if (!pairs.TryGetValue(Key(merge.Left, merge.Right), out var known) || known.Rank > merge.Rank)
                pairs[Key(merge.Left, merge.Right)] = (merge.Rank, merge.Result);
    }

    /// <summary>All merges in the order of the file.</summary>
    public IReadOnlyList<Merge> Merges { get; }

    /// <summary>Joins symbols in place and returns how many are left at the front of the span.</summary>
    public int Apply(Span<int> symbols) => symbols.Length <= LongestScan ? Scan(symbols) : Heap(symbols);

    private static ulong Key(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;

    private int Scan(Span<int> symbols)
    {
        Span<(int Rank, int Result)> found = stackalloc (int, int)[LongestScan];
        var count = symbols.Length;
        for (var i = 0; i + 1 < count; i++)
            found[i] = Find(symbols[i], symbols[i + 1]);
        while (count > 1)
        {
            var best = 0;
            for (var i = 1; i + 1 < count; i++)
                if (found[i].Rank < found[best].Rank)
                    best = i;
            if (found[best].Rank == int.MaxValue)
                break;
            symbols[best] = found[best].Result;
            symbols[(best + 2)..count].CopyTo(symbols[(best + 1)..]);
            if (best + 2 < count)
                found[(best + 2)..count].CopyTo(found[(best + 1)..]);
            count--;
            if (best > 0)
                found[best - 1] = Find(symbols[best - 1], symbols[best]);
            if (best + 1 < count)
                found[best] = Find(symbols[best], symbols[best + 1]);
        }
        return count;
    }

    private (int Rank, int Result) Find(int left, int right) => pairs.TryGetValue(Key(left, right), out var merge) ? merge : (int.MaxValue, 0);

    // A doubly linked list over the symbols; a heap entry is stale when its two symbols are no longer those it was made for.
    private int Heap(Span<int> symbols)
    {
        var links = ArrayPool<int>.Shared.Rent(symbols.Length * 2);
        try
        {
            var next = links.AsSpan(0, symbols.Length);
            var previous = links.AsSpan(symbols.Length, symbols.Length);
            var queue = new PriorityQueue<(int Position, int Left, int Right, int Result), ulong>(symbols.Length);
            for (var i = 0; i < symbols.Length; i++)
            {
                next[i] = i + 1 < symbols.Length ? i + 1 : -1;
                previous[i] = i - 1;
                if (i + 1 < symbols.Length)
                    Offer(queue, symbols, i, i + 1);
            }
            while (queue.TryDequeue(out var entry, out _))
            {
                var right = next[entry.Position];
                if (symbols[entry.Position] != entry.Left || right < 0 || symbols[right] != entry.Right)
                    continue;
                symbols[entry.Position] = entry.Result;
                symbols[right] = -1;
                next[entry.Position] = next[right];
                if (next[right] >= 0)
                {
                    previous[next[right]] = entry.Position;
                    Offer(queue, symbols, entry.Position, next[right]);
                }
                if (previous[entry.Position] >= 0)
                    Offer(queue, symbols, previous[entry.Position], entry.Position);
            }
            return Compact(symbols);
        }
        finally
        {
            ArrayPool<int>.Shared.Return(links);
        }
    }

    private void Offer(PriorityQueue<(int, int, int, int), ulong> queue, ReadOnlySpan<int> symbols, int left, int right)
    {
        var (rank, result) = Find(symbols[left], symbols[right]);
        if (rank != int.MaxValue)
            queue.Enqueue((left, symbols[left], symbols[right], result), ((ulong)(uint)rank << 32) | (uint)left);
    }

    private static int Compact(Span<int> symbols)
    {
        var count = 0;
        foreach (var symbol in symbols)
            if (symbol >= 0)
                symbols[count++] = symbol;
        return count;
    }
}
