using System.Numerics;

namespace Sparseland.Trees.Voxels;

public sealed partial class VoxelGrid<T>
{
    /// <summary>Makes active what is active in either grid; a voxel that was inactive here takes the other's value.</summary>
    /// <param name="other">The other grid, whose inactive values and background are not looked at.</param>
    public void UnionWith(VoxelGrid<T> other)
    {
        ArgumentNullException.ThrowIfNull(other);
        _version++;
        foreach (var key in other.SortedNodeKeys())
        {
            var theirs = other._nodes[key];
            if (theirs.IsTile && !theirs.TileAt(0).Active)
                continue;
            var mine = Node(key);
            if (mine.IsTile && (mine.TileAt(0).Active || theirs.IsTile))
            {
                if (!mine.TileAt(0).Active)
                    mine.SetTile(theirs.TileAt(0).Value, active: true);
                continue;
            }
            for (var slot = 0; slot < VoxelNode<T>.Slots; slot++)
                Unite(mine, theirs, slot);
        }
    }

    /// <summary>Keeps active what is active in both grids; the rest of what was active here becomes inactive background.</summary>
    /// <param name="other">The other grid, whose values are not looked at.</param>
    public void IntersectWith(VoxelGrid<T> other)
    {
        ArgumentNullException.ThrowIfNull(other);
        DropWhere((key, slot, mask) => mask.Without(other.MaskOf(key, slot)));
    }

    /// <summary>Makes inactive background of what is active in the other grid.</summary>
    /// <param name="other">The other grid, whose values are not looked at.</param>
    public void ExceptWith(VoxelGrid<T> other)
    {
        ArgumentNullException.ThrowIfNull(other);
        DropWhere((key, slot, mask) => mask.And(other.MaskOf(key, slot)));
    }

    private static void Unite(VoxelNode<T> mine, VoxelNode<T> theirs, int slot)
    {
        var (before, added) = (mine.MaskAt(slot), theirs.MaskAt(slot));
        added = added.Without(before);
        if (added.IsEmpty)
            return;
        var source = theirs.BrickAt(slot);
        if (added.IsFull && source is null)
        {
            mine.SetTile(slot, theirs.TileAt(slot).Value, active: true);
            return;
        }
        var brick = mine.Split(slot);
        for (var word = 0; word < BrickMask.Words; word++)
        {
            brick.Active[word] |= added[word];
            for (var bits = added[word]; bits != 0; bits &= bits - 1)
            {
                var offset = 64 * word + BitOperations.TrailingZeroCount(bits);
                brick.Value(offset) = source is null ? theirs.TileAt(slot).Value : source.Value(offset);
            }
        }
    }

    private BrickMask MaskOf(ulong nodeKey, int slot) => _nodes.Find(nodeKey) is { } node ? node.MaskAt(slot) : default;

    // Makes inactive background of the voxels that a function picks from each slot's active ones.
    private void DropWhere(Func<ulong, int, BrickMask, BrickMask> pick)
    {
        _version++;
        foreach (var key in SortedNodeKeys())
        {
            var node = _nodes[key];
            for (var slot = 0; slot < VoxelNode<T>.Slots; slot++)
            {
                var active = node.MaskAt(slot);
                if (active.IsEmpty)
                    continue;
                Drop(node, slot, pick(key, slot, active));
            }
            if (node.CommonTile() is (var value, false) && AreEqual(value, Background))
                _nodes.Remove(key);
        }
    }

    private void Drop(VoxelNode<T> node, int slot, in BrickMask mask)
    {
        if (mask.IsEmpty)
            return;
        if (mask.IsFull)
        {
            node.SetTile(slot, Background, active: false);
            return;
        }
        var brick = node.Split(slot);
        brick.Drop(mask, Background);
        if (brick.Active.IsEmpty && AreEqual(brick.Value(0), Background) && !IsMixed(brick))
            node.SetTile(slot, Background, active: false);
    }
}
