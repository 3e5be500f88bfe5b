using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Sparseland.Files;

/// <summary>
/// Writes a safetensors file tensor by tensor: names and shapes are given first, bytes follow in any order. Equal input gives equal bytes:
/// tensors lie by falling element size, then in the order given, and the data starts at a multiple of 64 bytes, so that every element is aligned.
/// </summary>
public sealed class SafetensorsWriter : TensorFileWriter
{
    private const int Alignment = 64;

    /// <summary>Begins a file.</summary>
    /// <param name="path">Where it will be; folders are made.</param>
    /// <param name="entries">All tensors.</param>
    /// <param name="metadata">Text about the file as a whole; written sorted by key.</param>
    /// <exception cref="ArgumentException">Two tensors have one name, or an extent is negative.</exception>
    /// <exception cref="Errors.ResourceLimitException">The disk is full or the place may not be written.</exception>
    public SafetensorsWriter(string path, IReadOnlyList<SafetensorsEntry> entries, IReadOnlyDictionary<string, string>? metadata = null) : base(path)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var ordered = entries.OrderByDescending(entry => entry.Type.ByteCount()).ToList();
        var offset = 0L;
        foreach (var entry in ordered)
        {
            if (entry.Name == SafetensorsHeader.MetadataKey || entry.Extents.Any(extent => extent < 0))
                throw new ArgumentException($"the tensor {PrintableName.Of(entry.Name)} has a reserved name or a negative extent", nameof(entries));
            Announce(entry.Name, offset, entry.ByteCount);
            offset = checked(offset + entry.ByteCount);
        }
        Begin(Header(ordered, metadata), offset);
    }

    private static byte[] Header(List<SafetensorsEntry> entries, IReadOnlyDictionary<string, string>? metadata)
    {
        using var buffer = new MemoryStream();
        buffer.Write(stackalloc byte[8]);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject(SafetensorsHeader.MetadataKey);
                foreach (var (key, value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                    json.WriteString(key, value);
                json.WriteEndObject();
            }
            var offset = 0L;
            foreach (var entry in entries)
            {
                WriteEntry(json, entry, offset);
                offset += entry.ByteCount;
            }
            json.WriteEndObject();
        }
        while (buffer.Length % Alignment != 0)
            buffer.WriteByte((byte)' ');
        var header = buffer.ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(header, header.Length - 8);
        return header;
    }

    private static void WriteEntry(Utf8JsonWriter json, SafetensorsEntry entry, long offset)
    {
        json.WriteStartObject(entry.Name);
        json.WriteString("dtype", entry.Type.Name());
        json.WriteStartArray("shape");
        foreach (var extent in entry.Extents)
            json.WriteNumberValue(extent);
        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(offset);
        json.WriteNumberValue(offset + entry.ByteCount);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
