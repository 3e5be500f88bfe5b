namespace Sparseland.Trees.Omnitrees;

/// <summary>A tree after a plan was carried out, with where everything went. A box that was bisected has several new ones, boxes that were united share one.</summary>
public sealed class OmnitreeAdaptation
{
    private readonly Omnitree _old;
    private readonly int[] _newStarts, _new, _oldStarts, _oldBoxes;

    /// <summary>Takes the old boxes of each new box, one after the other.</summary>
    internal OmnitreeAdaptation(Omnitree old, Omnitree tree, int[] oldStarts, int[] oldBoxes)
    {
        (_old, Tree, _oldStarts, _oldBoxes) = (old, tree, oldStarts, oldBoxes);
        _newStarts = new int[old.BoxCount + 1];
        foreach (var box in oldBoxes)
            _newStarts[box + 1]++;
        for (var box = 0; box < old.BoxCount; box++)
            _newStarts[box + 1] += _newStarts[box];
        _new = new int[oldBoxes.Length];
        var next = _newStarts.AsSpan(0, old.BoxCount).ToArray();
        for (var box = 0; box < tree.BoxCount; box++)
        {
            foreach (var source in OldBoxes(box))
                _new[next[source]++] = box;
        }
    }

    /// <summary>The new tree, in normal form.</summary>
    public Omnitree Tree { get; }

    /// <summary>The new boxes that share volume with an old one, ascending.</summary>
    /// <param name="oldBox">A box of the old tree.</param>
    public ReadOnlySpan<int> NewBoxes(int oldBox) => _new.AsSpan(_newStarts[oldBox].._newStarts[oldBox + 1]);

    /// <summary>The old boxes that share volume with a new one, ascending.</summary>
    /// <param name="newBox">A box of the new tree.</param>
    public ReadOnlySpan<int> OldBoxes(int newBox) => _oldBoxes.AsSpan(_oldStarts[newBox].._oldStarts[newBox + 1]);

    /// <summary>The fewest new nodes that together hold an old one; looked up, not stored.</summary>
    /// <param name="oldNode">A node of the old tree.</param>
    public IReadOnlyList<int> NewNodes(int oldNode) => Tree.NodesOf(_old.LocationOf(oldNode));
}
