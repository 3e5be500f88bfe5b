using System.Text;
using Sparseland.Errors;
using Sparseland.Files;
using Sparseland.Tensors;

namespace Sparseland.Tests.Files;

public sealed class NumpyFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sparseland").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Numbers_of_every_type_come_back_as_written()
    {
        Check<float>(NumpyType.Float32, [1.5f, -2, 3, 4, 5, 6]);
        Check<double>(NumpyType.Float64, [1.5, -2, 3, 4, 5, 6]);
        Check<sbyte>(NumpyType.Int8, [1, -2, 3, 4, 5, 6]);
        Check<byte>(NumpyType.UInt8, [1, 2, 3, 4, 5, 200]);
        Check<short>(NumpyType.Int16, [1, -2, 3, 4, 5, 6]);
        Check<ushort>(NumpyType.UInt16, [1, 2, 3, 4, 5, 60000]);
        Check<int>(NumpyType.Int32, [1, -2, 3, 4, 5, 6]);
        Check<uint>(NumpyType.UInt32, [1, 2, 3, 4, 5, 6]);
        Check<long>(NumpyType.Int64, [1, -2, 3, 4, 5, 6]);
        Check<ulong>(NumpyType.UInt64, [1, 2, 3, 4, 5, 6]);

        void Check<T>(NumpyType type, T[] values) where T : unmanaged, System.Numerics.INumber<T>
        {
            var path = Path.Combine(_folder, $"{type}.npy");
            NumpyFile.Write<T>(path, type, [2, 3], values);
            var array = NumpyFile.Read(path);
            Assert.Equal((type, 6L), (array.Type, array.Count));
            Assert.Equal([2L, 3], array.Extents);
            Assert.Equal(new Shape(2, 3), array.ToTensor().Shape);
            Assert.Equal(values.Select(value => float.CreateChecked(value)), array.ToTensor().Span.ToArray());
        }
    }

    [Fact]
    public void The_header_is_the_one_numpy_writes()
    {
        var bytes = NumpyFile.Encode<float>(NumpyType.Float32, [2, 3], [1, 2, 3, 4, 5, 6]);
        Assert.Equal(128 + 24, bytes.Length);
        Assert.Equal([0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0, 118, 0], bytes[..10]);
        Assert.StartsWith("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", Encoding.ASCII.GetString(bytes, 10, 118), StringComparison.Ordinal);
        Assert.Equal((byte)'\n', bytes[127]);
        Assert.Contains("'shape': (6,)", Encoding.ASCII.GetString(NumpyFile.Encode<float>(NumpyType.Float32, [6], [1, 2, 3, 4, 5, 6])), StringComparison.Ordinal);
        Assert.Contains("'shape': ()", Encoding.ASCII.GetString(NumpyFile.Encode<float>(NumpyType.Float32, [], [1])), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_cut_at_any_byte_or_with_a_byte_too_many_is_refused()
    {
        var bytes = NumpyFile.Encode<double>(NumpyType.Float64, [3], [1, 2, 3]);
        for (var length = 0; length < bytes.Length; length++)
            Assert.Throws<InvalidFileException>(() => NumpyFile.Read(MappedFile.FromBytes("cut.npy", bytes.AsSpan(0, length))));
        Assert.Throws<InvalidFileException>(() => NumpyFile.Read(MappedFile.FromBytes("long.npy", [.. bytes, 0])));
    }

    [Theory]
    [InlineData("{'descr': '|O', 'fortran_order': False, 'shape': (6,), }", "'|O'")]
    [InlineData("{'descr': '>f4', 'fortran_order': False, 'shape': (6,), }", "'>f4'")]
    [InlineData("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }", "Fortran")]
    public void Types_and_orders_that_are_not_known_are_refused(string header, string reason) =>
        Assert.Contains(reason, Assert.Throws<UnsupportedException>(() => NumpyFile.Read(WithHeader(header))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4611686018427387904), }")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (7,), }")]
    [InlineData("{'descr': '<f4', 'fortran_order': False}")]
    [InlineData("{'descr': '<f4', 'fortran_order': Maybe, 'shape': (6,)}")]
    [InlineData("__import__('os')")]
    [InlineData("{'descr': '<f4")]
    public void A_damaged_header_is_refused(string header) => Assert.Throws<InvalidFileException>(() => NumpyFile.Read(WithHeader(header)));

    [Fact]
    public void An_archive_comes_back_by_name_and_equal_input_gives_equal_bytes()
    {
        var arrays = new Dictionary<string, Tensor<float>> { ["a"] = new(new Shape(2), [1, 2]), ["b/c"] = new(new Shape(1, 3), [3, 4, 5]) };
        var (first, second) = (Path.Combine(_folder, "1.npz"), Path.Combine(_folder, "2.npz"));
        NumpyFile.WriteArchive(first, arrays);
        NumpyFile.WriteArchive(second, arrays);
        Assert.Equal(File.ReadAllBytes(first), File.ReadAllBytes(second));
        var read = NumpyFile.ReadArchive(first);
        Assert.Equal(["a", "b/c"], read.Keys.Order());
        Assert.Equal([3f, 4, 5], read["b/c"].ToTensor().Span.ToArray());
        Assert.Throws<ResourceLimitException>(() => NumpyFile.ReadArchive(first, maxBytes: 200));
        File.WriteAllBytes(first, File.ReadAllBytes(first)[..100]);
        Assert.Throws<InvalidFileException>(() => NumpyFile.ReadArchive(first));
    }

    private static MappedFile WithHeader(string header)
    {
        var bytes = NumpyFile.Encode<float>(NumpyType.Float32, [6], [1, 2, 3, 4, 5, 6]);
        bytes.AsSpan(10, 118).Fill((byte)' ');
        Encoding.ASCII.GetBytes(header, bytes.AsSpan(10));
        return MappedFile.FromBytes("a.npy", bytes);
    }
}
