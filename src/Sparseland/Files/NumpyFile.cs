using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using Sparseland.Errors;
using Sparseland.Tensors;

namespace Sparseland.Files;

/// <summary>
/// Reads and writes NumPy's .npy files (versions 1 to 3, C order, little-endian) and .npz archives of them (format: numpy.org, "numpy.lib.format").
/// Headers are checked before anything is allocated; Python objects are refused, because reading them would run code.
/// </summary>
public static class NumpyFile
{
    private const int LongestHeader = 1 << 16;
    private const int MaxEntries = 10_000;
    private const int HeaderAlignment = 64;
    private const int FirstPiece = 1 << 16;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Maps a .npy file.</summary>
    /// <exception cref="InvalidFileException">It is missing, truncated or not .npy.</exception>
    /// <exception cref="UnsupportedException">Its type or order is not known.</exception>
    public static NumpyArray Read(string path) => Read(MappedFile.Open(path));

    /// <summary>Reads a file that is mapped already, or bytes in memory.</summary>
    public static NumpyArray Read(MappedFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (file.Length < 10 || !file.Slice(0, 6).SequenceEqual(Magic))
            throw Fault(file, "byte 0", "it does not begin like a .npy file", "is it one?");
        var version = file.Slice(6, 1)[0];
        if (version is < 1 or > 3)
            throw new UnsupportedException($"{file.Path}: .npy version {version} is not known; known are 1 to 3");
        var prefix = version == 1 ? 10 : 12;
        var length = version == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(file.Slice(8, 2)) : BinaryPrimitives.ReadUInt32LittleEndian(file.Slice(8, 4));
        if (length > LongestHeader || length > file.Length - prefix)
            throw Fault(file, "byte 8", $"the header claims {length} bytes and {file.Length - prefix} follow; at most {LongestHeader} are allowed");
        var (type, extents) = NumpyHeader.Parse(file.Path, Encoding.UTF8.GetString(file.Slice(prefix, (int)length)));
        var bytes = (long)NumpyArray.ByteCount(type);
        foreach (var extent in extents)
            bytes = extent != 0 && bytes > long.MaxValue / extent ? throw Fault(file, "shape", "it is larger than any file") : bytes * extent;
        var start = prefix + length;
        if (bytes != file.Length - start)
            throw Fault(file, "shape", $"the array [{string.Join(", ", extents.Take(8))}] has {bytes} bytes and {file.Length - start} follow the header");
        return new(type, extents, file.Storage<byte>(start, bytes));
    }

    /// <summary>Reads every array of a .npz archive into memory, by name without ".npy".</summary>
    /// <param name="path">The archive, stored or deflated.</param>
    /// <param name="maxBytes">The most bytes all arrays together may unpack to.</param>
    /// <exception cref="InvalidFileException">It is damaged, or unpacks to more than it claims.</exception>
    /// <exception cref="ResourceLimitException">It unpacks to more than is allowed.</exception>
    public static IReadOnlyDictionary<string, NumpyArray> ReadArchive(string path, long maxBytes = 1L << 30) => ReadArchive(MappedFile.Open(path), maxBytes);

