using System.Buffers.Binary;
using CsCheck;
using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Files;
using Sparseland.Trees.Files;
using Sparseland.Trees.Voxels;

namespace Sparseland.Trees.Tests.Voxels;

public sealed class VoxelFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("voxels").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_frozen_grid_has_the_same_voxels_and_comes_back_from_its_file() => Gen.ULong.Sample(seed =>
    {
        var (grid, dense) = DenseVoxels.Make(seed, 7);
        if (seed % 2 == 0)
            grid.Prune();
        var frozen = grid.Freeze();
        var bytes = Bytes(frozen, $"{seed}");
        var read = VoxelFile.Open<float>(Path.Combine(_folder, $"{seed}"));
        Assert.Equal((7f, grid.BrickCount, grid.ActiveCount, frozen.Bytes), (read.Background, read.BrickCount, read.ActiveCount, read.Bytes));
        Assert.Equal(bytes, Bytes(read, "again"));
        dense.AssertSame(read.Thaw());
        Assert.Equal(bytes, Bytes(read.Thaw().Freeze(), "thawed"));
        for (var i = 0; i < 500; i++)
        {
            var random = new RandomStream(seed, "places", (ulong)i);
            var (x, y, z) = (random.NextInt(60) - 30, random.NextInt(60) - 30, random.NextInt(60) - 30);
            Assert.Equal((grid.Get(x, y, z), grid.IsActive(x, y, z)), (read.Get(x, y, z), read.IsActive(x, y, z)));
        }
        Assert.Equal((7f, false), (read.Get(int.MinValue, 0, 0), read.IsActive(0, int.MaxValue, 0)));
    }, iter: 6, threads: 1, seed: "0000KDc4Hx31");

    [Fact]
    public void The_example_of_the_page_is_what_is_written()
    {
        var grid = new VoxelGrid<float>(1);
        grid.Set(0, 0, 0, 2);
        grid.Fill(new(8, 0, 0), new(15, 7, 7), 3);
        var bytes = Bytes(grid.Freeze(), "example");
        Assert.Equal(4544, bytes.Length);
        Assert.Equal("SPVOXELS"u8.ToArray(), bytes[..8]);
        Assert.Equal([0, 1, 1, 1, 0x3F800000, 0], Enumerable.Range(8, 6).Select(i => BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(4 * i))));
        Assert.Equal(7UL << 48, BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(256)));
        Assert.Equal([1, 2, 2], new[] { 320, 832, 1344 }.Select(at => (int)bytes[at]));
        Assert.Equal(3f, BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(2368)));
        Assert.Equal(1UL, BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(2432)));
        Assert.Equal([2f, 1f], new[] { 2496, 2500 }.Select(at => BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(at))));
    }

    [Fact]
    public void A_wrong_file_is_refused_in_one_line()
    {
        var bytes = Bytes(DenseVoxels.Make(3, 0).Grid.Freeze(), "grid");
        Assert.Contains("values of float32", Assert.Throws<MismatchException>(() => VoxelFile.Open<int>(MappedFile.FromBytes("grid", bytes))).Message, StringComparison.Ordinal);
        Assert.Contains("checksum", Assert.Throws<InvalidFileException>(() => VoxelFile.Open<float>(MappedFile.FromBytes("grid", [.. bytes[..^1], 1]))).Message, StringComparison.Ordinal);
        Assert.Contains("it says", Assert.Throws<InvalidFileException>(() => VoxelFile.Open<float>(MappedFile.FromBytes("grid", bytes.AsSpan(0, bytes.Length - 8)))).Message, StringComparison.Ordinal);
        Assert.Contains("Char", Assert.Throws<UnsupportedException>(() => VoxelFile.Write(Path.Combine(_folder, "char"), new VoxelGrid<char>().Freeze())).Message, StringComparison.Ordinal);
        Assert.Contains("no such file", Assert.Throws<InvalidFileException>(() => VoxelFile.Open<float>(Path.Combine(_folder, "none"))).Message, StringComparison.Ordinal);
    }

    // The checksum is made right again, so that the validator meets every kind of damage.
    [Fact]
    public void Hostile_files_with_a_right_checksum_are_refused_or_harmless()
    {
        var grid = new VoxelGrid<byte>(1);
        grid.Set(0, 0, 0, 2);
        grid.Fill(new(8, 0, 0), new(15, 7, 7), 3);
        grid.Set(-1000, 5, 5, 4);
        var good = Bytes(grid.Freeze(), "good");
        var random = new RandomStream(5, "fuzz");
        var refused = 0;
        for (var repeat = 0; repeat < 2000; repeat++)
        {
            var bytes = (byte[])good.Clone();
            for (var edit = random.NextInt(3); edit >= 0; edit--)
            {
                var place = 28 + (random.NextInt(4) == 0 ? random.NextInt(32) : random.NextInt(bytes.Length - 28));
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
                var read = VoxelFile.Open<byte>(MappedFile.FromBytes("fuzz", bytes));
                for (var i = 0; i < 64; i++)
                    Assert.InRange(read.Get(4 * i - 64, i, 0) + (read.IsActive(4 * i - 64, i, 0) ? 1 : 0), 0, 256);
                Assert.Equal(read.ActiveCount, read.Thaw().ActiveCount);
            }
            catch (Exception fault) when (fault is InvalidFileException or MismatchException)
            {
                Assert.DoesNotContain('\n', fault.Message);
                refused++;
            }
        }
        Assert.True(refused > 1000, $"{refused} refused");
    }

    private byte[] Bytes<T>(FrozenVoxelGrid<T> grid, string name) where T : unmanaged
    {
        var path = Path.Combine(_folder, name);
        VoxelFile.Write(path, grid);
        return File.ReadAllBytes(path);
    }
}
