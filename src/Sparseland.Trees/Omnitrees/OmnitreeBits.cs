namespace Sparseland.Trees.Omnitrees;

/// <summary>A bit string under construction: d bits a node, packed into words from the lowest bit on, dimension 0 first.</summary>
internal sealed class OmnitreeBits(int dimensions)
{
    private ulong[] _words = new ulong[4];

    /// <summary>Nodes so far.</summary>
    public int Nodes { get; private set; }

    /// <summary>Words that so many nodes need.</summary>
    public static int WordCount(int dimensions, int nodes) => (int)(((long)dimensions * nodes + 63) >> 6);

    /// <summary>The refinement of a node.</summary>
    public static int Read(ReadOnlySpan<ulong> words, int dimensions, int node)
    {
        var bit = (long)node * dimensions;
        var (word, shift) = ((int)(bit >> 6), (int)(bit & 63));
        var value = words[word] >> shift;
        if (shift + dimensions > 64)
            value |= words[word + 1] << (64 - shift);
        return (int)(value & ((1UL << dimensions) - 1));
    }

    /// <summary>Appends a node.</summary>
    public void Add(int refinement)
    {
        var bit = (long)Nodes * dimensions;
        var (word, shift) = ((int)(bit >> 6), (int)(bit & 63));
        if (word + 1 >= _words.Length)
            Array.Resize(ref _words, 2 * _words.Length);
        _words[word] |= (ulong)refinement << shift;
        if (shift + dimensions > 64)
            _words[word + 1] |= (ulong)refinement >> (64 - shift);
        Nodes++;
    }

    /// <summary>The tree; what was added must be one.</summary>
    public Omnitree ToTree() => new(dimensions, Nodes, _words.AsSpan(0, WordCount(dimensions, Nodes)).ToArray());
}
