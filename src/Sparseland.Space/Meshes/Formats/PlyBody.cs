using System.Buffers.Binary;
using Sparseland.Errors;

namespace Sparseland.Space.Meshes.Formats;

/// <summary>The numbers after the header of a PLY file, one after the other, whatever their encoding.</summary>
internal ref struct PlyBody
{
    private readonly string _path;
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly PlyEncoding _encoding;
    private readonly int _firstLine;
    private MeshText _text;
    private int _at;

    public PlyBody(string path, ReadOnlySpan<byte> bytes, PlyHeader header)
    {
        (_path, _encoding, _at, _firstLine) = (path, header.Encoding, header.BodyStart, header.BodyLine);
        _bytes = bytes;
        _text = new(path, bytes[header.BodyStart..]);
    }

    /// <summary>Bytes that are left to read in a binary file, and an upper bound of the numbers in one of text.</summary>
    public readonly int Left => _encoding == PlyEncoding.Text ? _bytes.Length : _bytes.Length - _at;

    /// <summary>The next number.</summary>
    public double Next(PlyType type)
    {
        if (_encoding == PlyEncoding.Text)
            return NextWord(type);
        var size = PlyProperty.Bytes(type);
        if (_at + size > _bytes.Length)
            throw Fault("the file ends within the body");
        var bytes = _bytes.Slice(_at, size);
        _at += size;
        return _encoding == PlyEncoding.BinaryLittleEndian ? Little(bytes, type) : Big(bytes, type);
    }

    /// <summary>The next number, which must be a whole one.</summary>
    public int NextInteger(PlyType type)
    {
        var value = Next(type);
        return value >= int.MinValue && value <= int.MaxValue && value == Math.Truncate(value) ? (int)value : throw Fault($"a number is {value}, and a whole one of 32 bits is expected");
    }

    /// <summary>The exception for something wrong where the body was read last.</summary>
    public readonly InvalidFileException Fault(string problem) =>
        new(_path, _encoding == PlyEncoding.Text ? $"line {_firstLine + _text.Line - 1}" : $"byte {_at}", problem, "it is damaged: mend it or export the mesh again");

    // As one would check it for a type that the text need not have; out of range is the writer's fault, and read as it stands.
    private double NextWord(PlyType type)
    {
        var word = _text.Word();
        if (word.IsEmpty && _text.NextLine())
            word = _text.Word();
        if (word.IsEmpty)
            throw Fault("the file ends within the body");
        if (type is PlyType.Float32)
            return float.TryParse(word, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out var single) ? single : throw Fault($"{MeshText.Printable(word)} is not a number");
        return double.TryParse(word, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out var value) ? value : throw Fault($"{MeshText.Printable(word)} is not a number");
    }

    private static double Little(ReadOnlySpan<byte> bytes, PlyType type) => type switch
    {
        PlyType.Int8 => (sbyte)bytes[0],
        PlyType.UInt8 => bytes[0],
        PlyType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(bytes),
        PlyType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
        PlyType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(bytes),
        PlyType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        PlyType.Float32 => BinaryPrimitives.ReadSingleLittleEndian(bytes),
        _ => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
    };

    private static double Big(ReadOnlySpan<byte> bytes, PlyType type) => type switch
    {
        PlyType.Int8 => (sbyte)bytes[0],
        PlyType.UInt8 => bytes[0],
        PlyType.Int16 => BinaryPrimitives.ReadInt16BigEndian(bytes),
        PlyType.UInt16 => BinaryPrimitives.ReadUInt16BigEndian(bytes),
        PlyType.Int32 => BinaryPrimitives.ReadInt32BigEndian(bytes),
        PlyType.UInt32 => BinaryPrimitives.ReadUInt32BigEndian(bytes),
        PlyType.Float32 => BinaryPrimitives.ReadSingleBigEndian(bytes),
        _ => BinaryPrimitives.ReadDoubleBigEndian(bytes),
    };
}
