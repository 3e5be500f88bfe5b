using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using Sparseland.Chance;
using Sparseland.Files;
using Sparseland.Trees.Keys;
using Sparseland.Trees.Octrees;
using Sparseland.Trees.Omnitrees;
using Sparseland.Trees.Partitions;
using Sparseland.Trees.Voxels;

namespace Sparseland.Fuzzing;

/// <summary>The readers of frozen trees, which are used as they lie in the file, and of weighted trees in JSON. Checksums are made right again, so that damage reaches the validators.</summary>
internal static class FrozenTargets
{
    private const int LengthPlace = 16;
    private const int ChecksumPlace = 24;
    private const int EnvelopeBytes = 32;

    /// <summary>The readers.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("octree", [Written(OctreeBuilder.FromPoints(Points(40), 4)), Written(OctreeBuilder.FromTriangles(Points(12), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], 3)), Written(OctreeBuilder.FromField(new Ball(), new Cube(Vector3.Zero, 1), 3))], ReadOctree, Repair: Sealed),
        new("voxels", [Grid(1), Grid(2)], ReadVoxels, BytesPerByte: 600, Repair: Sealed),
        new("omnitree", [Written(path => OmnitreeFile.Write(path, Omnitree.Regular(2, 1, 1))), Written(path => OmnitreeFile.Write(path, Shape()))], ReadOmnitree, Repair: Sealed),
        new("tree-json", [Encoding.UTF8.GetBytes("""{"name":"disk","weight":9,"children":[{"name":"music","weight":7,"tone":0.5},{"value":2,"children":[{"size":1.5},{"size":0.5,"children":null}]}]}""")], ReadWeightedTree, BytesPerByte: 2000),
    ];

    private static void ReadOctree(byte[] bytes)
    {
        var tree = OctreeFile.Open(MappedFile.FromBytes("a.octree", bytes));
        var neighbours = new int[26];
        for (var leaf = 0; leaf < tree.LeafCount; leaf++)
        {
            if (tree.FindLeaf(tree.LeafCode(leaf)) != leaf)
                throw new InvalidOperationException($"leaf {leaf} is not found by its code");
            foreach (var item in tree.Items(leaf))
                if ((uint)item >= (uint)tree.SourceCount)
                    throw new InvalidOperationException($"item {item} of {tree.SourceCount}");
            tree.Neighbours(leaf, Connectivity.Corners, neighbours);
        }
        tree.LeavesAlong(tree.Cube.Minimum, Vector3.One, float.PositiveInfinity, []);
        if (tree.Kind != OctreeKind.Points)
            return;
        tree.PointsIn(tree.Cube.Minimum, tree.Cube.Maximum, []);
        tree.Nearest(Vector3.Zero, new int[9], new float[9]);
    }

    private static void ReadVoxels(byte[] bytes)
    {
        var grid = VoxelFile.Open<byte>(MappedFile.FromBytes("a.voxels", bytes));
        for (var i = 0; i < 64; i++)
            grid.Get(4 * i - 64, i, 0);
        if (grid.Thaw().ActiveCount != grid.ActiveCount)
            throw new InvalidOperationException("the thawed grid has another number of active voxels");
    }

    private static void ReadOmnitree(byte[] bytes)
    {
        var (tree, shape) = OmnitreeFile.Open(MappedFile.FromBytes("a.omnitree", bytes));
        var point = new double[tree.Dimensions];
        for (var i = 0; i < 16; i++)
        {
            point.AsSpan().Fill(i / 16.0);
            var box = tree.Locate(point);
            if (!tree.LocationOf(tree.NodeOf(box)).Contains(point))
                throw new InvalidOperationException($"box {box} does not hold its point");
            shape?.IsOccupied(box);
        }
    }

    private static void ReadWeightedTree(byte[] bytes) => Treemap.Layout(WeightedTreeFile.Parse("a.json", bytes), new TreemapOptions { Method = TreemapMethods.Angular });

    // Whole words, the length and the checksum as they should be; the eight letters and the version stay damaged.
    private static byte[] Sealed(byte[] bytes)
    {
        Array.Resize(ref bytes, Math.Max(EnvelopeBytes, (bytes.Length + 7) & -8));
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(LengthPlace), bytes.Length);
        bytes.AsSpan(ChecksumPlace, sizeof(uint)).Clear();
        var crc = uint.MaxValue;
        for (var at = 0; at < bytes.Length; at += sizeof(ulong))
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(at)));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(ChecksumPlace), ~crc);
        return bytes;
    }

    private static byte[] Grid(int tiles)
    {
        var grid = new VoxelGrid<byte>(1);
        grid.Set(0, 0, 0, 2);
        grid.Fill(new(8, 0, 0), new(8 * tiles + 7, 7, 7), 3);
        grid.Set(-1000, 5, 5, 4);
        return Written(path => VoxelFile.Write(path, grid.Freeze()));
    }

    private static OmnitreeShape Shape()
    {
        var tree = Omnitree.Regular(1, 2, 0);
        return new(tree, [.. Enumerable.Range(0, tree.BoxCount).Select(box => box % 3 == 0)]);
    }

    private static Vector3[] Points(int count)
    {
        var chance = new RandomStream(3, "fuzz points");
        return [.. Enumerable.Range(0, count).Select(_ => new Vector3((float)chance.NextDouble(), (float)chance.NextDouble(), (float)chance.NextDouble()))];
    }

    private static byte[] Written(LinearOctree tree) => Written(path => OctreeFile.Write(path, tree));

    private static byte[] Written(Action<string> write)
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("sparseland-fuzz").FullName, "tree");
        try
        {
            write(path);
            return File.ReadAllBytes(path);
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        }
    }

    private readonly struct Ball : IDistanceField
    {
        public float Distance(Vector3 point) => Vector3.Distance(point, new(0.5f)) - 0.3f;
    }
}
