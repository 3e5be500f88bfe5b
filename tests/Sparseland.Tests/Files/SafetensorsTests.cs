using System.Buffers.Binary;
using System.Text;
using Sparseland.Errors;
using Sparseland.Files;
using Sparseland.Tensors;

namespace Sparseland.Tests.Files;

public sealed class SafetensorsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sparseland").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_is_written_is_read_back_and_equal_input_gives_equal_bytes()
    {
        var first = Write("a.safetensors");
        var second = Write("b.safetensors");
        Assert.Equal(File.ReadAllBytes(first), File.ReadAllBytes(second));
        ITensorCollection file = SafetensorsFile.Open(first);
        Assert.Equal("value", file.Metadata["key"]);
        Assert.Equal(["wide", "matrix", "half", "empty", "bytes"], file.Tensors.Select(tensor => tensor.Name));
        Assert.Equal([1f, 2, 3, 4, 5, 6], file.Require("matrix").Storage<float>().Slice(0, 6).ToArray());
        Assert.Equal(new Shape(2, 3), file.Require("matrix").Shape);
        Assert.Equal([7, 8], file.Require("wide").Storage<long>().Slice(0, 2).ToArray());
        Assert.Equal([9, 10, 11], file.Require("bytes").Storage<byte>().Slice(0, 3).ToArray());
        Assert.All(file.Tensors, tensor => Assert.Equal(0, tensor.Offset % tensor.Type.ByteCount()));
        Assert.Equal(0, file.Tensors[0].Offset % 64);
    }

    [Fact]
    public void A_file_cut_at_any_byte_is_refused_by_name()
    {
        var bytes = File.ReadAllBytes(Write("a.safetensors"));
        for (var length = 0; length < bytes.Length; length++)
        {
            var fault = Assert.Throws<InvalidFileException>(() => SafetensorsFile.Open(MappedFile.FromBytes("cut.safetensors", bytes.AsSpan(0, length))));
            Assert.StartsWith("cut.safetensors", fault.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', fault.Message);
        }
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}}""", "larger than any file")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1000000],"data_offsets":[0,4000000]}}""", "it lies at bytes 0 to 4000000 of 8")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", "needs 12 bytes and it has 8")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "overlaps the tensor 'a'")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "belong to no tensor")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "belong to no tensor")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[8,4]}}""", "it lies at bytes 8 to 4")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,8]}}""", "whole numbers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,8]}}""", "whole numbers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2]}}""", "needs dtype, shape and two data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}}""", "more than 2 numbers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[0],"data_offsets":[8,8]}}""", "twice")]
    [InlineData("""{"__metadata__":{"x":1}}""", "metadata values are strings")]
    [InlineData("""{"a":[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]}""", "an object is expected")]
    [InlineData("""{"a":{"z":[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]}}""", "not valid JSON")]
    [InlineData("""{"\ud800":{}}""", "not valid JSON")]
    [InlineData("""{"a" """, "not valid JSON")]
    public void A_hostile_header_is_refused_with_the_reason(string header, string reason)
    {
        var fault = Assert.Throws<InvalidFileException>(() => SafetensorsFile.Open(WithHeader(header, new byte[8])));
        Assert.Contains(reason, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_element_type_is_refused_with_the_known_ones()
    {
        var fault = Assert.Throws<UnsupportedException>(() => SafetensorsFile.Open(WithHeader("""{"a":{"dtype":"F7","shape":[8],"data_offsets":[0,8]}}""", new byte[8])));
        Assert.Contains("BF16", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_tensor_is_named_with_the_nearest_one()
    {
        ITensorCollection file = SafetensorsFile.Open(Write("a.safetensors"));
        Assert.Contains("did you mean 'matrix'", Assert.Throws<InvalidFileException>(() => file.Require("matrx")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_writer_that_is_given_up_leaves_the_old_file_and_nothing_else()
    {
        var path = Write("a.safetensors");
        var before = File.ReadAllBytes(path);
        using (var writer = new SafetensorsWriter(path, [new("x", SafetensorsType.F32, 4)]))
        {
            writer.Append<float>("x", [1, 2]);
            Assert.Throws<InvalidOperationException>(writer.Complete);
            Assert.Throws<ArgumentException>(() => writer.Append<float>("x", [1, 2, 3]));
            Assert.Throws<ArgumentException>(() => writer.Append<float>("y", [1]));
            Assert.Equal(before, File.ReadAllBytes(path));
        }
        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFiles(_folder));
    }

    [Fact]
    public void What_a_killed_writer_left_is_overwritten()
    {
        var path = Path.Combine(_folder, "a.safetensors");
        File.WriteAllBytes(path + AtomicFile.TemporarySuffix, new byte[100_000]);
        Assert.Equal(5, SafetensorsFile.Open(Write("a.safetensors")).Tensors.Count);
        Assert.Equal([path], Directory.GetFiles(_folder));
    }

    [Fact]
    public void Shards_are_found_by_the_index_and_only_by_the_index()
    {
        WriteShards();
        File.Copy(Write("stray-file.safetensors"), Path.Combine(_folder, SafetensorsFolder.SingleFile));
        ITensorCollection folder = SafetensorsFolder.Open(_folder);
        Assert.Equal(["a", "b", "c"], folder.Tensors.Select(tensor => tensor.Name));
        Assert.Equal([5f, 6], folder.Require("c").Storage<float>().Slice(0, 2).ToArray());
        Assert.Equal("m", folder.Metadata["model"]);
        Assert.Equal(2, SafetensorsFolder.Open(_folder).Files.Count);
    }

    [Theory]
    [InlineData("../outside.safetensors")]
    [InlineData("/etc/passwd")]
    [InlineData("..")]
    [InlineData("a\\b.safetensors")]
    [InlineData("C:x")]
    [InlineData("")]
    public void A_shard_name_that_leaves_the_folder_is_refused(string shard)
    {
        WriteShards();
        var index = Path.Combine(_folder, SafetensorsFolder.IndexFile);
        var text = File.ReadAllText(index).Replace("model-00002-of-00002.safetensors", shard.Replace("\\", "\\\\", StringComparison.Ordinal), StringComparison.Ordinal);
        File.WriteAllText(index, text);
        Assert.Contains("not the name of a file in this folder", Assert.Throws<InvalidFileException>(() => SafetensorsFolder.Open(_folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_shard_and_a_tensor_that_is_not_in_its_shard_are_named()
    {
        WriteShards();
        var index = Path.Combine(_folder, SafetensorsFolder.IndexFile);
        var text = File.ReadAllText(index);
        File.WriteAllText(index, text.Replace("\"a\"", "\"z\"", StringComparison.Ordinal));
        Assert.Contains("'z'", Assert.Throws<InvalidFileException>(() => SafetensorsFolder.Open(_folder)).Message, StringComparison.Ordinal);
        File.WriteAllText(index, text);
        File.Delete(Path.Combine(_folder, "model-00002-of-00002.safetensors"));
        Assert.Contains("model-00002-of-00002.safetensors", Assert.Throws<InvalidFileException>(() => SafetensorsFolder.Open(_folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mapping_outlives_everything_but_its_storage()
    {
        var storage = OpenStorage();
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Assert.Equal([1f, 2, 3, 4, 5, 6], storage.Slice(0, 6).ToArray());
        GC.KeepAlive(storage);

        TensorStorage<float> OpenStorage() => SafetensorsFile.Open(Write("a.safetensors")).Find("matrix")!.Storage<float>();
    }

    [Fact]
    public void A_folder_in_the_place_of_a_file_and_an_empty_file_are_refused()
    {
        Assert.Throws<InvalidFileException>(() => SafetensorsFile.Open(_folder));
        var empty = Path.Combine(_folder, "empty.safetensors");
        File.WriteAllBytes(empty, []);
        Assert.Contains("this has 0 bytes", Assert.Throws<InvalidFileException>(() => SafetensorsFile.Open(empty)).Message, StringComparison.Ordinal);
    }

    private string Write(string name)
    {
        var path = Path.Combine(_folder, name);
        SafetensorsEntry[] entries = [new("bytes", SafetensorsType.U8, 3), new("half", SafetensorsType.BF16, 1), new("matrix", SafetensorsType.F32, 2, 3), new("wide", SafetensorsType.I64, 2), new("empty", SafetensorsType.F16, 0, 7)];
        using var writer = new SafetensorsWriter(path, entries, new Dictionary<string, string> { ["key"] = "value", ["b"] = "c" });
        writer.Append<float>("matrix", [1, 2, 3, 4]);
        writer.Append<byte>("bytes", [9, 10, 11]);
        writer.Append<ushort>("half", [0x3f80]);
        writer.Append<long>("wide", [7, 8]);
        writer.Append<float>("matrix", [5, 6]);
        writer.Complete();
        return path;
    }

    private void WriteShards()
    {
        SafetensorsEntry[] entries = [new("a", SafetensorsType.F32, 2), new("b", SafetensorsType.F32, 2), new("c", SafetensorsType.F32, 2)];
        using var writer = new SafetensorsFolderWriter(_folder, entries, new Dictionary<string, string> { ["model"] = "m" }, maxShardBytes: 16);
        writer.Append<float>("c", [5, 6]);
        writer.Append<float>("b", [3, 4]);
        writer.Append<float>("a", [1, 2]);
        writer.Complete();
    }

    private static MappedFile WithHeader(string json, ReadOnlySpan<byte> data)
    {
        var header = Encoding.UTF8.GetBytes(json);
        var bytes = new byte[8 + header.Length + data.Length];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, header.Length);
        header.CopyTo(bytes, 8);
        data.CopyTo(bytes.AsSpan(8 + header.Length));
        return MappedFile.FromBytes("hostile.safetensors", bytes);
    }
}
