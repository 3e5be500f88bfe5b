using System.Buffers.Binary;
using CsCheck;
using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Files;
using Sparseland.Trees.Files;
using Sparseland.Trees.Omnitrees;

namespace Sparseland.Trees.Tests.Omnitrees;

public sealed class OmnitreeFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("omnitrees").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Trees_and_bodies_come_back_from_their_files_to_the_byte() => OmnitreeTests.Trees.Sample(given =>
    {
        var tree = OmnitreeTests.Random(given);
        var random = new RandomStream(given.Seed, "occupancy");
        var shape = new OmnitreeShape(tree, [.. Enumerable.Range(0, tree.BoxCount).Select(_ => random.NextInt(2) == 1)]);
        var path = Path.Combine(_folder, "body");
        shape.Save(path);
        var read = OmnitreeShape.Load(path);
        Assert.Equal(tree, read.Tree);
        Assert.Equal(shape.Occupancy, read.Occupancy);
        var bytes = File.ReadAllBytes(path);
        read.Save(path);
        Assert.Equal(bytes, File.ReadAllBytes(path));
        tree.Save(path);
        Assert.Equal(tree, Omnitree.Load(path));
        Assert.Contains("without occupancies", Assert.Throws<InvalidFileException>(() => OmnitreeShape.Load(path)).Message, StringComparison.Ordinal);
    }, iter: 20, threads: 1, seed: "0000KDc4Hx31");

    [Fact]
    public void The_example_of_the_page_is_what_is_written()
    {
        var path = Path.Combine(_folder, "example");
        new OmnitreeShape(Omnitree.Parse(3, "110 000 001 000 000 000 000"), [true, false, true, false, false]).Save(path);
        var bytes = File.ReadAllBytes(path);
        Assert.Equal(80, bytes.Length);
        Assert.Equal("SPOMNITR"u8.ToArray(), bytes[..8]);
        Assert.Equal([3, 1, 7, 5], Enumerable.Range(8, 4).Select(i => BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(4 * i))));
        Assert.Equal(0x103UL, BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(64)));
        Assert.Equal(0x5UL, BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(72)));
    }

    [Fact]
    public void A_damaged_file_is_refused_with_the_node_where_its_string_stops_being_a_tree()
    {
        var good = Bytes();
        AssertRefused(good[..^8], "it says");
        AssertRefused([], "0 bytes");
        AssertRefused([.. "SPOMNIXX"u8, .. good[8..]], "does not begin with");
        AssertRefused(Changed(good, 32, 9, repaired: true), "the number of dimensions is 9");
        AssertRefused(Changed(good, 44, 4, repaired: true), "it says 4 boxes and its string has 5");
        AssertRefused(Changed(good, 65, 3, repaired: true), "node 7", "still to come");
        AssertRefused(Changed(good, 64, 1, repaired: true), "node 5", "2 nodes are left over");
        AssertRefused(Changed(good, 71, 0x80, repaired: true), "node 6", "bits are set after it");
        AssertRefused(Changed(good, 79, 0x80, repaired: true), "box 4", "bits are set after it");
        AssertRefused(Changed(good, 64, 2, repaired: false), "checksum");
    }

    // The checksum is made right again, so that everything behind it meets every kind of damage.
    [Fact]
    public void Hostile_files_with_a_right_checksum_are_refused_or_harmless()
    {
        var good = Bytes();
        var random = new RandomStream(5, "fuzz");
        var refused = 0;
        for (var repeat = 0; repeat < 2000; repeat++)
        {
            var bytes = (byte[])good.Clone();
            for (var edit = random.NextInt(3); edit >= 0; edit--)
                bytes[28 + random.NextInt(bytes.Length - 28)] = (byte)random.NextInt(256);
            try
            {
                var (tree, shape) = OmnitreeFile.Open(Repaired(bytes));
                Assert.Equal(1.0, tree.Boxes().Sum(box => box.Volume));
                Assert.InRange(shape?.OccupiedCount ?? 0, 0, tree.BoxCount);
            }
            catch (InvalidFileException)
            {
                refused++;
            }
        }
        Assert.InRange(refused, 1000, 2000);
    }

    private byte[] Bytes()
    {
        var path = Path.Combine(_folder, "good");
        new OmnitreeShape(Omnitree.Parse(3, "110 000 001 000 000 000 000"), [true, false, true, false, false]).Save(path);
        return File.ReadAllBytes(path);
    }

    private static byte[] Changed(byte[] good, int place, byte value, bool repaired)
    {
        var bytes = (byte[])good.Clone();
        bytes[place] = value;
        if (repaired)
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(24), FrozenFile.Checksum(MappedFile.FromBytes("tree", bytes)));
        return bytes;
    }

    private static MappedFile Repaired(byte[] bytes)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(24), FrozenFile.Checksum(MappedFile.FromBytes("tree", bytes)));
        return MappedFile.FromBytes("tree", bytes);
    }

    private static void AssertRefused(byte[] bytes, params string[] parts)
    {
        var message = Assert.Throws<InvalidFileException>(() => OmnitreeFile.Open(MappedFile.FromBytes("tree", bytes))).Message;
        Assert.All(parts, part => Assert.Contains(part, message, StringComparison.Ordinal));
    }
}
