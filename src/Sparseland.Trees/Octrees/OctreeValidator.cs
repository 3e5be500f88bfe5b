using System.Numerics;
using Sparseland.Tensors;
using Sparseland.Trees.Files;
using Sparseland.Trees.Keys;

namespace Sparseland.Trees.Octrees;

/// <summary>
/// Checks a mapped octree before anything is followed. Masks and ranks are a function of the leaves' codes, so they are made again and compared; offsets must rise from zero to the end, items name
/// sources, and points lie in their cells.
/// </summary>
internal static unsafe class OctreeValidator
{
    public static void Check(string path, TensorStorage<byte> storage, OctreeLayout layout, Cube cube, int sourceCount)
    {
        var buffer = storage.Pointer;
        CheckCodes(path, (ulong*)(buffer + layout.Codes), layout);
        CheckLevels(path, buffer, layout);
        if (layout.Kind != OctreeKind.Cells)
            CheckItems(path, buffer, layout, sourceCount);
        if (layout.Kind == OctreeKind.Points)
            CheckPositions(path, buffer, layout, cube);
        GC.KeepAlive(storage);
    }

    private static void CheckCodes(string path, ulong* codes, OctreeLayout layout)
    {
        for (var leaf = 0; leaf < layout.LeafCount; leaf++)
        {
            if (codes[leaf] >> (3 * layout.Depth) != 0 || (leaf > 0 && codes[leaf] <= codes[leaf - 1]))
                throw FrozenFile.Damaged(path, $"byte {layout.Codes + leaf * sizeof(ulong)}", $"the code of leaf {leaf} is {codes[leaf]}, which is not above the one before or not of depth {layout.Depth}");
        }
    }

    private static void CheckLevels(string path, byte* buffer, OctreeLayout layout)
    {
        var levels = new LevelBuilder((ulong*)(buffer + layout.Codes), layout.LeafCount, layout.Depth);
        for (var level = 0; level < layout.Depth; level++)
        {
            if (levels.NodeCounts[level] != layout.NodeCounts[level])
                throw FrozenFile.Damaged(path, $"level {level}", $"it has {layout.NodeCounts[level]} nodes and its leaves make {levels.NodeCounts[level]}");
        }
        // A tree of cells has masks, ranks and codes at the same places.
        var expected = new OctreeLayout(layout.Depth, OctreeKind.Cells, layout.NodeCounts, 0);
        var made = new TensorStorage<byte>(expected.Bytes);
        levels.Fill(expected, made.Pointer);
        for (var level = 0; level < layout.Depth; level++)
        {
            CheckSame(path, made.Pointer, buffer, layout.Masks[level], layout.Groups(level) * (long)sizeof(ulong), $"the masks of level {level}");
            CheckSame(path, made.Pointer, buffer, layout.Ranks[level], layout.Groups(level) * (long)sizeof(uint), $"the ranks of level {level}");
        }
        GC.KeepAlive(made);
    }

    private static void CheckSame(string path, byte* expected, byte* found, long start, long bytes, string name)
    {
        // A buffer is below 2 GiB, and so is each part of it.
        var same = new ReadOnlySpan<byte>(expected + start, (int)bytes).CommonPrefixLength(new ReadOnlySpan<byte>(found + start, (int)bytes));
        if (same < bytes)
            throw FrozenFile.Damaged(path, $"byte {start + same}", $"{name} do not follow from the codes of the leaves");
    }

    private static void CheckItems(string path, byte* buffer, OctreeLayout layout, int sourceCount)
    {
        var offsets = (uint*)(buffer + layout.Offsets);
        var items = (int*)(buffer + layout.Items);
        for (var leaf = 0; leaf <= layout.LeafCount; leaf++)
        {
            if (leaf == 0 ? offsets[0] != 0 : offsets[leaf] <= offsets[leaf - 1] || offsets[leaf] > layout.ItemCount)
                throw FrozenFile.Damaged(path, $"byte {layout.Offsets + leaf * sizeof(uint)}", $"leaf {leaf} begins at item {offsets[leaf]} of {layout.ItemCount}, which does not follow the leaf before");
        }
        if (offsets[layout.LeafCount] != layout.ItemCount)
            throw FrozenFile.Damaged(path, $"byte {layout.Offsets + layout.LeafCount * sizeof(uint)}", $"the leaves end at item {offsets[layout.LeafCount]} of {layout.ItemCount}");
        for (var item = 0; item < layout.ItemCount; item++)
        {
            if ((uint)items[item] >= (uint)sourceCount)
                throw FrozenFile.Damaged(path, $"byte {layout.Items + (long)item * sizeof(int)}", $"item {item} names {items[item]}, and there are {sourceCount}");
        }
    }

    private static void CheckPositions(string path, byte* buffer, OctreeLayout layout, Cube cube)
    {
        var codes = (ulong*)(buffer + layout.Codes);
        var offsets = (uint*)(buffer + layout.Offsets);
        var positions = (Vector3*)(buffer + layout.Positions);
        var quantizer = new Quantizer(new Vector4(cube.Minimum, 0), cube.Size, layout.Depth, MortonCode3.MaximumDepth);
        for (var leaf = 0; leaf < layout.LeafCount; leaf++)
        {
            for (var item = offsets[leaf]; item < offsets[leaf + 1]; item++)
            {
                var cell = quantizer.Cell(new Vector4(positions[item], 0));
                if (!cube.Contains(positions[item]) || MortonCode3.Encode(cell[0], cell[1], cell[2]) != codes[leaf])
                    throw FrozenFile.Damaged(path, $"byte {layout.Positions + item * 3L * sizeof(float)}", $"point {item} is {positions[item]}, which is not in the cell of leaf {leaf}");
            }
        }
    }
}
