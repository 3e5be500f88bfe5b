using System.Numerics;
using Sparseland.Space.Images;

namespace Sparseland.Space.Tests.Images;

public class StandardRgbTests
{
    [Fact]
    public void Every_byte_comes_back_from_linear_light()
    {
        for (var value = 0; value < 256; value++)
            Assert.Equal((byte)value, StandardRgb.Encode(new Vector3(StandardRgb.ToLinear((byte)value))).Green);
    }

    [Fact]
    public void Known_values_of_the_standard_hold_and_what_is_beyond_is_cut_off()
    {
        Assert.Equal(0.21404f, StandardRgb.ToLinear(0.5f), 4);
        Assert.Equal(0.73536f, StandardRgb.FromLinear(0.5f), 4);
        Assert.Equal(new Rgb8(255, 0, 0), StandardRgb.Encode(new Vector3(7, -1, float.NaN)));
    }
}