    /// <summary>Reads an archive that is mapped already, or bytes in memory.</summary>
    public static IReadOnlyDictionary<string, NumpyArray> ReadArchive(MappedFile file, long maxBytes = 1L << 30)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (file.Length == 0)
            throw Fault(file, "", "it is empty");
        using var stream = new UnmanagedStream(file);
        try
        {
            using var archive = new ZipArchive(stream, ZipArchiveMode.Read);
            if (archive.Entries.Count > MaxEntries)
                throw Fault(file, "", $"it has {archive.Entries.Count} entries; at most {MaxEntries} are read");
            var arrays = new Dictionary<string, NumpyArray>(StringComparer.Ordinal);
            var left = maxBytes;
            foreach (var entry in archive.Entries.Where(entry => entry.Name.EndsWith(".npy", StringComparison.Ordinal)))
            {
                var bytes = Unpack(file, entry, ref left, maxBytes);
                if (!arrays.TryAdd(entry.FullName[..^4], Read(MappedFile.FromBytes($"{file.Path} ({PrintableName.Of(entry.FullName)})", bytes))))
                    throw Fault(file, PrintableName.Of(entry.FullName), "the array is there twice");
            }
            return arrays;
        }
        catch (InvalidDataException fault)
        {
            throw new InvalidFileException(file.Path, "", $"it is not a readable .npz archive ({fault.Message.TrimEnd('.')})", "the file is damaged: write it again", fault);
        }
    }

    /// <summary>Writes a .npy file, version 1, atomically.</summary>
    /// <param name="path">The file.</param>
    /// <param name="type">The element type; its size must be that of T.</param>
    /// <param name="extents">The extents; their product is the number of elements.</param>
    /// <param name="elements">The elements in row-major order.</param>
    /// <exception cref="ArgumentException">Extents, type and elements do not fit each other.</exception>
    public static void Write<T>(string path, NumpyType type, IReadOnlyList<long> extents, ReadOnlySpan<T> elements) where T : unmanaged
    {
        var bytes = Encode(type, extents, elements);
        AtomicFile.Write(path, stream => stream.Write(bytes));
    }

    /// <summary>Writes a tensor of float32.</summary>
    public static void Write(string path, Tensor<float> tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        Write<float>(path, NumpyType.Float32, [.. tensor.Shape.ToArray().Select(extent => (long)extent)], tensor.Span);
    }

    /// <summary>Writes a .npz archive of float32 tensors, deflated, atomically; equal input gives equal bytes.</summary>
    public static void WriteArchive(string path, IEnumerable<KeyValuePair<string, Tensor<float>>> arrays)
    {
        ArgumentNullException.ThrowIfNull(arrays);
        AtomicFile.Write(path, stream =>
        {
            using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
            foreach (var (name, tensor) in arrays)
            {
                var entry = archive.CreateEntry(name + ".npy");
                // The earliest time the archive format knows, so that the clock is not in the bytes.
                entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
                using var content = entry.Open();
                content.Write(Encode<float>(NumpyType.Float32, [.. tensor.Shape.ToArray().Select(extent => (long)extent)], tensor.Span));
            }
        });
    }

    /// <summary>The bytes of a .npy file, version 1.</summary>
    /// <param name="type">The element type; its size must be that of T.</param>
    /// <param name="extents">The extents; their product is the number of elements.</param>
    /// <param name="elements">The elements in row-major order.</param>
    /// <exception cref="ArgumentException">Extents, type and elements do not fit each other.</exception>
    public static byte[] Encode<T>(NumpyType type, IReadOnlyList<long> extents, ReadOnlySpan<T> elements) where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(extents);
        var data = MemoryMarshal.AsBytes(elements);
        if (System.Runtime.CompilerServices.Unsafe.SizeOf<T>() != NumpyArray.ByteCount(type) || extents.Aggregate(1L, (product, extent) => checked(product * extent)) != elements.Length)
            throw new ArgumentException($"{elements.Length} elements of {typeof(T).Name} as {type} [{string.Join(", ", extents)}]");
        var header = NumpyHeader.Format(type, extents);
        var length = (10 + header.Length + 1 + HeaderAlignment - 1) / HeaderAlignment * HeaderAlignment - 10;
        var bytes = new byte[10 + length + data.Length];
        Magic.CopyTo(bytes);
        bytes[6] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), (ushort)length);
        bytes.AsSpan(10, length).Fill((byte)' ');
        Encoding.ASCII.GetBytes(header, bytes.AsSpan(10));
        bytes[9 + length] = (byte)'\n';
        data.CopyTo(bytes.AsSpan(10 + length));
        return bytes;
    }

    // The archive's own claims are held against the limits first; memory then grows with what really unpacks, and the unpacking stops where the claim ends.
    private static byte[] Unpack(MappedFile file, ZipArchiveEntry entry, ref long left, long maxBytes)
    {
        if (entry.Length > left || entry.Length > Array.MaxLength)
            throw new ResourceLimitException($"{file.Path} ({PrintableName.Of(entry.FullName)}): the arrays unpack to more than the {maxBytes} bytes that are allowed");
        // No compression of this format shrinks more than about a thousandfold.
        if (entry.CompressedLength > file.Length || entry.Length > 1100 * (entry.CompressedLength + 1))
            throw Fault(file, PrintableName.Of(entry.FullName), $"{Math.Min(entry.CompressedLength, file.Length)} bytes cannot unpack to {entry.Length}");
        left -= entry.Length;
        using var content = entry.Open();
        var bytes = new byte[Math.Min(entry.Length, FirstPiece)];
        for (var filled = 0; ;)
        {
            filled += content.ReadAtLeast(bytes.AsSpan(filled), bytes.Length - filled, throwOnEndOfStream: false);
            if (filled < bytes.Length)
                throw Fault(file, PrintableName.Of(entry.FullName), "it unpacks to fewer bytes than the archive says");
            if (filled == entry.Length)
                return bytes;
            Array.Resize(ref bytes, (int)Math.Min(entry.Length, 2L * filled));
        }
    }

    private static InvalidFileException Fault(MappedFile file, string place, string problem, string remedy = "the file is damaged: write it again") => new(file.Path, place, problem, remedy);

    private sealed unsafe class UnmanagedStream(MappedFile file) : UnmanagedMemoryStream(file.Pointer, file.Length)
    {
        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            GC.KeepAlive(file);
        }
    }
}
