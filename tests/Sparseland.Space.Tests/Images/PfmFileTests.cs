using System.Numerics;
using System.Text;
using Sparseland.Errors;
using Sparseland.Space.Images;

namespace Sparseland.Space.Tests.Images;

public class PfmFileTests
{
    [Fact]
    public void Values_infinity_included_are_read_as_written_and_written_again_to_the_same_bytes()
    {
        using var folder = new Scratch();
        var depth = new Image<float>(3, 2, [1, 2.5f, float.PositiveInfinity, -0f, 1e-30f, 7]);
        PfmFile.Write(folder["d.pfm"], depth);
        Assert.Equal(depth.Pixels, PfmFile.ReadGrey(folder["d.pfm"]).Pixels);
        var colour = new Image<Vector3>(2, 2, [new(1, 2, 3), new(4, 5, 6), new(7, 8, 9), new(0, 1e9f, -1)]);
        PfmFile.Write(folder["c.pfm"], colour);
        Assert.Equal(colour.Pixels, PfmFile.ReadColour(folder["c.pfm"]).Pixels);
        PfmFile.Write(folder["again.pfm"], PfmFile.ReadColour(folder["c.pfm"]));
        Assert.Equal(File.ReadAllBytes(folder["c.pfm"]), File.ReadAllBytes(folder["again.pfm"]));
    }

    [Fact]
    public void The_lowest_row_comes_first_and_the_sign_of_the_scale_tells_the_byte_order()
    {
        using var folder = new Scratch();
        byte[] header = [.. Encoding.ASCII.GetBytes("Pf\n1 2\n1.0\n")];
        File.WriteAllBytes(folder["big.pfm"], [.. header, 0x3F, 0x80, 0, 0, 0x40, 0, 0, 0]);
        Assert.Equal([2f, 1f], PfmFile.ReadGrey(folder["big.pfm"]).Pixels);
    }

    [Theory]
    [InlineData("PF\n1 1\n-1\n", "begins with")]
    [InlineData("Pf\n-1 1\n-1\n", "size")]
    [InlineData("Pf\n2000000000 1000000000\n-1\n", "size")]
    [InlineData("Pf\n1 1\n0\n", "scale")]
    [InlineData("Pf\n1 1\n-1\nabc", "bytes of pixels")]
    [InlineData("", "begins with")]
    public void A_bad_header_or_length_is_refused(string text, string problem)
    {
        using var folder = new Scratch();
        File.WriteAllText(folder["bad.pfm"], text);
        Assert.Contains(problem, Assert.Throws<InvalidFileException>(() => PfmFile.ReadGrey(folder["bad.pfm"])).Message, StringComparison.Ordinal);
    }
}
