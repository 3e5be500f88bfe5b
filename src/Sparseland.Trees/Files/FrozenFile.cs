using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using Sparseland.Errors;
using Sparseland.Files;
using Sparseland.Tensors;

namespace Sparseland.Trees.Files;

/// <summary>
/// The envelope of every frozen structure: one buffer that may lie anywhere in memory, mapped as it is. 8 letters of kind, version (32 bits), zero (32), length in bytes (64), CRC-32C (32) of the whole
/// file with this field zero, zero (32), then what belongs to the kind. Little-endian; see docs/formats.md.
/// </summary>
internal static unsafe class FrozenFile
{
    /// <summary>Bytes of the envelope.</summary>
    public const int EnvelopeBytes = 32;

    private const int Version = 1;
    private const int ChecksumPlace = 24;
    private const int PieceBytes = 1 << 20;

    /// <summary>Fills in the envelope and writes the file beside its place and then renames it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="kind">Eight letters.</param>
    /// <param name="header">The header, the kind's own fields filled in.</param>
    /// <param name="buffer">The structure, in whose place for the header nothing is looked at; whole words.</param>
    public static void Write(string path, string kind, byte[] header, TensorStorage<byte> buffer) => Write(path, kind, header, buffer.Length, stream =>
    {
        for (var at = (long)header.Length; at < buffer.Length; at += PieceBytes)
            stream.Write(buffer.Slice(at, (int)Math.Min(PieceBytes, buffer.Length - at)));
    });

    /// <summary>The same for a structure that is made while it is written.</summary>
    /// <param name="path">The file.</param>
    /// <param name="kind">Eight letters.</param>
    /// <param name="header">The header, the kind's own fields filled in.</param>
    /// <param name="length">Bytes of the whole, header included; whole words.</param>
    /// <param name="write">Writes all that comes after the header.</param>
    public static void Write(string path, string kind, byte[] header, long length, Action<ChecksumStream> write)
    {
        if (!BitConverter.IsLittleEndian)
            throw new UnsupportedException($"{path} cannot be written: frozen files are little-endian, and so must the processor be");
        Encoding.ASCII.GetBytes(kind, header);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), Version);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(16), length);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(ChecksumPlace), 0);
        AtomicFile.Write(path, stream =>
        {
            var checking = new ChecksumStream(stream);
            checking.Write(header);
            write(checking);
            BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(ChecksumPlace), checking.Checksum);
            stream.Position = ChecksumPlace;
            stream.Write(header.AsSpan(ChecksumPlace, sizeof(uint)));
        });
    }

    /// <summary>Checks the envelope: kind, version, length and checksum.</summary>
    /// <param name="file">The mapped file.</param>
    /// <param name="kind">The eight letters it should begin with.</param>
    /// <param name="headerBytes">The least it must have.</param>
    /// <param name="name">What it should be, for messages.</param>
    public static void Check(MappedFile file, string kind, int headerBytes, string name)
    {
        if (!BitConverter.IsLittleEndian)
            throw new UnsupportedException($"{file.Path} cannot be mapped: frozen files are little-endian, and so must the processor be");
        if (file.Length < headerBytes || file.Length % sizeof(ulong) != 0)
            throw Damaged(file.Path, "", $"it has {file.Length} bytes, and {name} has whole words and at least {headerBytes}");
        var header = file.Slice(0, EnvelopeBytes);
        if (!header[..8].SequenceEqual(Encoding.ASCII.GetBytes(kind)))
            throw new InvalidFileException(file.Path, "byte 0", $"it does not begin with '{kind}', so it is not {name}", "choose the right file");
        var version = BinaryPrimitives.ReadInt32LittleEndian(header[8..]);
        if (version != Version)
            throw new UnsupportedException($"{file.Path} is {name} of version {version}, and this program knows version {Version}; write it again with this version");
        var length = BinaryPrimitives.ReadInt64LittleEndian(header[16..]);
        if (length != file.Length)
            throw Damaged(file.Path, "byte 16", $"it says {length} bytes and has {file.Length}");
        var stored = BinaryPrimitives.ReadUInt32LittleEndian(header[ChecksumPlace..]);
        var found = Checksum(file);
        if (stored != found)
            throw Damaged(file.Path, $"byte {ChecksumPlace}", $"its checksum is {found:x8} and should be {stored:x8}");
    }

    /// <summary>The checksum that a whole file should have.</summary>
    public static uint Checksum(MappedFile file)
    {
        var header = file.Slice(0, EnvelopeBytes).ToArray();
        header.AsSpan(ChecksumPlace, sizeof(uint)).Clear();
        var crc = Continue(uint.MaxValue, header);
        for (var at = (long)EnvelopeBytes; at < file.Length; at += PieceBytes)
            crc = Continue(crc, file.Slice(at, (int)Math.Min(PieceBytes, file.Length - at)));
        GC.KeepAlive(file);
        return ~crc;
    }

    /// <summary>The exception for a file that is not what it says.</summary>
    public static InvalidFileException Damaged(string path, string place, string problem) => new(path, place, problem, "it is damaged: fetch or write it again");

    /// <summary>Carries a checksum on over whole words.</summary>
    public static uint Continue(uint crc, ReadOnlySpan<byte> bytes)
    {
        for (var at = 0; at < bytes.Length; at += sizeof(ulong))
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]));
        return crc;
    }
}
