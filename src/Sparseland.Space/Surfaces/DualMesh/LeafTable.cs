namespace Sparseland.Space.Surfaces.DualMesh;

/// <summary>Finds a leaf by its code: open addressing, at most half full.</summary>
internal sealed class LeafTable
{
    private readonly ulong[] _codes;
    private readonly int[] _leaves;
    private readonly int _shift;

    /// <summary>A table of the leaves that count.</summary>
    /// <param name="codes">The codes of all leaves.</param>
    /// <param name="counts">Whether a leaf is entered.</param>
    public LeafTable(ulong[] codes, Func<int, bool> counts)
    {
        var bits = 4;
        while (1L << bits < 2L * codes.Length)
            bits++;
        (_codes, _leaves, _shift) = (new ulong[1 << bits], new int[1 << bits], 64 - bits);
        Array.Fill(_leaves, -1);
        for (var leaf = 0; leaf < codes.Length; leaf++)
        {
            if (!counts(leaf))
                continue;
            var place = Place(codes[leaf]);
            while (_leaves[place] >= 0)
                place = (place + 1) & (_leaves.Length - 1);
            (_codes[place], _leaves[place]) = (codes[leaf], leaf);
        }
    }

    /// <summary>The number of the leaf of a code, or -1.</summary>
    public int Find(ulong code)
    {
        for (var place = Place(code); _leaves[place] >= 0; place = (place + 1) & (_leaves.Length - 1))
        {
            if (_codes[place] == code)
                return _leaves[place];
        }
        return -1;
    }

    // Multiplication by the golden ratio spreads neighbouring codes (Knuth, The Art of Computer Programming 3, 6.4).
    private int Place(ulong code) => (int)((code * 0x9E37_79B9_7F4A_7C15) >> _shift);
}
