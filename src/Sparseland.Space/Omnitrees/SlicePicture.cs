using System.Globalization;
using System.Text;
using Sparseland.Errors;
using Sparseland.Files;
using Sparseland.Space.Images;
using Sparseland.Trees.Omnitrees;

namespace Sparseland.Space.Omnitrees;

/// <summary>Pictures of bodies in two dimensions, the first dimension to the right and the second up: full boxes dark, empty ones light, bounds in grey.</summary>
public static class SlicePicture
{
    private static readonly Rgb8 Full = new(0x2b, 0x6c, 0xb0), Empty = new(0xf7, 0xf7, 0xf2), Bound = new(0x9a, 0x9a, 0x9a);

    /// <summary>Writes a picture, as PNG or SVG by the file's extension; the file appears when it is whole.</summary>
    /// <param name="path">The file.</param>
    /// <param name="shape">A body of two dimensions.</param>
    /// <param name="pixels">The side in pixels, 16 to 8,192.</param>
    /// <exception cref="UnsupportedException">The extension is neither .png nor .svg.</exception>
    /// <exception cref="MismatchException">The body is not of two dimensions.</exception>
    public static void Write(string path, OmnitreeShape shape, int pixels = 1024)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        switch (Path.GetExtension(path).ToUpperInvariant())
        {
            case ".PNG":
                PngFile.Write(path, ToImage(shape, pixels));
                break;
            case ".SVG":
                AtomicFile.WriteText(path, ToSvg(shape, pixels));
                break;
            default:
                throw new UnsupportedException($"{path}: a picture is a file that ends in .png or .svg");
        }
    }

    /// <summary>The picture in pixels; a pixel at the lower or left bound of a box is grey.</summary>
    /// <param name="shape">A body of two dimensions.</param>
    /// <param name="pixels">The side in pixels, 16 to 8,192.</param>
    public static Image<Rgb8> ToImage(OmnitreeShape shape, int pixels)
    {
        Check(shape, pixels);
        var points = new double[2 * pixels];
        var (boxes, below) = (new int[pixels], new int[pixels]);
        var image = new Image<Rgb8>(pixels, pixels);
        for (var row = pixels - 1; row >= 0; row--)
        {
            for (var column = 0; column < pixels; column++)
                (points[2 * column], points[2 * column + 1]) = ((column + 0.5) / pixels, 1 - (row + 0.5) / pixels);
            shape.Tree.Locate(points, boxes);
            for (var column = 0; column < pixels; column++)
            {
                var isBound = (column > 0 && boxes[column] != boxes[column - 1]) || (row < pixels - 1 && boxes[column] != below[column]);
                image[column, row] = isBound ? Bound : shape.IsOccupied(boxes[column]) ? Full : Empty;
            }
            (boxes, below) = (below, boxes);
        }
        return image;
    }

    /// <summary>The picture as SVG, one rectangle a box.</summary>
    /// <param name="shape">A body of two dimensions.</param>
    /// <param name="pixels">The side in pixels, 16 to 8,192.</param>
    public static string ToSvg(OmnitreeShape shape, int pixels)
    {
        Check(shape, pixels);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{pixels}\" height=\"{pixels}\" viewBox=\"0 0 1 1\">\n");
        text.Append(CultureInfo.InvariantCulture, $"<g stroke=\"{Name(Bound)}\" stroke-width=\"{0.75 / pixels:G3}\">\n");
        var box = 0;
        foreach (var location in shape.Tree.Boxes())
        {
            var colour = Name(shape.IsOccupied(box++) ? Full : Empty);
            text.Append(CultureInfo.InvariantCulture, $"<rect x=\"{location.Minimum(0)}\" y=\"{1 - location.Maximum(1)}\" width=\"{location.Extent(0)}\" height=\"{location.Extent(1)}\" fill=\"{colour}\"/>\n");
        }
        return text.Append("</g>\n</svg>\n").ToString();
    }

    private static string Name(Rgb8 colour) => $"#{colour.Red:x2}{colour.Green:x2}{colour.Blue:x2}";

    private static void Check(OmnitreeShape shape, int pixels)
    {
        ArgumentNullException.ThrowIfNull(shape);
        if (shape.Dimensions != 2)
            throw new MismatchException($"a picture of a body of {shape.Dimensions} dimensions: it must have two; cut the others");
        if (pixels is < 16 or > 8192)
            throw new InvalidSettingException($"a picture of {pixels} pixels: its side must be 16 to 8,192");
    }
}
