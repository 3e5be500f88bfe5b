using System.Numerics;

namespace Sparseland.Trees.Omnitrees;

/// <summary>Which nodes are boxes, a bit for each, with the number of boxes before every 512 nodes: box to node and node to box by counting the bits of at most eight words.</summary>
internal sealed class LeafRank
{
    private const int Log2Block = 9;
    private const int WordsPerBlock = 1 << (Log2Block - 6);

    private readonly ulong[] _leaves;
    private readonly int[] _ranks;

    public LeafRank(int dimensions, int nodes, ReadOnlySpan<ulong> words)
    {
        _leaves = new ulong[(nodes + 63) >> 6];
        for (var node = 0; node < nodes; node++)
        {
            if (OmnitreeBits.Read(words, dimensions, node) == 0)
                _leaves[node >> 6] |= 1UL << (node & 63);
        }
        _ranks = new int[((nodes - 1) >> Log2Block) + 1];
        for (var word = 0; word < _leaves.Length; word++)
        {
            if (word % WordsPerBlock == 0)
                _ranks[word / WordsPerBlock] = Count;
            Count += BitOperations.PopCount(_leaves[word]);
        }
    }

    /// <summary>How many boxes there are.</summary>
    public int Count { get; }

    /// <summary>How many boxes come before a node.</summary>
    public int Before(int node)
    {
        var word = node >> 6;
        var rank = _ranks[node >> Log2Block];
        for (var at = word & -WordsPerBlock; at < word; at++)
            rank += BitOperations.PopCount(_leaves[at]);
        return rank + BitOperations.PopCount(_leaves[word] & ((1UL << (node & 63)) - 1));
    }

    /// <summary>The node of a box.</summary>
    public int Select(int box)
    {
        var block = Array.BinarySearch(_ranks, box);
        if (block < 0)
            block = ~block - 1;
        // Blocks without boxes have the rank of their successor, which is the one to look in.
        while (block + 1 < _ranks.Length && _ranks[block + 1] <= box)
            block++;
        var left = box - _ranks[block];
        var word = block * WordsPerBlock;
        for (var count = BitOperations.PopCount(_leaves[word]); left >= count; count = BitOperations.PopCount(_leaves[word]))
        {
            left -= count;
            word++;
        }
        var bits = _leaves[word];
        for (; left > 0; left--)
            bits &= bits - 1;
        return (word << 6) + BitOperations.TrailingZeroCount(bits);
    }
}
