using Sparseland.Kernels;

namespace Sparseland.Tests.Kernels;

public class RowPartsTests
{
    [Theory]
    [InlineData(0, 100)]
    [InlineData(1, 1 << 20)]
    [InlineData(3, 1 << 20)]
    [InlineData(432, 320)]
    [InlineData(160, 320)]
    [InlineData(1000, 4096)]
    [InlineData(32000, 1024)]
    [InlineData(int.MaxValue / 4, 64)]
    public void Parts_cover_all_rows_in_steps_of_four_and_none_is_much_smaller(int rows, int bytesPerRow)
    {
        var parts = new RowParts(rows, bytesPerRow);
        var next = 0;
        for (var part = 0; part < parts.Count; part++)
        {
            Assert.Equal(next, parts.Start(part));
            Assert.True(parts.Start(part) % 4 == 0 && parts.End(part) > parts.Start(part));
            next = parts.End(part);
        }
        Assert.Equal(rows, next);
        // Two parts are even but for the rounding to four rows.
        if (parts.Count == 2)
            Assert.InRange(parts.End(1) - parts.Start(1), parts.RowsPerPart - 8, parts.RowsPerPart);
    }
}
