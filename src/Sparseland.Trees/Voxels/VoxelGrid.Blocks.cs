namespace Sparseland.Trees.Voxels;

/// <summary>
/// Whole blocks of 8 x 8 x 8 voxels, whose lowest coordinates are multiples of 8: how much is moved at once into a grid and out of it. Values are in the order 64 z + 8 y + x, activity as 8 words, word z, bit 8 y + x.
/// </summary>
public sealed partial class VoxelGrid<T>
{
    /// <summary>Voxels along a block's side.</summary>
    public const int BlockSide = Brick<T>.Side;

    /// <summary>Voxels of a block.</summary>
    public const int BlockVoxels = Brick<T>.Voxels;

    /// <summary>The lowest voxels of all blocks that are more than inactive background: bricks and tiles, those of large tiles one by one, in the order of their Morton codes.</summary>
    public IEnumerable<VoxelCoordinate> Blocks()
    {
        foreach (var nodeKey in SortedNodeKeys())
        {
            var node = _nodes[nodeKey];
            for (var slot = 0; slot < VoxelNode<T>.Slots; slot++)
            {
                if (node.BrickAt(slot) is not null || HasTile(node, slot))
                    yield return Origin((nodeKey << VoxelNode<T>.Log2Slots) | (uint)slot);
            }
        }
    }

    /// <summary>Whether a block has one value for all its voxels without storing them: a tile, or background.</summary>
    /// <param name="lowest">The block's lowest voxel; beyond the reach of a grid is background.</param>
    /// <param name="value">Gets the value.</param>
    /// <param name="active">Gets whether the voxels are active.</param>
    public bool IsUniform(VoxelCoordinate lowest, out T value, out bool active)
    {
        (value, active) = (Background, false);
        if (!lowest.IsInReach)
            return true;
        var key = BrickKey(lowest.X, lowest.Y, lowest.Z);
        if (NodeOrNone(key >> VoxelNode<T>.Log2Slots) is not { } node)
            return true;
        if (node.BrickAt(Slot(key)) is not null)
            return false;
        (value, active) = node.TileAt(Slot(key));
        return true;
    }

    /// <summary>Copies a block.</summary>
    /// <param name="lowest">The block's lowest voxel; beyond the reach of a grid is background.</param>
    /// <param name="values">Gets the 512 values.</param>
    /// <param name="active">Gets the 8 words of activity.</param>
    public void ReadBlock(VoxelCoordinate lowest, Span<T> values, Span<ulong> active)
    {
        RequireBlock(lowest, values.Length, active.Length);
        if (IsUniform(lowest, out var value, out var isActive))
        {
            values[..BlockVoxels].Fill(value);
            active[..BrickMask.Words].Fill(isActive ? ulong.MaxValue : 0);
            return;
        }
        var key = BrickKey(lowest.X, lowest.Y, lowest.Z);
        var brick = NodeOrNone(key >> VoxelNode<T>.Log2Slots)!.BrickAt(Slot(key))!;
        brick.Values.CopyTo(values);
        ((ReadOnlySpan<ulong>)brick.Active).CopyTo(active);
    }

    /// <summary>Puts in a block.</summary>
    /// <param name="lowest">The block's lowest voxel.</param>
    /// <param name="values">Its 512 values.</param>
    /// <param name="active">Its 8 words of activity.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is beyond the reach of a grid, or its coordinates are not multiples of 8.</exception>
    public void WriteBlock(VoxelCoordinate lowest, ReadOnlySpan<T> values, ReadOnlySpan<ulong> active)
    {
        RequireBlock(lowest, values.Length, active.Length);
        var brick = BrickForWriting(lowest.X, lowest.Y, lowest.Z);
        values[..BlockVoxels].CopyTo(brick.Values);
        active[..BrickMask.Words].CopyTo(brick.Active);
    }

    /// <summary>Makes a block a tile.</summary>
    /// <param name="lowest">The block's lowest voxel.</param>
    /// <param name="value">The value of all its voxels.</param>
    /// <param name="active">Whether they are active.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is beyond the reach of a grid, or its coordinates are not multiples of 8.</exception>
    public void WriteBlock(VoxelCoordinate lowest, T value, bool active)
    {
        RequireBlock(lowest, BlockVoxels, BrickMask.Words);
        RequireInReach(lowest.X, lowest.Y, lowest.Z);
        _version++;
        var key = BrickKey(lowest.X, lowest.Y, lowest.Z);
        Node(key >> VoxelNode<T>.Log2Slots).SetTile(Slot(key), value, active);
    }

    private static void RequireBlock(VoxelCoordinate lowest, int values, int words)
    {
        if (((lowest.X | lowest.Y | lowest.Z) & (BlockSide - 1)) != 0)
            throw new ArgumentOutOfRangeException(nameof(lowest), lowest, $"a block begins at multiples of {BlockSide}");
        ArgumentOutOfRangeException.ThrowIfLessThan(values, BlockVoxels);
        ArgumentOutOfRangeException.ThrowIfLessThan(words, BrickMask.Words);
    }
}
