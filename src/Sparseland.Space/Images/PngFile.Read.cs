using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using Sparseland.Errors;
using Sparseland.Files;

namespace Sparseland.Space.Images;

public static partial class PngFile
{
    private const int HeaderEnd = 33;
    private const int MostBytes = 1 << 30;

    /// <summary>Reads a grey picture of 16 bits, as depths and instance numbers are stored.</summary>
    /// <exception cref="InvalidFileException">It is missing, damaged or of another kind.</exception>
    public static Image<ushort> ReadGrey16(string path)
    {
        var (width, height, bytes) = Read16(path, GreyType, 2, "grey");
        return new(width, height, MemoryMarshal.Cast<byte, ushort>(bytes).ToArray());
    }

    /// <summary>Reads a colour picture of 16 bits, as coordinates and normals are stored.</summary>
    /// <exception cref="InvalidFileException">It is missing, damaged or of another kind.</exception>
    public static Image<Rgb16> ReadColour16(string path)
    {
        var (width, height, bytes) = Read16(path, ColourType, 6, "colour");
        return new(width, height, MemoryMarshal.Cast<byte, Rgb16>(bytes).ToArray());
    }

    private static (int Width, int Height, byte[] Bytes) Read16(string path, int type, int pixelBytes, string kind)
    {
        var file = JsonFile.ReadBytes(path, MostBytes);
        if (file.Length < HeaderEnd || !file.AsSpan(0, 8).SequenceEqual(PngChunk.Signature) || !file.AsSpan(12, 4).SequenceEqual("IHDR"u8))
            throw new InvalidFileException(path, "", "it does not begin as a PNG file does", "is it the right file?");
        var (width, height) = (BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(20)));
        if (width < 1 || height < 1 || (long)width * height > Image<byte>.MostPixels / 4)
            throw new InvalidFileException(path, "IHDR", $"its size is {width} x {height}; at most {Image<byte>.MostPixels / 4} pixels are read", "fetch it again");
        if (file[24] != 16 || file[25] != type || file[28] != 0)
            throw new InvalidFileException(path, "IHDR", $"it has {file[24]} bits, colour type {file[25]} and interlace {file[28]}; expected {kind} of 16 bits, not interlaced (16, {type}, 0)", "save it again in that form");
        using var packed = Gather(path, file);
        return (width, height, Unpack(path, packed, height, width * pixelBytes, pixelBytes));
    }

    private static MemoryStream Gather(string path, byte[] file)
    {
        var packed = new MemoryStream();
        var offset = 8L;
        while (true)
        {
            if (offset + 12 > file.Length)
                throw new InvalidFileException(path, $"byte {offset}", "the file ends before its last chunk (IEND)", "it is cut off: fetch it again");
            var length = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan((int)offset));
            if (offset + 12 + length > file.Length)
                throw new InvalidFileException(path, $"byte {offset}", $"a chunk of {length} bytes reaches beyond the file's {file.Length}", "it is cut off: fetch it again");
            var body = file.AsSpan((int)offset + 4, (int)length + 4);
            var check = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan((int)(offset + 8 + length)));
            if (PngChunk.Check(body) != check)
                throw new InvalidFileException(path, $"byte {offset}", "a chunk's check sum does not fit its content", "it is damaged: fetch it again");
            if (body[..4].SequenceEqual("IEND"u8))
                break;
            if (body[..4].SequenceEqual("IDAT"u8))
                packed.Write(body[4..]);
            offset += 12 + length;
        }
        packed.Position = 0;
        return packed;
    }

    private static byte[] Unpack(string path, MemoryStream packed, int height, int rowBytes, int pixelBytes)
    {
        var bytes = new byte[checked(height * rowBytes)];
        ReadOnlySpan<byte> above = new byte[rowBytes];
        try
        {
            using var inflate = new ZLibStream(packed, CompressionMode.Decompress);
            for (var y = 0; y < height; y++)
            {
                var filter = inflate.ReadByte();
                var row = bytes.AsSpan(y * rowBytes, rowBytes);
                if (filter is < 0 or > 4)
                    throw new InvalidFileException(path, $"row {y}", filter < 0 ? "the pixels end before the last row" : $"row filter {filter} is unknown; there are 0 to 4", "it is damaged: fetch it again");
                inflate.ReadExactly(row);
                PngFilter.Undo(filter, row, above, pixelBytes);
                above = row;
            }
        }
        catch (Exception fault) when (fault is InvalidDataException or EndOfStreamException)
        {
            throw new InvalidFileException(path, "IDAT", "the packed pixels are damaged or cut off", "fetch it again", fault);
        }
        SwapBytes(bytes);
        return bytes;
    }
}
