using Sparseland.Threads;
using Sparseland.Trees.Octrees;

namespace Sparseland.Trees.Voxels;

public sealed partial class VoxelGrid<T>
{
    private const int BricksPerPart = 64;

    /// <summary>Makes the neighbours of active voxels active, with the values they have; a step at a time. The result does not depend on the number of threads.</summary>
    /// <param name="steps">How often.</param>
    /// <param name="connectivity">Which voxels are neighbours.</param>
    public void Dilate(int steps = 1, Connectivity connectivity = Connectivity.Faces)
    {
        RequireSteps(steps, connectivity);
        for (var step = 0; step < steps; step++)
        {
            var bricks = BricksToGrow();
            var masks = Neighbourhoods(bricks, connectivity, inverted: false);
            _version++;
            for (var i = 0; i < bricks.Length; i++)
            {
                var added = masks[i];
                if (added.IsEmpty)
                    continue;
                var brick = Node(bricks[i] >> VoxelNode<T>.Log2Slots).Split(Slot(bricks[i]));
                for (var word = 0; word < BrickMask.Words; word++)
                    brick.Active[word] |= added[word];
            }
        }
    }

    /// <summary>Makes inactive background of active voxels that have an inactive neighbour; a step at a time. The result does not depend on the number of threads.</summary>
    /// <param name="steps">How often.</param>
    /// <param name="connectivity">Which voxels are neighbours.</param>
    public void Erode(int steps = 1, Connectivity connectivity = Connectivity.Faces)
    {
        RequireSteps(steps, connectivity);
        for (var step = 0; step < steps; step++)
        {
            var bricks = ActiveBricks().ToArray();
            // Erosion is dilation of what is inactive.
            var masks = Neighbourhoods(bricks, connectivity, inverted: true);
            _version++;
            for (var i = 0; i < bricks.Length; i++)
            {
                var node = _nodes[bricks[i] >> VoxelNode<T>.Log2Slots];
                Drop(node, Slot(bricks[i]), masks[i].And(node.MaskAt(Slot(bricks[i]))));
            }
        }
        Prune(emptyNodesOnly: true);
    }

    private BrickMask[] Neighbourhoods(ulong[] bricks, Connectivity connectivity, bool inverted)
    {
        var masks = new BrickMask[bricks.Length];
        WorkerPool.Run((bricks.Length + BricksPerPart - 1) / BricksPerPart, new DilateBricks(this, bricks, connectivity, inverted, masks));
        return masks;
    }

    private IEnumerable<ulong> ActiveBricks()
    {
        foreach (var key in SortedNodeKeys())
        {
            var node = _nodes[key];
            for (var slot = 0; slot < VoxelNode<T>.Slots; slot++)
            {
                if (!node.MaskAt(slot).IsEmpty)
                    yield return (key << VoxelNode<T>.Log2Slots) | (uint)slot;
            }
        }
    }

    // Slots with an active voxel in them or beside them, but for those that are full already.
    private ulong[] BricksToGrow()
    {
        var bricks = new HashSet<ulong>();
        foreach (var key in ActiveBricks())
        {
            for (var neighbour = 0; neighbour < 27; neighbour++)
            {
                if (Beside(key, neighbour % 3 - 1, neighbour / 3 % 3 - 1, neighbour / 9 - 1) is { } beside && !MaskOf(beside >> VoxelNode<T>.Log2Slots, Slot(beside)).IsFull)
                    bricks.Add(beside);
            }
        }
        var sorted = bricks.ToArray();
        Array.Sort(sorted);
        return sorted;
    }

    private static ulong? Beside(ulong brick, int dx, int dy, int dz)
    {
        var origin = Origin(brick);
        var (x, y, z) = (origin.X + dx * Brick<T>.Side, origin.Y + dy * Brick<T>.Side, origin.Z + dz * Brick<T>.Side);
        return VoxelCoordinate.InReach(x, y, z) ? BrickKey(x, y, z) : null;
    }

    private static void RequireSteps(int steps, Connectivity connectivity)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(steps);
        if (connectivity is not (Connectivity.Faces or Connectivity.Edges or Connectivity.Corners))
            throw new ArgumentOutOfRangeException(nameof(connectivity));
    }

    private readonly struct DilateBricks(VoxelGrid<T> grid, ulong[] bricks, Connectivity connectivity, bool inverted, BrickMask[] masks) : IParallelWork
    {
        public void Run(int part)
        {
            var window = new BrickWindow(stackalloc ushort[BrickWindow.Rows]);
            var end = Math.Min((part + 1) * BricksPerPart, bricks.Length);
            for (var i = part * BricksPerPart; i < end; i++)
            {
                window.Clear();
                for (var neighbour = 0; neighbour < 27; neighbour++)
                {
                    var (dx, dy, dz) = (neighbour % 3 - 1, neighbour / 3 % 3 - 1, neighbour / 9 - 1);
                    // Beyond the reach of a grid everything is inactive.
                    var mask = Beside(bricks[i], dx, dy, dz) is { } beside ? grid.MaskOf(beside >> VoxelNode<T>.Log2Slots, Slot(beside)) : default;
                    window.Add(inverted ? BrickMask.All.Without(mask) : mask, dx, dy, dz);
                }
                masks[i] = window.Dilated(connectivity);
            }
        }
    }
}
