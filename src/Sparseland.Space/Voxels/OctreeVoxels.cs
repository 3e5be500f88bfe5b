using System.Numerics;
using Sparseland.Trees.Keys;
using Sparseland.Trees.Octrees;
using Sparseland.Trees.Voxels;

namespace Sparseland.Space.Voxels;

/// <summary>Octrees as grids, so that their leaves can be meshed and looked at.</summary>
public static class OctreeVoxels
{
    /// <summary>A grid with an active voxel in the middle of each leaf, minus half a cell, and plus half a cell everywhere else: its zero level goes around the leaves halfway to the neighbours' middles.</summary>
    /// <param name="tree">The tree.</param>
    public static VoxelGrid<float> Leaves(LinearOctree tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        var cell = tree.Cube.Size / (1 << tree.Depth);
        var grid = new VoxelGrid<float>(0.5f * cell) { Frame = new(tree.Cube.Minimum + new Vector3(0.5f * cell), cell) };
        var accessor = grid.Accessor();
        for (var leaf = 0; leaf < tree.LeafCount; leaf++)
        {
            var (x, y, z) = MortonCode3.Decode(tree.LeafCode(leaf));
            accessor.Set((int)x, (int)y, (int)z, -0.5f * cell);
        }
        return grid;
    }
}
