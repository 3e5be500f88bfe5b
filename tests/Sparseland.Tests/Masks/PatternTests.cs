using Sparseland.Errors;
using Sparseland.Masks;

namespace Sparseland.Tests.Masks;

public class PatternTests
{
    [Theory]
    [InlineData("unstructured", "bitmap", null)]
    [InlineData("2:4", "2:4", 0.5)]
    [InlineData("1:4", "1:4", 0.75)]
    [InlineData("block:1x8", "block 1x8", null)]
    public void A_pattern_prints_as_it_is_written(string text, string layout, double? sparsity)
    {
        var pattern = Pattern.Parse(text);
        Assert.Equal(text, pattern.ToString());
        Assert.Equal(layout, pattern.LayoutName);
        Assert.Equal(sparsity, pattern.FixedSparsity);
        Assert.Equal(pattern, Pattern.Parse(text));
    }

    [Theory]
    [InlineData("4:2")]
    [InlineData("0:4")]
    [InlineData("2:33")]
    [InlineData("2:1")]
    [InlineData("block:0x8")]
    [InlineData("block:1x257")]
    [InlineData("block:1")]
    [InlineData("unstructurd")]
    [InlineData("")]
    [InlineData("2:-4")]
    public void What_is_no_pattern_is_refused(string text) => Assert.Throws<InvalidSettingException>(() => Pattern.Parse(text));

    [Fact]
    public void A_group_or_block_must_divide_the_matrix()
    {
        Pattern.Parse("2:4").Validate(3, 8);
        Pattern.Parse("block:2x4").Validate(4, 8);
        Pattern.Unstructured.Validate(3, 7);
        var fault = Assert.Throws<InvalidSettingException>(() => Pattern.Parse("2:4").Validate(3, 10, "model.layers.0.mlp.up_proj.weight"));
        Assert.Contains("model.layers.0.mlp.up_proj.weight has 10", fault.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidSettingException>(() => Pattern.Parse("block:2x4").Validate(3, 8));
    }

    [Fact]
    public void A_mask_satisfies_its_pattern_and_a_broken_one_does_not()
    {
        var mask = new Mask(2, 8);
        foreach (var column in (int[])[0, 3, 4, 5])
            mask[0, column] = mask[1, column] = true;
        Assert.True(Pattern.Parse("2:4").Satisfies(mask));
        Assert.True(Pattern.Parse("4:8").Satisfies(mask));
        Assert.True(Pattern.Parse("block:2x1").Satisfies(mask));
        Assert.False(Pattern.Parse("block:1x2").Satisfies(mask));
        Assert.Contains("row 0", Pattern.Parse("1:4").FirstViolation(mask), StringComparison.Ordinal);
        mask[1, 0] = false;
        Assert.Contains("row 1 keeps 1 of columns 0 to 3", Pattern.Parse("2:4").FirstViolation(mask), StringComparison.Ordinal);
        Assert.True(Pattern.Unstructured.Satisfies(mask));
    }
}
