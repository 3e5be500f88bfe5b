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
        else
            TallBlocks(block, first, end, x, y);
    }

    private static void RowsOfEight(BlockMatrix block, int first, int end, float* x, float* y)
    {
        var columns = (TIndex*)block.BlockColumnsPointer;
        var offsets = block.Offsets;
        var sums = stackalloc float[2];
        // Two rows half a part apart: each stream runs on through its half.
        var half = (end - first) / 2;
        for (var row = first; row < first + half; row++)
        {
            var (start, other) = (offsets[row], offsets[row + half]);
            BlockVector.TwoRowsOfEight<TValue, TIndex>(
                columns + start, block.ValuesOf(start), offsets[row + 1] - start, columns + other, block.ValuesOf(other), offsets[row + half + 1] - other, x, sums);
            y[row] = sums[0];
            y[row + half] = sums[1];
        }
        if ((end - first) % 2 != 0)
            y[end - 1] = BlockVector.OneRowOfEight<TValue, TIndex>(columns + offsets[end - 1], block.ValuesOf(offsets[end - 1]), offsets[end] - offsets[end - 1], x);
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

    private static void TallBlocks(BlockMatrix block, int first, int end, float* x, float* y)
    {
        var sums = stackalloc float[8];
        var step = block.BlockColumns == 4 ? 4 : 8;
        for (var row = first; row < end; row += step)
        {
            var start = block.Offsets[row / block.BlockRows];
            var count = block.Offsets[row / block.BlockRows + 1] - start;
            var columns = (TIndex*)block.BlockColumnsPointer + start;
            if (step == 4)
                BlockVector.FourByFour<TValue, TIndex>(columns, block.ValuesOf(start), count, x, sums);
            else
                BlockVector.EightRows<TValue, TIndex>(columns, block.ValuesOf(start) + row % block.BlockRows * TValue.Size, count, block.BlockRows, x, sums);
            // The last block may reach below the matrix.
            for (var i = 0; i < Math.Min(step, end - row); i++)
                y[row + i] = sums[i];
        }
    }
}
