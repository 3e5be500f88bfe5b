using System.Numerics;

namespace Sparseland.Trees.Omnitrees;

/// <summary>The way down: for each node its refinement and where its children are listed. Made once for a tree, when something is first looked up in it; nine bytes a node or less.</summary>
internal sealed class OmnitreeLinks
{
    private OmnitreeLinks(byte[] masks, int[] first, int[] children) => (Masks, First, Children) = (masks, first, children);

    /// <summary>The refinement of each node.</summary>
    public byte[] Masks { get; }

    /// <summary>For an inner node where its children begin in the list; for a leaf the complement of its box.</summary>
    public int[] First { get; }

    /// <summary>The nodes that are children, those of one node in their order.</summary>
    public int[] Children { get; }

    public static OmnitreeLinks Of(int dimensions, int nodes, ReadOnlySpan<ulong> words)
    {
        var (masks, first, children) = (new byte[nodes], new int[nodes], new int[Math.Max(0, nodes - 1)]);
        // The next place in the list to fill, and how many more the node on top of the stack expects.
        var open = new Stack<(int Place, int Left)>();
        var (listed, boxes) = (0, 0);
        for (var node = 0; node < nodes; node++)
        {
            var mask = OmnitreeBits.Read(words, dimensions, node);
            masks[node] = (byte)mask;
            if (node > 0)
            {
                var (place, left) = open.Pop();
                children[place] = node;
                if (left > 1)
                    open.Push((place + 1, left - 1));
            }
            if (mask == 0)
            {
                first[node] = ~boxes++;
                continue;
            }
            var count = 1 << BitOperations.PopCount((uint)mask);
            first[node] = listed;
            open.Push((listed, count));
            listed += count;
        }
        return new(masks, first, children);
    }
}
