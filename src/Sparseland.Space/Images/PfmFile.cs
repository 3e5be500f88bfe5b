using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using Sparseland.Errors;
using Sparseland.Files;

namespace Sparseland.Space.Images;

/// <summary>
/// Portable float maps: "PF" (three values a pixel) or "Pf" (one), width and height, a scale whose sign tells the byte order (negative: little-endian), then 32-bit floats, the lowest row first.
/// Written with scale -1; infinity and NaN are kept as they are.
/// </summary>
public static class PfmFile
{
    private const int MostBytes = int.MaxValue - 1024;

    /// <summary>Writes three values a pixel.</summary>
    /// <exception cref="ResourceLimitException">The place may not be written.</exception>
    public static void Write(string path, Image<Vector3> image) => AtomicFile.Write(path, stream => Write(stream, image, "PF"));

    /// <summary>Writes one value a pixel.</summary>
    /// <exception cref="ResourceLimitException">The place may not be written.</exception>
    public static void Write(string path, Image<float> image) => AtomicFile.Write(path, stream => Write(stream, image, "Pf"));

    /// <summary>Reads three values a pixel.</summary>
    /// <exception cref="InvalidFileException">It is missing, damaged or holds one value a pixel.</exception>
    public static Image<Vector3> ReadColour(string path)
    {
        var (width, height, values) = Read(path, "PF", 3);
        return new(width, height, MemoryMarshal.Cast<float, Vector3>(values).ToArray());
    }

    /// <summary>Reads one value a pixel.</summary>
    /// <exception cref="InvalidFileException">It is missing, damaged or holds three values a pixel.</exception>
    public static Image<float> ReadGrey(string path)
    {
        var (width, height, values) = Read(path, "Pf", 1);
        return new(width, height, values);
    }

    private static void Write<T>(Stream stream, Image<T> image, string kind) where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(image);
        stream.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{kind}\n{image.Width} {image.Height}\n-1.0\n")));
        for (var row = image.Height - 1; row >= 0; row--)
        {
            var words = MemoryMarshal.Cast<T, uint>(image.Row(row));
            if (BitConverter.IsLittleEndian)
            {
                stream.Write(MemoryMarshal.AsBytes(words));
                continue;
            }
            var swapped = new uint[words.Length];
            BinaryPrimitives.ReverseEndianness(words, swapped);
            stream.Write(MemoryMarshal.AsBytes(swapped.AsSpan()));
        }
    }

    private static (int Width, int Height, float[] Values) Read(string path, string kind, int channels)
    {
        var bytes = JsonFile.ReadBytes(path, MostBytes);
        var offset = 0;
        var found = Word(bytes, ref offset);
        if (found != kind)
            throw new InvalidFileException(path, "header", $"it begins with {PrintableName.Of(found)} instead of '{kind}' ({channels} value{(channels > 1 ? "s" : "")} a pixel)", "is it the right file?");
        var (columns, rows, scaleWord) = (Word(bytes, ref offset), Word(bytes, ref offset), Word(bytes, ref offset));
        if (!int.TryParse(columns, NumberStyles.None, CultureInfo.InvariantCulture, out var width) || !int.TryParse(rows, NumberStyles.None, CultureInfo.InvariantCulture, out var height)
            || width < 1 || height < 1 || (long)width * height > Image<float>.MostPixels)
            throw new InvalidFileException(path, "header", $"its size is {PrintableName.Of(columns)} x {PrintableName.Of(rows)}", "it is damaged: fetch it again");
        if (!float.TryParse(scaleWord, NumberStyles.Float, CultureInfo.InvariantCulture, out var scale) || !float.IsFinite(scale) || scale == 0)
            throw new InvalidFileException(path, "header", $"its scale is {PrintableName.Of(scaleWord)}; a number other than zero tells the byte order", "it is damaged: fetch it again");
        var expected = 4L * width * height * channels;
        if (bytes.Length - offset != expected)
            throw new InvalidFileException(path, $"byte {offset}", $"{bytes.Length - offset} bytes of pixels; {width} x {height} pixels of {channels} values have {expected}", "it is cut off or damaged: fetch it again");
        var values = new float[width * height * channels];
        var words = MemoryMarshal.Cast<float, uint>(values.AsSpan());
        for (var row = 0; row < height; row++)
            MemoryMarshal.Cast<byte, uint>(bytes.AsSpan(offset + 4 * width * channels * (height - 1 - row), 4 * width * channels)).CopyTo(words[(row * width * channels)..]);
        if (BitConverter.IsLittleEndian != scale < 0)
            BinaryPrimitives.ReverseEndianness(words, words);
        return (width, height, values);
    }

    // A word of at most 20 letters and the one white space behind it.
    private static string Word(byte[] bytes, ref int offset)
    {
        var start = offset;
        while (offset < bytes.Length && offset - start < 20 && bytes[offset] > 32)
            offset++;
        var word = Encoding.ASCII.GetString(bytes, start, offset - start);
        if (offset < bytes.Length)
            offset++;
        return word;
    }
}
