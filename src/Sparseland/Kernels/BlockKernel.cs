using Sparseland.Layouts;

namespace Sparseland.Kernels;

/// <summary>Blocks of 1 x 8k, r x 8k, 8k x 1 and 4 x 4 with AVX2.</summary>
internal sealed unsafe class BlockKernel<TValue, TIndex>(ElementType element) : RowKernel where TValue : IStoredValue where TIndex : unmanaged
{
    public override string Name => $"{element} block matrix-vector, {(sizeof(TIndex) == 2 ? "16" : "32")}-bit columns";

    public override string Hardware => "AVX2, FMA";

    public override bool IsSupported => BlockVector.IsSupported;

    public override bool Fits(SparseMatrix matrix) =>
        matrix is BlockMatrix block && block.Element == element && block.HasNarrowColumns == (sizeof(TIndex) == 2)
        && (block.BlockColumns % 8 == 0 || (block.BlockColumns == 1 && block.BlockRows % 8 == 0) || (block.BlockColumns == 4 && block.BlockRows == 4));

    // A block over the right edge reads x beyond it.
    public override bool Arranges(SparseMatrix matrix) => matrix.Columns % ((BlockMatrix)matrix).BlockColumns != 0;

    public override void Arrange(float* x, int columns, float* destination)
    {
        // The widest block is 256 columns.
        new ReadOnlySpan<float>(x, columns).CopyTo(new Span<float>(destination, columns));
        new Span<float>(destination + columns, BlockMatrix.MaxExtent).Clear();
    }

    public override void Multiply(SparseMatrix matrix, int first, int end, float* x, float* y)
    {
        var block = (BlockMatrix)matrix;
        if (block.BlockColumns == 8 && block.BlockRows == 1)
            RowsOfEight(block, first, end, x, y);
        else if (block.BlockColumns % 8 == 0)
            WideRows(block, first, end, x, y);
        else if (block.BlockColumns == 1)
            TallBlocks(block, first, end, x, y);
        else
            SquareBlocks(block, first, end, x, y);
    }

    private static void RowsOfEight(BlockMatrix block, int first, int end, float* x, float* y)
    {
        var all = (TIndex*)block.BlockColumnsPointer;
        var offsets = block.Offsets;
        var columns = stackalloc TIndex*[4];
        var values = stackalloc byte*[4];
        var counts = stackalloc int[4];
        var sums = stackalloc float[4];
        // Four rows a quarter of the part apart: each stream runs on through its quarter.
        var quarter = (end - first) / 4;
        for (var row = first; row < first + quarter; row++)
        {
            for (var i = 0; i < 4; i++)
            {
                var start = offsets[row + i * quarter];
                columns[i] = all + start;
                values[i] = block.ValuesOf(start);
                counts[i] = offsets[row + i * quarter + 1] - start;
            }
            BlockVector.FourRowsOfEight<TValue, TIndex>(columns, values, counts, x, sums);
            for (var i = 0; i < 4; i++)
                y[row + i * quarter] = sums[i];
        }
        for (var row = first + 4 * quarter; row < end; row++)
            y[row] = BlockVector.OneRowOfEight<TValue, TIndex>(all + offsets[row], block.ValuesOf(offsets[row]), offsets[row + 1] - offsets[row], x);
    }

    private static void WideRows(BlockMatrix block, int first, int end, float* x, float* y)
    {
        for (var row = first; row < end; row++)
        {
            var start = block.Offsets[row / block.BlockRows];
            var count = block.Offsets[row / block.BlockRows + 1] - start;
            var values = block.ValuesOf(start) + row % block.BlockRows * block.BlockColumns * TValue.Size;
            y[row] = BlockVector.WideRow<TValue, TIndex>((TIndex*)block.BlockColumnsPointer + start, values, count, block.BlockColumns, block.BlockRows * block.BlockColumns, x);
        }
    }

    // Blocks of r x 1 by eights of rows, four eights at a time a quarter of the part's rows of blocks apart.
    private static void TallBlocks(BlockMatrix block, int first, int end, float* x, float* y)
    {
        var all = (TIndex*)block.BlockColumnsPointer;
        var offsets = block.Offsets;
        var height = block.BlockRows;
        var columns = stackalloc TIndex*[4];
        var values = stackalloc byte*[4];
        var counts = stackalloc int[4];
        var sums = stackalloc float[32];
        // Whole rows of blocks only: the last of the matrix may reach below it.
        var quarter = (end - first) / height / 4 * height;
        for (var row = first; row < first + quarter; row += 8)
        {
            for (var i = 0; i < 4; i++)
            {
                var index = (row + i * quarter) / height;
                columns[i] = all + offsets[index];
                counts[i] = offsets[index + 1] - offsets[index];
                values[i] = block.ValuesOf(offsets[index]) + row % height * TValue.Size;
            }
            BlockVector.FourTimesEightRows<TValue, TIndex>(columns, values, counts, height, x, sums);
            for (var i = 0; i < 4; i++)
                new ReadOnlySpan<float>(sums + i * 8, 8).CopyTo(new Span<float>(y + row + i * quarter, 8));
        }
        for (var row = first + 4 * quarter; row < end; row += 8)
        {
            var start = offsets[row / height];
            BlockVector.EightRows<TValue, TIndex>(all + start, block.ValuesOf(start) + row % height * TValue.Size, offsets[row / height + 1] - start, height, x, sums);
            for (var i = 0; i < Math.Min(8, end - row); i++)
                y[row + i] = sums[i];
        }
    }

    private static void SquareBlocks(BlockMatrix block, int first, int end, float* x, float* y)
    {
        var sums = stackalloc float[4];
        for (var row = first; row < end; row += 4)
        {
            var start = block.Offsets[row / 4];
            BlockVector.FourByFour<TValue, TIndex>((TIndex*)block.BlockColumnsPointer + start, block.ValuesOf(start), block.Offsets[row / 4 + 1] - start, x, sums);
            // The last block may reach below the matrix.
            for (var i = 0; i < Math.Min(4, end - row); i++)
                y[row + i] = sums[i];
        }
    }
}
