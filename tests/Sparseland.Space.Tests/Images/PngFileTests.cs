using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Space.Images;

namespace Sparseland.Space.Tests.Images;

public class PngFileTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 5)]
    [InlineData(33, 16)]
    public void Every_kind_is_read_as_it_was_written(int width, int height)
    {
        using var folder = new Scratch();
        var random = new RandomStream(3, "png");
        var path = folder["a.png"];
        var grey = Fill(width, height, (x, y) => (ushort)(random.NextInt(3) == 0 ? random.NextInt(65536) : 257 * x + y));
        PngFile.Write(path, grey);
        Assert.Equal(grey.Pixels, PngFile.ReadGrey16(path).Pixels);
        var wide = Fill(width, height, (x, y) => new Rgb16((ushort)random.NextInt(65536), (ushort)(100 * x), (ushort)(100 * y)));
        PngFile.Write(path, wide);
        Assert.Equal(wide.Pixels, PngFile.ReadColour16(path).Pixels);
        var clear = Fill(width, height, (x, y) => new Rgba8((byte)random.NextInt(256), (byte)x, (byte)y, (byte)random.NextInt(256)));
        PngFile.Write(path, clear);
        Assert.Equal(clear.Pixels, ImageFile.Read(path).Pixels);
        var colour = clear.Select(pixel => new Rgb8(pixel.Red, pixel.Green, pixel.Blue));
        PngFile.Write(path, colour);
        Assert.Equal(colour.Pixels.Select(pixel => new Rgba8(pixel.Red, pixel.Green, pixel.Blue, 255)), ImageFile.Read(path).Pixels);
        var bytes = clear.Select(pixel => pixel.Red);
        PngFile.Write(path, bytes);
        Assert.Equal(bytes.Pixels.Select(pixel => new Rgba8(pixel, pixel, pixel, 255)), ImageFile.Read(path).Pixels);
    }

    [Fact]
    public void A_gradient_is_packed_to_a_fraction()
    {
        using var stream = new MemoryStream();
        PngFile.Write(stream, Fill(256, 256, (x, y) => (ushort)(100 * x + 50 * y)));
        Assert.InRange(stream.Length, 1, 256 * 256 * 2 / 20);
    }

    [Fact]
    public void A_real_picture_survives_reading_and_writing()
    {
        using var folder = new Scratch();
        var picture = ImageFile.Read(Testing.TestData.Require("multiview/nerf_lego/train100/r_0.png"));
        Assert.Equal((100, 100), (picture.Width, picture.Height));
        PngFile.Write(folder["again.png"], picture);
        Assert.Equal(picture.Pixels, ImageFile.Read(folder["again.png"]).Pixels);
    }

    [Fact]
    public void Cut_off_and_damaged_files_are_refused_by_name()
    {
        using var folder = new Scratch();
        var whole = folder["whole.png"];
        PngFile.Write(whole, Fill(9, 6, (x, y) => (ushort)(977 * x * y)));
        var bytes = File.ReadAllBytes(whole);
        var random = new RandomStream(5, "png");
        var path = folder["bad.png"];
        for (var round = 0; round < 300; round++)
        {
            var copy = round % 2 == 0 ? bytes[..random.NextInt(bytes.Length)] : (byte[])bytes.Clone();
            if (round % 2 == 1)
                copy[random.NextInt(copy.Length - 12)] ^= (byte)(1 + random.NextInt(255));
            File.WriteAllBytes(path, copy);
            var fault = Assert.Throws<InvalidFileException>(() => PngFile.ReadGrey16(path));
            Assert.StartsWith(path, fault.Message, StringComparison.Ordinal);
            try
            {
                ImageFile.Read(path);
            }
            catch (InvalidFileException display)
            {
                Assert.StartsWith(path, display.Message, StringComparison.Ordinal);
            }
        }
        PngFile.Write(path, new Image<byte>(2, 2));
        Assert.Contains("expected grey of 16 bits", Assert.Throws<InvalidFileException>(() => PngFile.ReadGrey16(path)).Message, StringComparison.Ordinal);
    }

    private static Image<T> Fill<T>(int width, int height, Func<int, int, T> pixel) where T : unmanaged
    {
        var image = new Image<T>(width, height);
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
                image[x, y] = pixel(x, y);
        return image;
    }
}
