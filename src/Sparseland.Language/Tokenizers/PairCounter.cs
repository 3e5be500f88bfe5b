using System.Runtime.InteropServices;
using Sparseland.Language.Tokenizers.Vocabularies;

namespace Sparseland.Language.Tokenizers;

/// <summary>
/// The counts of neighbouring tokens over counted words, kept up to date while pairs are joined. A queue holds pairs by the count they had when they
/// were put in; an outdated one is put back with its new count when it comes up, so a join costs only the words that hold the pair.
/// </summary>
internal sealed class PairCounter(int firstByte)
{
    private readonly List<(int[] Symbols, int Length, long Count)> words = [];
    private readonly Dictionary<ulong, long> counts = [];
    private readonly Dictionary<ulong, HashSet<int>> places = [];
    private readonly PriorityQueue<ulong, (long NegativeCount, ulong Pair)> queue = new();
    private readonly HashSet<ulong> grown = [];
    private bool filled;

    /// <summary>The byte values in the order of their stand-in characters: their ids follow this order.</summary>
    public static IReadOnlyList<int> ByteOrder { get; } = Enumerable.Range(0, 256).OrderBy(value => ByteAlphabet.ToCharacter((byte)value)).ToArray();

    private readonly int[] byteIds = Enumerable.Range(0, 256).Select(value => firstByte + ByteOrder.ToList().IndexOf(value)).ToArray();

    /// <summary>Adds a word with the number of times it occurs; all before the first join.</summary>
    public void AddWord(ReadOnlySpan<byte> word, long count)
    {
        if (word.Length < 2)
            return;
        var symbols = new int[word.Length];
        for (var i = 0; i < word.Length; i++)
            symbols[i] = byteIds[word[i]];
        words.Add((symbols, symbols.Length, count));
        for (var i = 0; i + 1 < symbols.Length; i++)
            Change(Key(symbols[i], symbols[i + 1]), count, words.Count - 1);
    }

    /// <summary>The most frequent pair, the one of lower ids among equals; false when none is frequent enough.</summary>
    public bool TakeBest(int minimumCount, out int left, out int right)
    {
        if (!filled)
            foreach (var (pair, count) in counts)
                queue.Enqueue(pair, (-count, pair));
        filled = true;
        while (queue.TryDequeue(out var pair, out var priority))
        {
            var now = counts.GetValueOrDefault(pair);
            if (now != -priority.NegativeCount)
            {
                if (now > 0)
                    queue.Enqueue(pair, (-now, pair));
                continue;
            }
            if (now < minimumCount)
                break;
            (left, right) = ((int)(pair >> 32), (int)(uint)pair);
            return true;
        }
        (left, right) = (-1, -1);
        return false;
    }

    /// <summary>Replaces a pair by a new token in every word.</summary>
    public void Join(int left, int right, int result)
    {
        var pair = Key(left, right);
        grown.Clear();
        foreach (var place in places[pair])
            JoinIn(place, left, right, result);
        counts.Remove(pair);
        places.Remove(pair);
        // Pairs with the new token are new; all others can only have lost.
        foreach (var fresh in grown)
            if (counts.TryGetValue(fresh, out var count) && count > 0)
                queue.Enqueue(fresh, (-count, fresh));
    }

    private static ulong Key(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;

    private void JoinIn(int place, int left, int right, int result)
    {
        var (symbols, length, count) = words[place];
        var kept = 0;
        for (var i = 0; i < length; kept++)
        {
            if (i + 1 >= length || symbols[i] != left || symbols[i + 1] != right)
            {
                symbols[kept] = symbols[i++];
                continue;
            }
            // What stands before is already joined, what follows not yet: the counts go from the one state to the other step by step.
            if (kept > 0)
            {
                Change(Key(symbols[kept - 1], left), -count, place);
                Grow(Key(symbols[kept - 1], result), count, place);
            }
            if (i + 2 < length)
            {
                Change(Key(right, symbols[i + 2]), -count, place);
                Grow(Key(result, symbols[i + 2]), count, place);
            }
            symbols[kept] = result;
            i += 2;
        }
        words[place] = (symbols, kept, count);
    }

    private void Grow(ulong pair, long by, int place)
    {
        Change(pair, by, place);
        grown.Add(pair);
    }

    // A place stays listed after its last occurrence went: joining then finds nothing there.
    private void Change(ulong pair, long by, int place)
    {
        CollectionsMarshal.GetValueRefOrAddDefault(counts, pair, out _) += by;
        if (by <= 0)
            return;
        ref var listed = ref CollectionsMarshal.GetValueRefOrAddDefault(places, pair, out _);
        (listed ??= []).Add(place);
    }
}
