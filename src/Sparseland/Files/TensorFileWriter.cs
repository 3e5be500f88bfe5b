using Microsoft.Win32.SafeHandles;
using Sparseland.Errors;

namespace Sparseland.Files;

/// <summary>
/// Writes a file of a header and announced tensors, whose places follow from the header: their bytes come in any order and in parts of any size, so the model never has to be in memory.
/// The file appears under its name when <see cref="Complete"/> is called; without it nothing is left behind.
/// </summary>
public abstract class TensorFileWriter : IDisposable
{
    private readonly string _path;
    private readonly string _temporary;
    private readonly Dictionary<string, Slot> _slots = new(StringComparer.Ordinal);
    private SafeFileHandle? _handle;

    /// <summary>Names the file; <see cref="Begin"/> makes it.</summary>
    /// <param name="path">Where it will be; folders are made.</param>
    protected TensorFileWriter(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _path = Path.GetFullPath(path);
        _temporary = _path + AtomicFile.TemporarySuffix;
    }

    /// <summary>Announces a tensor.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="offset">Its first byte, counted from the end of the header.</param>
    /// <param name="byteCount">Its bytes.</param>
    /// <exception cref="ArgumentException">The name is there already.</exception>
    protected void Announce(string name, long offset, long byteCount)
    {
        if (!_slots.TryAdd(name, new Slot(offset, byteCount)))
            throw new ArgumentException($"the tensor {PrintableName.Of(name)} is there twice", nameof(name));
    }

    /// <summary>Makes the file, asks for its whole length and writes the header.</summary>
    /// <param name="header">Everything before the tensors.</param>
    /// <param name="dataBytes">Bytes of all tensors, gaps between and after them included.</param>
    /// <exception cref="ResourceLimitException">The disk is full or the place may not be written.</exception>
    protected void Begin(ReadOnlySpan<byte> header, long dataBytes)
    {
        var total = checked(header.Length + dataBytes);
        foreach (var slot in _slots.Values)
            slot.Offset += header.Length;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
            // Asking for the whole length at once finds a full disk before the work, not after it.
            _handle = File.OpenHandle(_temporary, FileMode.Create, FileAccess.Write, FileShare.None, FileOptions.None, total);
            RandomAccess.SetLength(_handle, total);
            RandomAccess.Write(_handle, header, 0);
        }
        catch (Exception fault) when (OutputFault.Is(fault))
        {
            Dispose();
            throw OutputFault.Translate(_path, fault);
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
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Gives up a file that was not completed.</summary>
    /// <param name="disposing">True when called by a person; there is no finaliser of our own.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (!disposing || _handle is null)
            return;
        _handle.Dispose();
        _handle = null;
        File.Delete(_temporary);
    }

    private sealed class Slot(long offset, long byteCount)
    {
        public long Offset = offset;
        public readonly long ByteCount = byteCount;
        public long Written;
    }
}
