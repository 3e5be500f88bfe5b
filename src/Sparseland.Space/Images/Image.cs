using Sparseland.Errors;

namespace Sparseland.Space.Images;

/// <summary>
/// A picture: rows from the top, in each row columns from the left. What a pixel is, its type says: <c>Vector3</c> is linear red, green and blue or a direction, <c>float</c> a distance or a share,
/// <c>int</c> a number of something, <see cref="Rgb8"/> and <see cref="Rgba8"/> display values (sRGB), <c>byte</c> and <c>ushort</c> grey.
/// </summary>
/// <typeparam name="T">A pixel.</typeparam>
public sealed class Image<T> where T : unmanaged
{
    /// <summary>The most pixels a picture may have.</summary>
    public const int MostPixels = 1 << 28;

    /// <summary>A picture whose pixels are all zero.</summary>
    /// <param name="width">Columns, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <exception cref="InvalidSettingException">A size is out of range.</exception>
    public Image(int width, int height) : this(width, height, new T[Require(width, height)]) { }

    /// <summary>A picture over pixels that are there; they are not copied.</summary>
    /// <param name="width">Columns, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="pixels">Row by row from the top, width * height of them.</param>
    /// <exception cref="InvalidSettingException">A size is out of range.</exception>
    /// <exception cref="MismatchException">There are more or fewer pixels.</exception>
    public Image(int width, int height, T[] pixels)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        if (pixels.Length != Require(width, height))
            throw new MismatchException($"an image of {width} x {height} needs {(long)width * height} pixels and is given {pixels.Length}");
        (Width, Height, Pixels) = (width, height, pixels);
    }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>The pixels, row by row from the top.</summary>
    public T[] Pixels { get; }

    /// <summary>A pixel.</summary>
    /// <param name="column">0 (left) to <see cref="Width"/> - 1.</param>
    /// <param name="row">0 (top) to <see cref="Height"/> - 1.</param>
    public ref T this[int column, int row]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)column, (uint)Width, nameof(column));
            return ref Pixels[row * Width + column];
        }
    }

    /// <summary>A row's pixels.</summary>
    /// <param name="row">0 (top) to <see cref="Height"/> - 1.</param>
    public Span<T> Row(int row) => Pixels.AsSpan(row * Width, Width);

    /// <summary>A picture of the same size whose pixels are made from this one's.</summary>
    public Image<TTo> Select<TTo>(Func<T, TTo> pixel) where TTo : unmanaged
    {
        ArgumentNullException.ThrowIfNull(pixel);
        var image = new Image<TTo>(Width, Height);
        for (var i = 0; i < Pixels.Length; i++)
            image.Pixels[i] = pixel(Pixels[i]);
        return image;
    }

    private static int Require(int width, int height)
    {
        if (width < 1 || height < 1 || (long)width * height > MostPixels)
            throw new InvalidSettingException($"an image of {width} x {height}; it needs at least one column and one row, and at most {MostPixels} pixels");
        return width * height;
    }
}
