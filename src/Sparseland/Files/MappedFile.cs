using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;
using Sparseland.Errors;
using Sparseland.Tensors;

namespace Sparseland.Files;

/// <summary>
/// A whole file as read-only memory, with 64-bit offsets. The system reads a page when it is touched, so opening costs nothing and a file may be larger than memory.
/// Nobody disposes it: the mapping lives as long as this object, which every <see cref="TensorStorage{T}"/> over it keeps alive, and is released by the collector.
/// A large <see cref="Storage{T}"/> is a mapping of its own, so that a walk over a model gives back the pages of tensors it has left behind.
/// A file that another program shortens while it is mapped ends the process when the lost part is touched, as with every mapping. Thread-safe.
/// </summary>
public sealed unsafe class MappedFile
{
    // Below this a mapping of its own costs more than the few pages it would give back.
    private const long OwnViewBytes = 1 << 18;

    // What keeps the memory alive: the view's handle (its finaliser unmaps), or the array behind bytes that were given.
    private readonly SafeMemoryMappedViewHandle? _view;
    private readonly MemoryMappedFile? _map;
    private readonly byte[]? _bytes;

    private MappedFile(string path, byte* pointer, long length, MemoryMappedFile? map, SafeMemoryMappedViewHandle? view, byte[]? bytes)
    {
        Path = path;
        Pointer = pointer;
        Length = length;
        (_map, _view, _bytes) = (map, view, bytes);
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
            // The stream stays open with the map, so it must not keep others from writing a new file of this name.
            var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
            var length = stream.Length;
            if (length == 0)
            {
                stream.Dispose();
                return new(path, null, 0, null, null, []);
            }
            var map = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
            var view = map.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read).SafeMemoryMappedViewHandle;
            return new(path, (byte*)view.DangerousGetHandle(), length, map, view, null);
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
        return new(path, (byte*)Unsafe.AsPointer(ref pinned[0]), bytes.Length, null, null, pinned);
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
        return _map is not null && count * sizeof(T) >= OwnViewBytes ? OwnView<T>(start, count) : new((T*)(Pointer + start), count, this);
    }

    private TensorStorage<T> OwnView<T>(long start, long count) where T : unmanaged
    {
        try
        {
            var view = _map!.CreateViewAccessor(start, count * sizeof(T), MemoryMappedFileAccess.Read);
            // Views begin on a page; the offset says where in it the part lies. The handle's finaliser unmaps.
            return new((T*)((byte*)view.SafeMemoryMappedViewHandle.DangerousGetHandle() + view.PointerOffset), count, view.SafeMemoryMappedViewHandle);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InvalidFileException(Path, $"byte {start}", $"it cannot be mapped ({fault.Message.TrimEnd('.')})", "has it been changed since it was opened? start again", fault);
        }
    }

    private void Require(long start, long count)
    {
        if (start < 0 || count < 0 || start > Length || count > Length - start)
            throw new InvalidFileException(Path, $"byte {start}", $"{count} bytes are needed here and the file has {Length}", "it is truncated: fetch or write it again");
    }

    /// <summary>The file's name and length.</summary>
    public override string ToString() => $"{Path} ({Length} bytes, {(_view is null ? _bytes is null ? "empty" : "in memory" : "mapped")})";
}
