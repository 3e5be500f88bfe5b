using Sparseland.Kernels;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Layouts;

public abstract unsafe partial class SparseMatrix
{
    // Ranges of columns that are summed apart; fixed, so that the thread count does not matter.
    private const int TransposedRanges = 8;

    /// <inheritdoc/>
    public override void MultiplyTransposed(MatrixView<float> x, MatrixView<float> y)
    {
        if (x.Columns != Rows || y.Columns != Columns || x.Rows != y.Rows)
            throw new ArgumentException($"a batch of {x.Rows} x {x.Columns} times a {Rows} x {Columns} matrix into {y.Rows} x {y.Columns}");
        if (!UsesPanels)
            MultiplyTransposedExpanded(x, y);
        else
            MultiplyTransposedPanels(x, y);
        GC.KeepAlive(this);
        x.KeepAlive();
        y.KeepAlive();
    }

    private void MultiplyTransposedExpanded(MatrixView<float> x, MatrixView<float> y)
    {
        var rows = RowsPerExpansion();
        var expanded = Scratch.Get<float>(Scratch.Widened, (long)rows * Columns);
        for (var first = 0; first < Rows; first += rows)
        {
            var count = Math.Min(rows, Rows - first);
            WorkerPool.Run((count + ExpansionRows - 1) / ExpansionRows, new ExpandWork(this, first, first + count, expanded));
            Gemm.Multiply(x.Slice(0, x.Rows, first, count), false, new MatrixView<float>(expanded, count, Columns, Columns, null), false, y, accumulate: first > 0);
        }
        if (Rows == 0)
            for (var b = 0; b < y.Rows; b++)
                y.Row(b).Clear();
    }

    private void MultiplyTransposedPanels(MatrixView<float> x, MatrixView<float> y)
    {
        for (var lane = 0; lane < x.Rows;)
        {
            var width = PanelProduct.WidthFor(x.Rows - lane);
            var lanes = Math.Min(width, x.Rows - lane);
            var panel = Scratch.Get<float>(Scratch.PackedRight, (long)Rows * width);
            WorkerPool.Run((Rows + PackWork.ColumnsPerPart - 1) / PackWork.ColumnsPerPart, new PackWork(x.Pointer + lane * x.RowStride, x.RowStride, lanes, Rows, width, panel));
            var block = BlockColumnsFor(width);
            var range = (int)Math.Min(Columns, ((long)(Columns + TransposedRanges - 1) / TransposedRanges + 63) & ~63L);
            var work = new TransposedWork(this, panel, width, lanes, block, range, y.Pointer + lane * y.RowStride, y.RowStride);
            WorkerPool.Run(range == 0 ? 0 : (Columns + range - 1) / range, work);
            lane += lanes;
        }
    }

    private readonly struct TransposedWork(SparseMatrix matrix, float* panel, int width, int lanes, int blockColumns, int range, float* y, long yStride) : IParallelWork
    {
        public void Run(int part)
        {
            var (first, end) = (part * range, Math.Min(matrix.Columns, (part + 1) * range));
            var tile = Scratch.Get<float>(Scratch.PackedLeft, (long)(end - first) * width + matrix.Rows);
            var cursors = (int*)(tile + (long)(end - first) * width);
            new Span<float>(tile, (end - first) * width).Clear();
            for (var row = 0; row < matrix.Rows; row++)
                cursors[row] = matrix.Seek(row, first);
            var entries = RowScratch.Take(Math.Min(blockColumns, matrix.Columns));
            for (var column = first; column < end; column += blockColumns)
            {
                var last = Math.Min(end, column + blockColumns);
                for (var row = 0; row < matrix.Rows; row++)
                {
                    matrix.Locate(row, column, last, cursors + row, Math.Min(PanelBlock.RowsAhead, matrix.Rows - 1 - row), entries, out var run);
                    PanelProduct.Scatter(width, run, panel + (long)row * width, tile + (long)(column - first) * width);
                }
            }
            PanelPacking.Unpack(tile, width, end - first, lanes, y + first, yStride);
        }
    }
}
