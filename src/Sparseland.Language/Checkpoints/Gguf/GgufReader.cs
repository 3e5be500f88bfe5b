using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Sparseland.Errors;
using Sparseland.Files;

namespace Sparseland.Language.Checkpoints.Gguf;

/// <summary>Reads the values of a GGUF header one after the other. A length is held against the bytes that are left before anything is allocated for it.</summary>
internal ref struct GgufReader(MappedFile file)
{
    private const int LongestText = 1 << 26;
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: false);

    private long _position;

    /// <summary>The next byte.</summary>
    public readonly long Position => _position;

    /// <summary>The file's name.</summary>
    public readonly string Path => file.Path;

    /// <summary>The exception for what stands at the current place.</summary>
    public readonly InvalidFileException Fault(string problem) => new(file.Path, $"byte {_position}", problem, "the file is damaged or truncated: fetch it again");

    public void RequireMagic()
    {
        if (!GgufFile.IsGguf(file))
            throw new InvalidFileException(file.Path, "byte 0", "it does not begin with 'GGUF'", "is it a GGUF file?");
        _position = 4;
    }

    public int ReadVersion()
    {
        var version = ReadUInt32();
        if (version is 2 or 3)
            return (int)version;
        var swapped = BinaryPrimitives.ReverseEndianness(version) is 2 or 3;
        throw new UnsupportedException($"{file.Path}: GGUF version {(swapped ? "2 or 3 in big-endian order" : version)} is not known; known are 2 and 3, little-endian");
    }

    /// <summary>A number of things, each of which takes some bytes at least.</summary>
    public long ReadCount(string what, int leastBytes)
    {
        var count = ReadUInt64();
        return count <= (ulong)((file.Length - _position) / leastBytes) ? (long)count : throw Fault($"it claims {count} {what} and has {file.Length - _position} bytes left");
    }

    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    public string ReadText(string what)
    {
        var length = ReadUInt64();
        if (length > LongestText || (long)length > file.Length - _position)
            throw Fault($"{what} claims {length} bytes and {file.Length - _position} are left");
        return length == 0 ? "" : Utf8.GetString(Take((int)length));
    }

    /// <summary>A value with its type.</summary>
    public GgufValue ReadValue(string key)
    {
        var type = ReadType(key);
        if (type != GgufType.Array)
            return new(type, ReadScalar(type));
        var elementType = ReadType(key);
        if (elementType == GgufType.Array)
            throw new UnsupportedException($"{file.Path}: the value of {PrintableName.Of(key)} is an array of arrays, which is not known");
        return new(GgufType.Array, ReadArray(key, elementType), elementType);
    }

    private GgufType ReadType(string key)
    {
        var type = ReadUInt32();
        return type <= (uint)GgufType.Float64 ? (GgufType)type : throw Fault($"the value of {PrintableName.Of(key)} has the type {type}; 0 to 12 are possible");
    }

    private object ReadScalar(GgufType type) => type switch
    {
        GgufType.UInt8 => Take(1)[0],
        GgufType.Int8 => (sbyte)Take(1)[0],
        GgufType.Bool => Take(1)[0] != 0,
        GgufType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(Take(2)),
        GgufType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(Take(2)),
        GgufType.UInt32 => ReadUInt32(),
        GgufType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(Take(4)),
        GgufType.Float32 => BinaryPrimitives.ReadSingleLittleEndian(Take(4)),
        GgufType.UInt64 => ReadUInt64(),
        GgufType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(Take(8)),
        GgufType.Float64 => BinaryPrimitives.ReadDoubleLittleEndian(Take(8)),
        _ => ReadText("a text"),
    };

    private Array ReadArray(string key, GgufType type)
    {
        var what = $"elements of {PrintableName.Of(key)}";
        switch (type)
        {
            case GgufType.UInt8: return ReadNumbers<byte>(what);
            case GgufType.Int8: return ReadNumbers<sbyte>(what);
            case GgufType.UInt16: return ReadNumbers<ushort>(what);
            case GgufType.Int16: return ReadNumbers<short>(what);
            case GgufType.UInt32: return ReadNumbers<uint>(what);
            case GgufType.Int32: return ReadNumbers<int>(what);
            case GgufType.Float32: return ReadNumbers<float>(what);
            case GgufType.UInt64: return ReadNumbers<ulong>(what);
            case GgufType.Int64: return ReadNumbers<long>(what);
            case GgufType.Float64: return ReadNumbers<double>(what);
            case GgufType.Bool: return Array.ConvertAll(ReadNumbers<byte>(what), value => value != 0);
            default:
                var texts = new string[Bounded(ReadCount(what, 8), what)];
                for (var i = 0; i < texts.Length; i++)
                    texts[i] = ReadText(what);
                return texts;
        }
    }

    private unsafe T[] ReadNumbers<T>(string what) where T : unmanaged
    {
        var numbers = new T[Bounded(ReadCount(what, sizeof(T)), what)];
        foreach (ref var number in numbers.AsSpan())
            number = MemoryMarshal.Read<T>(Take(sizeof(T)));
        return numbers;
    }

    private readonly int Bounded(long count, string what) => count <= 1 << 28 ? (int)count : throw Fault($"{count} {what} are more than the {1 << 28} that are read");

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > file.Length - _position)
            throw Fault($"{count} bytes are needed here and {file.Length - _position} are left");
        var bytes = file.Slice(_position, count);
        _position += count;
        return bytes;
    }
}
