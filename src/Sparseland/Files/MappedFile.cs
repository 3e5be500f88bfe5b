using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;
using Sparseland.Errors;
using Sparseland.Tensors;

namespace Sparseland.Files;

/// <summary>
/// A whole file as read-only memory, with 64-bit offsets. The system reads a page when it is touched, so opening costs nothing and a file may be larger than memory.
/// Nobody disposes it: the mapping lives as long as this object, which every <see cref="TensorStorage{T}"/> over it keeps alive, and is released by the collector.
/// A file that another program shortens while it is mapped ends the process when the lost part is touched, as with every mapping. Thread-safe.
/// </summary>
public sealed unsafe class MappedFile
{
    // What keeps the memory alive: the view's handle (its finaliser unmaps), or the array behind bytes that were given.
    private readonly SafeMemoryMappedViewHandle? _view;
    private readonly byte[]? _bytes;

    private MappedFile(string path, byte* pointer, long length, SafeMemoryMappedViewHandle? view, byte[]? bytes)
    {
        Path = path;
        Pointer = pointer;
        Length = length;
        _view = view;
        _bytes = bytes;
    }

    /// <summary>The file, as it was named.</summary>
    public string Path { get; }

    /// <summary>Its bytes.</summary>
    public long Length { get; }

    /// <summary>The first byte. Whoever uses it keeps this object alive until he is done.</summary>
    public byte* Pointer { get; }

    /// <summary>Maps a file.</summary>
    /// <exception cref="InvalidFileException">It does not exist or cannot be read.</exception>
    public static MappedFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 1);
            if (stream.Length == 0)
                return new(path, null, 0, null, []);
            using var map = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            var length = stream.Length;
            // The view outlives the map and the stream: the system counts references, and the view's handle holds one.
            var view = map.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read).SafeMemoryMappedViewHandle;
            return new(path, (byte*)view.DangerousGetHandle(), length, view, null);
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InvalidFileException(path, "", "there is no such file", "check the name", fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new InvalidFileException(path, "", $"it cannot be read ({fault.Message})", "check that it is an ordinary file and that you may read it", fault);
        }
    }

    /// <summary>Bytes in memory under a file's name, for a format inside another one and for tests.</summary>
    /// <param name="path">The name used in messages.</param>
    /// <param name="bytes">The content, which is copied.</param>
    public static MappedFile FromBytes(string path, ReadOnlySpan<byte> bytes)
    {
        var pinned = GC.AllocateUninitializedArray<byte>(Math.Max(1, bytes.Length), pinned: true);
        bytes.CopyTo(pinned);
        return new(path, (byte*)Unsafe.AsPointer(ref pinned[0]), bytes.Length, null, pinned);
    }

    /// <summary>Part of the file. Keep this object alive while the span is used.</summary>
    /// <exception cref="InvalidFileException">The file ends before it.</exception>
    public ReadOnlySpan<byte> Slice(long start, int count)
    {
        Require(start, count);
        return new(Pointer + start, count);
    }

    /// <summary>Part of the file as elements of a storage that keeps the mapping alive. The memory is read-only: writing to it ends the process.</summary>
    /// <param name="start">The first byte; any alignment.</param>
    /// <param name="count">How many elements.</param>
    /// <exception cref="InvalidFileException">The file ends before the last element.</exception>
    public TensorStorage<T> Storage<T>(long start, long count) where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        Require(start, count > long.MaxValue / sizeof(T) ? long.MaxValue : count * sizeof(T));
        return new((T*)(Pointer + start), count, this);
    }

    private void Require(long start, long count)
    {
        if (start < 0 || count < 0 || start > Length || count > Length - start)
            throw new InvalidFileException(Path, $"byte {start}", $"{count} bytes are needed here and the file has {Length}", "it is truncated: fetch or write it again");
    }

    /// <summary>The file's name and length.</summary>
    public override string ToString() => $"{Path} ({Length} bytes, {(_view is null ? _bytes is null ? "empty" : "in memory" : "mapped")})";
}
