using System.Numerics;

namespace Sparseland.Trees.Omnitrees;

/// <summary>Goes through a bit string node by node and knows where it is: a stack of refinements and of children still to come. Also says where a string stops being a tree.</summary>
internal sealed class OmnitreeWalker(int dimensions, ulong[] words)
{
    private readonly List<(int Mask, int Child)> _stack = [];
    private OmnitreeLocation _location = new(dimensions);

    /// <summary>The node; -1 before the first.</summary>
    public int Node { get; private set; } = -1;

    /// <summary>Its refinement.</summary>
    public int Refinement { get; private set; }

    /// <summary>How many inner nodes lie above it.</summary>
    public int Depth => _stack.Count;

    /// <summary>Where it is.</summary>
    public ref readonly OmnitreeLocation Location => ref _location;

    /// <summary>Goes to the next node in pre-order; false after the last.</summary>
    public bool MoveNext()
    {
        if (Node >= 0 && !GoOn())
            return false;
        Refinement = OmnitreeBits.Read(words, dimensions, ++Node);
        return true;
    }

    /// <summary>Why the string is no tree, with the node where that shows; null when it is one.</summary>
    public static (int Node, string Problem)? FindFault(int dimensions, int nodes, ulong[] words)
    {
        if (nodes < 1)
            return (0, "there is no node at all");
        var walker = new OmnitreeWalker(dimensions, words);
        while (true)
        {
            if (walker.Node >= 0 && !walker.GoOn())
                return walker.Node + 1 == nodes ? null : (walker.Node + 1, $"the tree is whole before this node, and {nodes - walker.Node - 1} nodes are left over");
            if (walker.Node + 1 == nodes)
                return (nodes, $"the string ends here, and {walker.Missing()} subtrees are still to come");
            walker.Refinement = OmnitreeBits.Read(words, dimensions, ++walker.Node);
            for (var left = walker.Refinement; left != 0; left &= left - 1)
            {
                var dimension = BitOperations.TrailingZeroCount(left);
                if (walker._location.Levels[dimension] == Omnitree.MaximumLevel)
                    return (walker.Node, $"it would be finer than level {Omnitree.MaximumLevel} in dimension {dimension}");
            }
        }
    }

    private bool GoOn()
    {
        if (Refinement != 0)
        {
            _stack.Add((Refinement, 0));
            _location.Descend(Refinement, 0);
            return true;
        }
        while (_stack.Count > 0)
        {
            var (mask, child) = _stack[^1];
            _location.Ascend(mask);
            if (++child < 1 << BitOperations.PopCount((uint)mask))
            {
                _stack[^1] = (mask, child);
                _location.Descend(mask, child);
                return true;
            }
            _stack.RemoveAt(_stack.Count - 1);
        }
        return false;
    }

    // The node just left is a box or an inner node whose first child was entered: each stacked node still wants its later children, and the place reached wants its own.
    private long Missing() => 1 + _stack.Sum(entry => (1L << BitOperations.PopCount((uint)entry.Mask)) - 1 - entry.Child);
}
