using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using Sparseland.Files;

namespace Sparseland.Space.Images;

/// <summary>PNG files: grey and colour of 8 and 16 bits, written by row filters chosen as the specification suggests, and read back.</summary>
public static partial class PngFile
{
    private const int GreyType = 0, ColourType = 2, ColourAlphaType = 6;

    /// <summary>Writes grey of 8 bits.</summary>
    /// <exception cref="Errors.ResourceLimitException">The place may not be written.</exception>
    public static void Write(string path, Image<byte> image) => AtomicFile.Write(path, stream => Write(stream, image));

    /// <summary>Writes colour of 8 bits.</summary>
    /// <exception cref="Errors.ResourceLimitException">The place may not be written.</exception>
    public static void Write(string path, Image<Rgb8> image) => AtomicFile.Write(path, stream => Write(stream, image));

    /// <summary>Writes colour with opacity, 8 bits.</summary>
    /// <exception cref="Errors.ResourceLimitException">The place may not be written.</exception>
    public static void Write(string path, Image<Rgba8> image) => AtomicFile.Write(path, stream => Write(stream, image));

    /// <summary>Writes grey of 16 bits.</summary>
    /// <exception cref="Errors.ResourceLimitException">The place may not be written.</exception>
    public static void Write(string path, Image<ushort> image) => AtomicFile.Write(path, stream => Write(stream, image));

    /// <summary>Writes colour of 16 bits.</summary>
    /// <exception cref="Errors.ResourceLimitException">The place may not be written.</exception>
    public static void Write(string path, Image<Rgb16> image) => AtomicFile.Write(path, stream => Write(stream, image));

    /// <summary>Writes grey of 8 bits to a stream.</summary>
    public static void Write(Stream stream, Image<byte> image) => Write(stream, image, GreyType, 8, 1);

    /// <summary>Writes colour of 8 bits to a stream.</summary>
    public static void Write(Stream stream, Image<Rgb8> image) => Write(stream, image, ColourType, 8, 3);

    /// <summary>Writes colour with opacity, 8 bits, to a stream.</summary>
    public static void Write(Stream stream, Image<Rgba8> image) => Write(stream, image, ColourAlphaType, 8, 4);

    /// <summary>Writes grey of 16 bits to a stream.</summary>
    public static void Write(Stream stream, Image<ushort> image) => Write(stream, image, GreyType, 16, 2);

    /// <summary>Writes colour of 16 bits to a stream.</summary>
    public static void Write(Stream stream, Image<Rgb16> image) => Write(stream, image, ColourType, 16, 6);

    private static void Write<T>(Stream stream, Image<T> image, int type, int bits, int pixelBytes) where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(image);
        stream.Write(PngChunk.Signature);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, image.Width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], image.Height);
        (header[8], header[9]) = ((byte)bits, (byte)type);
        header[10..].Clear();
        PngChunk.Write(stream, "IHDR"u8, header);
        using var packed = new MemoryStream();
        using (var deflate = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            WriteRows(deflate, image, bits, pixelBytes);
        PngChunk.Write(stream, "IDAT"u8, packed.GetBuffer().AsSpan(0, (int)packed.Length));
        PngChunk.Write(stream, "IEND"u8, []);
    }

    private static void WriteRows<T>(ZLibStream deflate, Image<T> image, int bits, int pixelBytes) where T : unmanaged
    {
        var rowBytes = image.Width * pixelBytes;
        var (row, above, filtered, best) = (new byte[rowBytes], new byte[rowBytes], new byte[rowBytes + 1], new byte[rowBytes + 1]);
        for (var y = 0; y < image.Height; y++)
        {
            MemoryMarshal.AsBytes(image.Row(y)).CopyTo(row);
            if (bits == 16)
                SwapBytes(row);
            var least = long.MaxValue;
            for (byte filter = 0; filter < 5; filter++)
            {
                filtered[0] = filter;
                PngFilter.Apply(filter, row, above, pixelBytes, filtered.AsSpan(1));
                var cost = PngFilter.Cost(filtered.AsSpan(1));
                if (cost >= least)
                    continue;
                least = cost;
                (best, filtered) = (filtered, best);
            }
            deflate.Write(best);
            (row, above) = (above, row);
        }
    }

    private static void SwapBytes(Span<byte> bytes)
    {
        if (!BitConverter.IsLittleEndian)
            return;
        var words = MemoryMarshal.Cast<byte, ushort>(bytes);
        BinaryPrimitives.ReverseEndianness(words, words);
    }
}
