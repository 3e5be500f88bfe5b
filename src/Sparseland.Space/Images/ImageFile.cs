using System.Runtime.InteropServices;
using Sparseland.Errors;
using Sparseland.Files;
using StbImageSharp;

namespace Sparseland.Space.Images;

/// <summary>Reads pictures for display, PNG and JPEG, through StbImageSharp.</summary>
public static class ImageFile
{
    private const int MostBytes = 1 << 30;

    /// <summary>Reads a picture with its opacity; one without is opaque everywhere, and one of 16 bits is rounded to 8.</summary>
    /// <param name="path">A PNG or JPEG file.</param>
    /// <exception cref="InvalidFileException">It is missing, damaged, too large or of another format.</exception>
    public static Image<Rgba8> Read(string path)
    {
        var bytes = JsonFile.ReadBytes(path, MostBytes);
        try
        {
            using var stream = new MemoryStream(bytes);
            var info = ImageInfo.FromStream(stream) ?? throw new InvalidFileException(path, "", "it is neither a PNG nor a JPEG picture", "is it the right file?");
            if (info.Width < 1 || info.Height < 1 || (long)info.Width * info.Height > Image<Rgba8>.MostPixels)
                throw new InvalidFileException(path, "", $"its size is {info.Width} x {info.Height}; at most {Image<Rgba8>.MostPixels} pixels are read", "make it smaller");
            var result = ImageResult.FromMemory(bytes, ColorComponents.RedGreenBlueAlpha);
            return new(result.Width, result.Height, MemoryMarshal.Cast<byte, Rgba8>(result.Data).ToArray());
        }
        // The library answers damaged pictures with whatever its loops ran into.
        catch (Exception fault) when (fault is not (SparselandException or OutOfMemoryException))
        {
            throw new InvalidFileException(path, "", $"the picture is damaged or of a kind that is not read ({fault.Message.TrimEnd('.')})", "save it again as PNG, or fetch it again", fault);
        }
    }
}
