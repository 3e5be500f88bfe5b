using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Sparseland.Errors;

namespace Sparseland.Files;

/// <summary>
/// Writes a safetensors file tensor by tensor, so that the model never has to be in memory: names and shapes are given first, bytes follow in any order and in parts of any size.
/// The file appears under its name when <see cref="Complete"/> is called; without it nothing is left behind. Equal input gives equal bytes:
/// tensors lie by falling element size, then in the order given, and the data starts at a multiple of 64 bytes, so that every element is aligned.
/// </summary>
public sealed class SafetensorsWriter : IDisposable
{
    private const int Alignment = 64;
    private readonly string _path;
    private readonly string _temporary;
    private readonly Dictionary<string, Slot> _slots = new(StringComparer.Ordinal);
    private SafeFileHandle? _handle;

    /// <summary>Begins a file.</summary>
    /// <param name="path">Where it will be; folders are made.</param>
    /// <param name="entries">All tensors.</param>
    /// <param name="metadata">Text about the file as a whole; written sorted by key.</param>
    /// <exception cref="ArgumentException">Two tensors have one name, or an extent is negative.</exception>
    /// <exception cref="ResourceLimitException">The disk is full or the place may not be written.</exception>
    public SafetensorsWriter(string path, IReadOnlyList<SafetensorsEntry> entries, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(entries);
        _path = Path.GetFullPath(path);
        _temporary = _path + AtomicFile.TemporarySuffix;
        var ordered = entries.OrderByDescending(entry => entry.Type.ByteCount()).ToList();
        var offset = 0L;
        foreach (var entry in ordered)
        {
            if (entry.Name == SafetensorsHeader.MetadataKey || entry.Extents.Any(extent => extent < 0) || !_slots.TryAdd(entry.Name, new Slot(offset, entry.ByteCount)))
                throw new ArgumentException($"the tensor {PrintableName.Of(entry.Name)} is there twice, has a reserved name or a negative extent", nameof(entries));
            offset = checked(offset + entry.ByteCount);
        }
        var header = Header(ordered, metadata);
        foreach (var slot in _slots.Values)
            slot.Offset += header.Length;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
            // Asking for the whole length at once finds a full disk before the work, not after it.
            _handle = File.OpenHandle(_temporary, FileMode.Create, FileAccess.Write, FileShare.None, FileOptions.None, checked(header.Length + offset));
            RandomAccess.Write(_handle, header, 0);
        }
        catch (Exception fault) when (OutputFault.Is(fault))
        {
            Dispose();
            throw OutputFault.Translate(path, fault);
        }
    }

    /// <summary>Writes the next bytes of a tensor. Parts of different tensors may alternate; not thread-safe.</summary>
    /// <exception cref="ArgumentException">There is no such tensor, or it has fewer bytes left.</exception>
    /// <exception cref="ResourceLimitException">The disk is full.</exception>
    public void Append(string name, ReadOnlySpan<byte> bytes)
    {
        ObjectDisposedException.ThrowIf(_handle is null, this);
        if (!_slots.TryGetValue(name, out var slot))
            throw new ArgumentException($"the tensor {PrintableName.Of(name)} was not announced", nameof(name));
        if (bytes.Length > slot.ByteCount - slot.Written)
            throw new ArgumentException($"{bytes.Length} more bytes for the tensor {PrintableName.Of(name)}, which has {slot.Written} of {slot.ByteCount}", nameof(bytes));
        try
        {
            RandomAccess.Write(_handle, bytes, slot.Offset + slot.Written);
        }
        catch (Exception fault) when (OutputFault.Is(fault))
        {
            throw OutputFault.Translate(_path, fault);
        }
        slot.Written += bytes.Length;
    }

    /// <summary>Writes the next elements of a tensor.</summary>
    public void Append<T>(string name, ReadOnlySpan<T> elements) where T : unmanaged
    {
        // A span of more than 2^31 bytes does not exist: large ones are cut.
        const int part = 1 << 24;
        for (; elements.Length > part; elements = elements[part..])
            Append(name, System.Runtime.InteropServices.MemoryMarshal.AsBytes(elements[..part]));
        Append(name, System.Runtime.InteropServices.MemoryMarshal.AsBytes(elements));
    }

    /// <summary>Puts the file in its place.</summary>
    /// <exception cref="InvalidOperationException">A tensor was not written whole.</exception>
    /// <exception cref="ResourceLimitException">The disk is full or the file cannot be replaced.</exception>
    public void Complete()
    {
        ObjectDisposedException.ThrowIf(_handle is null, this);
        foreach (var (name, slot) in _slots)
            if (slot.Written != slot.ByteCount)
                throw new InvalidOperationException($"the tensor {PrintableName.Of(name)} has {slot.Written} of {slot.ByteCount} bytes");
        try
        {
            RandomAccess.FlushToDisk(_handle);
            _handle.Dispose();
            File.Move(_temporary, _path, overwrite: true);
            _handle = null;
        }
        catch (Exception fault) when (OutputFault.Is(fault))
        {
            throw OutputFault.Translate(_path, fault);
        }
    }

    /// <summary>Gives up a file that was not completed.</summary>
    public void Dispose()
    {
        if (_handle is null)
            return;
        _handle.Dispose();
        _handle = null;
        File.Delete(_temporary);
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

    private sealed class Slot(long offset, long byteCount)
    {
        public long Offset = offset;
        public readonly long ByteCount = byteCount;
        public long Written;
    }
}
