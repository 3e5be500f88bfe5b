using System.Buffers.Binary;
using System.Numerics;
using CsCheck;
using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Files;
using Sparseland.Trees.Files;
using Sparseland.Trees.Keys;
using Sparseland.Trees.Octrees;

namespace Sparseland.Trees.Tests.Octrees;

public sealed class OctreeFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("octrees").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_tree_comes_back_from_its_file_to_the_byte() => Gen.Select(Gen.Int[0, 300], Gen.Int[1, 21], Gen.Int[0, 2], Gen.ULong).Sample((count, depth, kind, seed) =>
    {
        var tree = Tree(count, kind == 1 ? depth : Math.Min(depth, 5), kind, seed);
        var bytes = Bytes(tree, $"{seed}");
        var read = OctreeFile.Open(Path.Combine(_folder, $"{seed}"));
        Assert.Equal((tree.Depth, tree.Kind, tree.Cube, tree.LeafCount, tree.ItemCount, tree.SourceCount, tree.Bytes),
            (read.Depth, read.Kind, read.Cube, read.LeafCount, read.ItemCount, read.SourceCount, read.Bytes));
        Assert.Equal(bytes, Bytes(read, "again"));
        for (var leaf = 0; leaf < tree.LeafCount; leaf++)
            Assert.Equal(tree.Items(leaf).ToArray(), read.Items(leaf).ToArray());
    }, iter: 20, threads: 1, seed: "0000KDc4Hx31");

    [Fact]
    public void The_example_of_the_page_is_what_is_written()
    {
        var tree = OctreeBuilder.FromField(new Corners(), new Cube(Vector3.Zero, 1), 2);
        var bytes = Bytes(tree, "example");
        Assert.Equal([0UL, 63UL], Enumerable.Range(0, tree.LeafCount).Select(tree.LeafCode));
        Assert.Equal(576, bytes.Length);
        Assert.Equal("SPOCTREE"u8.ToArray(), bytes[..8]);
        Assert.Equal([1, 0, 576, 0], Enumerable.Range(2, 4).Select(i => BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(4 * i))));
        Assert.Equal([2, 0, 0, 0], Enumerable.Range(8, 4).Select(i => BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(4 * i))));
        Assert.Equal([1, 2, 2, 0], Enumerable.Range(16, 4).Select(i => BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(4 * i))));
        Assert.Equal(0x81, bytes[256]);
        Assert.Equal(0x8001, BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(384)));
        Assert.Equal([0UL, 63UL], Enumerable.Range(0, 2).Select(i => BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(512 + 8 * i))));
    }

    [Fact]
    public void A_damaged_file_is_refused_in_one_line()
    {
        var bytes = Bytes(Tree(50, 4, 1, 3), "tree");
        AssertRefused(bytes[..^8], "it says");
        AssertRefused(bytes[..100], "100 bytes");
        AssertRefused([], "0 bytes");
        AssertRefused([.. "SPOCTREX"u8, .. bytes[8..]], "does not begin with");
        var flipped = (byte[])bytes.Clone();
        flipped[^100] ^= 1;
        AssertRefused(flipped, "checksum");
        var version = (byte[])bytes.Clone();
        version[8] = 9;
        Assert.Contains("version 9", Assert.Throws<UnsupportedException>(() => OctreeFile.Open(MappedFile.FromBytes("tree", version))).Message, StringComparison.Ordinal);
        Assert.Contains("no such file", Assert.Throws<InvalidFileException>(() => OctreeFile.Open(Path.Combine(_folder, "none"))).Message, StringComparison.Ordinal);
    }

    // The checksum is made right again, so that the validator meets every kind of damage.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Hostile_files_with_a_right_checksum_are_refused_or_harmless(int kind)
    {
        var good = Bytes(Tree(60, 4, kind, 11), $"kind{kind}");
        var random = new RandomStream(5, "fuzz", (ulong)kind);
        var refused = 0;
        for (var repeat = 0; repeat < 700; repeat++)
        {
            var bytes = (byte[])good.Clone();
            for (var edit = random.NextInt(3); edit >= 0; edit--)
            {
                var place = 28 + (random.NextInt(2) == 0 ? random.NextInt(128) : random.NextInt(bytes.Length - 28));
                bytes[place] = random.NextInt(3) switch { 0 => (byte)(bytes[place] ^ (1 << random.NextInt(8))), 1 => 0xFF, _ => (byte)random.NextInt(256) };
            }
            if (random.NextInt(8) == 0)
            {
                bytes = bytes[..(32 + 8 * random.NextInt((bytes.Length - 32) / 8))];
                BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), bytes.Length);
            }
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(24), FrozenFile.Checksum(MappedFile.FromBytes("fuzz", bytes)));
            try
            {
                UseAll(OctreeFile.Open(MappedFile.FromBytes("fuzz", bytes)));
            }
            catch (InvalidFileException fault)
            {
                Assert.DoesNotContain('\n', fault.Message);
                refused++;
            }
        }
        Assert.True(refused > 300, $"{refused} refused");
    }

    private static void UseAll(LinearOctree tree)
    {
        for (var leaf = 0; leaf < tree.LeafCount; leaf++)
        {
            Assert.Equal(leaf, tree.FindLeaf(tree.LeafCode(leaf)));
            Assert.All(tree.Items(leaf).ToArray(), item => Assert.InRange(item, 0, tree.SourceCount - 1));
            tree.Neighbours(leaf, Connectivity.Corners, new int[26]);
        }
        tree.LeavesAlong(tree.Cube.Minimum, Vector3.One, float.PositiveInfinity, []);
        if (tree.Kind != OctreeKind.Points)
            return;
        tree.PointsIn(tree.Cube.Minimum, tree.Cube.Maximum, []);
        tree.Nearest(Vector3.Zero, new int[9], new float[9]);
    }

    private static void AssertRefused(byte[] bytes, string part)
    {
        var fault = Assert.Throws<InvalidFileException>(() => OctreeFile.Open(MappedFile.FromBytes("tree", bytes)));
        Assert.Contains(part, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', fault.Message);
    }

    private byte[] Bytes(LinearOctree tree, string name)
    {
        var path = Path.Combine(_folder, name);
        OctreeFile.Write(path, tree);
        return File.ReadAllBytes(path);
    }

    private static LinearOctree Tree(int count, int depth, int kind, ulong seed)
    {
        if (kind == 0)
            return OctreeBuilder.FromField(new Scenes.Sphere(new(0.5f), 0.3f), new Cube(Vector3.Zero, 1), depth);
        if (kind == 1)
            return OctreeBuilder.FromPoints(Scenes.Points(count, seed), depth);
        var (vertices, triangles) = Scenes.Mesh(count / 5, seed);
        return OctreeBuilder.FromTriangles(vertices, triangles, depth);
    }

    // Zero at two corners of the unit cube.
    private readonly struct Corners : IDistanceField
    {
        public float Distance(Vector3 point) => Math.Min(Vector3.Distance(point, new(0.125f)), Vector3.Distance(point, new(0.875f)));
    }
}
