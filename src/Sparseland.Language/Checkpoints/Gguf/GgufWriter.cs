using System.Text;
using Sparseland.Errors;
using Sparseland.Files;
using Sparseland.Layouts;
using Sparseland.Tensors;

namespace Sparseland.Language.Checkpoints.Gguf;

/// <summary>A tensor to be written to a GGUF file.</summary>
/// <param name="Name">The name.</param>
/// <param name="Shape">The extents, outermost first; one to four.</param>
/// <param name="Element">How it is stored; rows must be whole blocks.</param>
public sealed record GgufEntry(string Name, Shape Shape, ElementType Element)
{
    /// <summary>Bytes of the tensor.</summary>
    /// <exception cref="UnsupportedException">GGUF has no such type, or rows are not whole blocks.</exception>
    public long ByteCount
    {
        get
        {
            var (_, blockElements, blockBytes) = GgufTensorTypes.Find(Element)
                ?? throw new UnsupportedException($"the tensor {Name} in {Element} cannot be written to GGUF; known are {GgufTensorTypes.KnownNames}");
            return Shape.Columns % blockElements == 0
                ? Shape.Length / blockElements * blockBytes
                : throw new UnsupportedException($"the tensor {Name} has rows of {Shape.Columns}, which are not whole blocks of {blockElements} for {Element}");
        }
    }
}

/// <summary>Writes a GGUF file, version 3: metadata and tensor places first, then tensors in any order. Equal input gives equal bytes.</summary>
public sealed class GgufWriter : TensorFileWriter
{
    /// <summary>Begins a file.</summary>
    /// <param name="path">Where it will be.</param>
    /// <param name="metadata">The metadata, written in this order.</param>
    /// <param name="entries">All tensors, in the file's order.</param>
    /// <exception cref="ResourceLimitException">The disk is full or the place may not be written.</exception>
    /// <exception cref="UnsupportedException">A tensor's type does not exist in GGUF or does not fit its rows.</exception>
    public GgufWriter(string path, IReadOnlyList<KeyValuePair<string, GgufValue>> metadata, IReadOnlyList<GgufEntry> entries) : base(path)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        ArgumentNullException.ThrowIfNull(entries);
        using var header = new MemoryStream();
        using var writer = new BinaryWriter(header, Encoding.UTF8);
        writer.Write(GgufFile.Magic);
        writer.Write(3u);
        writer.Write((ulong)entries.Count);
        writer.Write((ulong)metadata.Count);
        foreach (var (key, value) in metadata)
        {
            WriteText(writer, key);
            WriteValue(writer, value);
        }
        var offset = 0L;
        foreach (var entry in entries)
        {
            WriteText(writer, entry.Name);
            writer.Write((uint)entry.Shape.Rank);
            for (var i = entry.Shape.Rank - 1; i >= 0; i--)
                writer.Write((ulong)entry.Shape[i]);
            writer.Write(GgufTensorTypes.Find(entry.Element)?.Id ?? throw new UnsupportedException($"the tensor {entry.Name} in {entry.Element} cannot be written to GGUF; known are {GgufTensorTypes.KnownNames}"));
            writer.Write((ulong)offset);
            Announce(entry.Name, offset, entry.ByteCount);
            offset = Aligned(checked(offset + entry.ByteCount));
        }
        writer.Write(new byte[Aligned(header.Length) - header.Length]);
        Begin(header.GetBuffer().AsSpan(0, (int)header.Length), offset);
    }

    private static long Aligned(long position) => (position + GgufFile.DefaultAlignment - 1) / GgufFile.DefaultAlignment * GgufFile.DefaultAlignment;

    private static void WriteText(BinaryWriter writer, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        writer.Write((ulong)bytes.Length);
        writer.Write(bytes);
    }

    private static void WriteValue(BinaryWriter writer, GgufValue value)
    {
        writer.Write((uint)value.Type);
        if (value.Content is not Array array)
        {
            WriteScalar(writer, value.Content);
            return;
        }
        writer.Write((uint)value.ElementType!.Value);
        writer.Write((ulong)array.Length);
        foreach (var element in array)
            WriteScalar(writer, element);
    }

    private static void WriteScalar(BinaryWriter writer, object value)
    {
        switch (value)
        {
            case byte number: writer.Write(number); break;
            case sbyte number: writer.Write(number); break;
            case bool flag: writer.Write(flag); break;
            case ushort number: writer.Write(number); break;
            case short number: writer.Write(number); break;
            case uint number: writer.Write(number); break;
            case int number: writer.Write(number); break;
            case float number: writer.Write(number); break;
            case ulong number: writer.Write(number); break;
            case long number: writer.Write(number); break;
            case double number: writer.Write(number); break;
            default: WriteText(writer, (string)value); break;
        }
    }
}
