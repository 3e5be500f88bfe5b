using Sparseland.Tensors;
using Sparseland.Trees.Keys;

namespace Sparseland.Trees.Octrees;

/// <summary>Builds linear octrees from points, triangles and fields. Results do not depend on the number of threads.</summary>
public static unsafe partial class OctreeBuilder
{
    /// <summary>The most bytes a tree, or the work on it, may take unless a caller says otherwise: what one storage holds.</summary>
    public const long DefaultLimitBytes = int.MaxValue - 256;

    private static LinearOctree Build(ulong* codes, int count, int shift, int depth, Cube cube, OctreeKind kind, int sourceCount, long limitBytes, out TensorStorage<byte> storage)
    {
        var levels = new LevelBuilder(codes, count, depth, shift);
        var layout = new OctreeLayout(depth, kind, levels.NodeCounts, kind == OctreeKind.Cells ? 0 : count);
        storage = layout.Allocate(Math.Min(limitBytes, DefaultLimitBytes));
        levels.Fill(layout, storage.Pointer);
        return new(storage, layout, cube, sourceCount);
    }

    private static void RequireCube(Cube cube)
    {
        if (!(cube.Size > 0 && float.IsFinite(cube.Size) && float.IsFinite((1 << MortonCode3.MaximumDepth) / cube.Size)))
            throw new ArgumentOutOfRangeException(nameof(cube), cube.Size, "the side of a cube is above zero and finite");
        if (!float.IsFinite(cube.Minimum.X + cube.Minimum.Y + cube.Minimum.Z))
            throw new ArgumentOutOfRangeException(nameof(cube), cube.Minimum, "the corner of a cube is finite");
    }
}
