using System.Text;
using Sparseland.Errors;
using Sparseland.Files;
using Sparseland.Language.Checkpoints.Gguf;
using Sparseland.Layouts;
using Sparseland.Tensors;

namespace Sparseland.Language.Tests.Checkpoints.Gguf;

public sealed class GgufFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sparseland").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Every_type_of_metadata_and_tensor_comes_back_and_equal_input_gives_equal_bytes()
    {
        var path = Write("a.gguf");
        Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(Write("b.gguf")));
        var file = GgufFile.Open(path);
        Assert.Equal(3, file.Version);
        foreach (var (key, value) in Metadata())
        {
            Assert.Equal(value.Type, file.Metadata[key].Type);
            Assert.Equal(value.ElementType, file.Metadata[key].ElementType);
            Assert.Equal(value.Content, file.Metadata[key].Content);
        }
        Assert.Equal(new Shape(2, 3), file.Find("matrix")!.Shape);
        Assert.All(file.Tensors, tensor => Assert.Equal(0, tensor.Offset % 32));
        Assert.Equal([1f, 2, 3, 4, 5, 6], file.File.Storage<float>(file.Find("matrix")!.Offset, 6).Slice(0, 6).ToArray());
        Assert.Equal(36, file.Find("blocks")!.ByteCount);
        Assert.Equal(0, new FileInfo(path).Length % 32);
    }

    [Fact]
    public void A_file_cut_at_any_byte_is_refused()
    {
        // The last tensor ends 28 bytes before the file does, which ends at a multiple of 32.
        var bytes = File.ReadAllBytes(Write("a.gguf"));
        for (var length = 0; length < bytes.Length - 28; length++)
            Assert.Throws<InvalidFileException>(() => GgufFile.Open(MappedFile.FromBytes("cut.gguf", bytes.AsSpan(0, length))));
    }

    [Fact]
    public void Hostile_lengths_are_refused_before_anything_is_allocated()
    {
        Assert.Contains("claims", Refused(writer => { Header(writer, 3, ulong.MaxValue, 0); }), StringComparison.Ordinal);
        Assert.Contains("claims", Refused(writer => { Header(writer, 3, 0, 1UL << 40); }), StringComparison.Ordinal);
        Assert.Contains("a key claims", Refused(writer => { Header(writer, 3, 0, 1); writer.Write(1UL << 62); writer.Write(new byte[32]); }), StringComparison.Ordinal);
        Assert.Contains("elements of 'k'", Refused(writer => { Header(writer, 3, 0, 1); Text(writer, "k"); writer.Write(9u); writer.Write(10u); writer.Write(1UL << 60); writer.Write(new byte[32]); }), StringComparison.Ordinal);
        Assert.Contains("type 13", Refused(writer => { Header(writer, 3, 0, 1); Text(writer, "k"); writer.Write(13u); writer.Write(new byte[32]); }), StringComparison.Ordinal);
        Assert.Contains("no file can hold", Refused(writer => Tensor(writer, [1UL << 40], 0, 0)), StringComparison.Ordinal);
        Assert.Contains("no file can hold", Refused(writer => Tensor(writer, [1UL << 30, 1UL << 30, 1UL << 30], 0, 0)), StringComparison.Ordinal);
        Assert.Contains("9 dimensions", Refused(writer => Tensor(writer, [1, 1, 1, 1, 1, 1, 1, 1, 1], 0, 0)), StringComparison.Ordinal);
        Assert.Contains("beyond the file's", Refused(writer => Tensor(writer, [4], 0, 1UL << 40)), StringComparison.Ordinal);
        Assert.Contains("whole blocks of 256", Refused(writer => Tensor(writer, [32], 12, 0)), StringComparison.Ordinal);
        Assert.Contains("power of two", Refused(writer => { Header(writer, 3, 0, 1); Text(writer, "general.alignment"); writer.Write(4u); writer.Write(33u); }), StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_versions_and_tensor_types_are_named_with_the_known_ones()
    {
        Assert.Contains("known are 2 and 3", Assert.Throws<UnsupportedException>(() => Open(writer => Header(writer, 1, 0, 0))).Message, StringComparison.Ordinal);
        Assert.Contains("big-endian", Assert.Throws<UnsupportedException>(() => Open(writer => Header(writer, 3 << 24, 0, 0))).Message, StringComparison.Ordinal);
        var message = Assert.Throws<UnsupportedException>(() => Open(writer => Tensor(writer, [32], 6, 0))).Message;
        Assert.Contains("Q5_0; known are F32, F16, Q4_0, Q8_0, Q4_K, Q6_K", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Overlapping_tensors_are_refused()
    {
        var message = Refused(writer =>
        {
            Header(writer, 3, 2, 0);
            foreach (var name in new[] { "a", "b" })
            {
                Text(writer, name);
                writer.Write(1u);
                writer.Write(16UL);
                writer.Write(0u);
                writer.Write(0UL);
            }
            writer.Write(new byte[256]);
        });
        Assert.Contains("overlaps", message, StringComparison.Ordinal);
    }

    private static string Refused(Action<BinaryWriter> write) => Assert.Throws<InvalidFileException>(() => Open(write)).Message;

    private static GgufFile Open(Action<BinaryWriter> write)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        write(writer);
        return GgufFile.Open(MappedFile.FromBytes("hostile.gguf", stream.ToArray()));
    }

    private static void Header(BinaryWriter writer, uint version, ulong tensors, ulong values)
    {
        writer.Write("GGUF"u8);
        writer.Write(version);
        writer.Write(tensors);
        writer.Write(values);
    }

    private static void Tensor(BinaryWriter writer, ulong[] extents, uint type, ulong offset)
    {
        Header(writer, 3, 1, 0);
        Text(writer, "t");
        writer.Write((uint)extents.Length);
        foreach (var extent in extents)
            writer.Write(extent);
        writer.Write(type);
        writer.Write(offset);
        writer.Write(new byte[64]);
    }

    private static void Text(BinaryWriter writer, string text)
    {
        writer.Write((ulong)text.Length);
        writer.Write(Encoding.ASCII.GetBytes(text));
    }

    private string Write(string name)
    {
        var path = Path.Combine(_folder, name);
        using var writer = new GgufWriter(path, Metadata(), [new("matrix", new Shape(2, 3), ElementType.Float32), new("blocks", new Shape(2, 32), ElementType.Q4_0), new("one", new Shape(2), ElementType.BFloat16)]);
        writer.Append<ushort>("one", [0x3f80, 0x4000]);
        writer.Append("blocks", new byte[36]);
        writer.Append<float>("matrix", [1, 2, 3, 4, 5, 6]);
        writer.Complete();
        return path;
    }

    private static KeyValuePair<string, GgufValue>[] Metadata() =>
    [
        new("u8", new(GgufType.UInt8, (byte)200)), new("i8", new(GgufType.Int8, (sbyte)-3)), new("u16", new(GgufType.UInt16, (ushort)60000)), new("i16", new(GgufType.Int16, (short)-300)),
        new("u32", GgufValue.Of(4_000_000_000u)), new("i32", new(GgufType.Int32, -5)), new("f32", GgufValue.Of(1.5f)), new("bool", GgufValue.Of(true)), new("text", GgufValue.Of("Grüße 🐙")),
        new("u64", new(GgufType.UInt64, ulong.MaxValue)), new("i64", new(GgufType.Int64, long.MinValue)), new("f64", new(GgufType.Float64, Math.PI)),
        new("texts", GgufValue.Of(["a", "", "日本"])), new("floats", GgufValue.Of([0.5f, -1])), new("ints", GgufValue.Of([1, -2, 3])), new("flags", new(GgufType.Array, new[] { true, false }, GgufType.Bool)),
        new("bytes", new(GgufType.Array, new byte[] { 1, 2 }, GgufType.UInt8)), new("doubles", new(GgufType.Array, new[] { 0.1 }, GgufType.Float64)), new("none", GgufValue.Of(Array.Empty<string>())),
    ];
}
