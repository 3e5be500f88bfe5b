using Sparseland.Errors;
using Sparseland.Space.Images;
using Sparseland.Space.Omnitrees;
using Sparseland.Trees.Omnitrees;

namespace Sparseland.Space.Tests.Omnitrees;

public class SlicePictureTests
{
    // The upper right quarter is full.
    private static readonly OmnitreeShape Quarter = new(Omnitree.Regular(1, 1), [false, false, false, true]);

    [Fact]
    public void A_picture_has_the_second_dimension_up_and_bounds_in_grey()
    {
        var image = SlicePicture.ToImage(Quarter, 32);
        Assert.Equal(new Rgb8(0x2b, 0x6c, 0xb0), image[24, 4]);
        Assert.Equal(new Rgb8(0xf7, 0xf7, 0xf2), image[24, 24]);
        Assert.Equal(new Rgb8(0xf7, 0xf7, 0xf2), image[4, 4]);
        Assert.Equal(new Rgb8(0x9a, 0x9a, 0x9a), image[16, 4]);
        Assert.Equal(new Rgb8(0x9a, 0x9a, 0x9a), image[4, 15]);
        Assert.NotEqual(new Rgb8(0x9a, 0x9a, 0x9a), image[15, 4]);
    }

    [Fact]
    public void A_drawing_has_a_rectangle_for_each_box()
    {
        var svg = SlicePicture.ToSvg(Quarter, 64);
        Assert.Equal(4, svg.Split("<rect").Length - 1);
        Assert.Contains("<rect x=\"0.5\" y=\"0\" width=\"0.5\" height=\"0.5\" fill=\"#2b6cb0\"/>", svg, StringComparison.Ordinal);
    }

    [Fact]
    public void Pictures_of_other_dimensions_sizes_and_files_are_refused()
    {
        Assert.Throws<MismatchException>(() => SlicePicture.ToSvg(new(Omnitree.Root(3), [true]), 64));
        Assert.Throws<InvalidSettingException>(() => SlicePicture.ToImage(Quarter, 2));
        Assert.Throws<UnsupportedException>(() => SlicePicture.Write("slice.bmp", Quarter));
    }
}
