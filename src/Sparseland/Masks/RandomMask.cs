using Sparseland.Chance;
using Sparseland.Layouts;

namespace Sparseland.Masks;

/// <summary>Uniformly random masks that a layout can store: operands for tests, benchmarks and measured costs.</summary>
public static class RandomMask
{
    /// <summary>A mask for a layout's name. N:M fixes its own density; blocks are kept whole with the given probability, other entries one by one.</summary>
    /// <param name="layoutName">"csr", "bitmap", "2:4", "block 1x8".</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns; N:M leaves an incomplete last group empty.</param>
    /// <param name="density">The fraction to keep, 0 to 1.</param>
    /// <param name="chance">The source of chance.</param>
    public static Mask ForLayout(string layoutName, int rows, int columns, double density, RandomStream chance)
    {
        ArgumentNullException.ThrowIfNull(layoutName);
        ArgumentNullException.ThrowIfNull(chance);
        var mask = new Mask(rows, columns);
        if (LayoutRegistry.TryParseNm(layoutName, out var keep, out var group))
            FillGroups(mask, keep, group, chance);
        else if (LayoutRegistry.TryParseBlock(layoutName, out var blockRows, out var blockColumns))
            FillBlocks(mask, blockRows, blockColumns, density, chance);
        else
            FillBlocks(mask, 1, 1, density, chance);
        return mask;
    }

    // Selection sampling (Knuth, algorithm S): each column of a group with the chance that remains.
    private static void FillGroups(Mask mask, int keep, int group, RandomStream chance)
    {
        for (var row = 0; row < mask.Rows; row++)
        {
            for (var start = 0; start + group <= mask.Columns; start += group)
            {
                var wanted = keep;
                for (var i = 0; wanted > 0; i++)
                {
                    if (chance.NextInt(group - i) >= wanted)
                        continue;
                    mask[row, start + i] = true;
                    wanted--;
                }
            }
        }
    }

    private static void FillBlocks(Mask mask, int blockRows, int blockColumns, double density, RandomStream chance)
    {
        for (var top = 0; top < mask.Rows; top += blockRows)
            for (var left = 0; left < mask.Columns; left += blockColumns)
                if (chance.NextDouble() < density)
                    for (var row = top; row < Math.Min(mask.Rows, top + blockRows); row++)
                        for (var column = left; column < Math.Min(mask.Columns, left + blockColumns); column++)
                            mask[row, column] = true;
    }
}
