using System.Numerics;
using Sparseland.Errors;

namespace Sparseland.Trees.Omnitrees;

/// <summary>A cut through an omnitree at one value of one dimension: an omnitree of one dimension less.</summary>
public sealed class OmnitreeSlice
{
    private readonly int[] _boxes;

    private OmnitreeSlice(Omnitree tree, int[] boxes) => (Tree, _boxes) = (tree, boxes);

    /// <summary>The cut, in normal form; the dimensions after the one that was cut move down by one.</summary>
    public Omnitree Tree { get; }

    /// <summary>The box of the whole tree that was cut, for each box of the slice.</summary>
    public ReadOnlySpan<int> Boxes => _boxes;

    internal static OmnitreeSlice Of(Omnitree tree, int dimension, double value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(dimension);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(dimension, tree.Dimensions);
        if (tree.Dimensions < 2)
            throw new InvalidSettingException("a slice of an omnitree of one dimension is a point: use Locate");
        if (!(value >= 0 && value <= 1))
            throw new InvalidSettingException($"a slice at {value} of dimension {dimension}: the unit cube reaches from 0 to 1");
        var bits = new OmnitreeBits(tree.Dimensions - 1);
        var boxes = new List<int>();
        Cut(tree, dimension, value < 1 ? (ulong)Math.ScaleB(value, 64) : ulong.MaxValue, 0, bits, boxes);
        // What was passed over may have been all that kept siblings from sharing a bisection.
        var normal = bits.ToTree().Normalize();
        var sources = new int[boxes.Count];
        for (var box = 0; box < sources.Length; box++)
            sources[box] = boxes[normal.OldBoxes(box)[0]];
        return new(normal.Tree, sources);
    }

    // The fraction's top bit says which half of the next bisection is cut.
    private static void Cut(Omnitree tree, int dimension, ulong fraction, int node, OmnitreeBits bits, List<int> boxes)
    {
        var links = tree.Links;
        int mask = links.Masks[node];
        var isCut = ((mask >> dimension) & 1) != 0;
        var kept = (mask & ((1 << dimension) - 1)) | ((mask >> (dimension + 1)) << dimension);
        if (mask == 0 || kept != 0)
            bits.Add(kept);
        if (mask == 0)
        {
            boxes.Add(~links.First[node]);
            return;
        }
        // The cut dimension's place among the bits of a child's number.
        var place = BitOperations.PopCount((uint)mask & ((1u << dimension) - 1));
        for (var child = 0; child < 1 << BitOperations.PopCount((uint)mask); child++)
        {
            if (!isCut || ((uint)(child >> place) & 1) == fraction >> 63)
                Cut(tree, dimension, isCut ? fraction << 1 : fraction, links.Children[links.First[node] + child], bits, boxes);
        }
    }
}
