using Sparseland.Kernels;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Layouts;

public abstract unsafe partial class SparseMatrix
{
    // From this many vectors on, panels of eight or more lanes beat one vector after the other.
    private const int PanelBatch = 8;

    // Below this sparsity the dense product on expanded rows is as fast: panels reach about 60 % of its rate.
    private const double PanelSparsity = 0.35;

    // Floats of a block of panel columns: 32 KiB, the first-level cache.
    private const int PanelBlockFloats = 8192;

    // Entries that a row should have within a block, so that loading and storing its sums does not weigh.
    private const double EntriesPerBlock = 40;

    /// <summary>Whether walking a row is cheap; otherwise batches expand whole rows first.</summary>
    internal virtual bool WalksRows => true;

    /// <summary>From this many vectors on a batch expands rows whatever their sparsity: a walk that is repeated for every panel costs more than one expansion.</summary>
    internal virtual int ExpandingBatch => int.MaxValue;

    /// <summary>Whether a batch of so many vectors is multiplied by entries and panels.</summary>
    internal bool UsesPanelsFor(int batch) => UsesPanels && batch < ExpandingBatch;

    /// <summary>Whether large batches are multiplied by entries and panels, or by expanded rows.</summary>
    internal bool UsesPanels => WalksRows && Sparsity >= PanelSparsity;

    /// <summary>Rows that one thread expands at a time.</summary>
    internal virtual int ExpansionRows => 16;

    /// <summary>Writes rows first to end densely, row after row.</summary>
    internal virtual void Expand(int first, int end, float* destination)
    {
        for (var row = first; row < end; row++)
            CopyRow(row, new Span<float>(destination + (long)(row - first) * Columns, Columns));
    }

    /// <inheritdoc/>
    /// <remarks>Fewer than 8 vectors use the kernels of one vector; more are packed into panels or, where little is zero, multiplied by expanded rows.
    /// The three sum in different orders and agree to rounding.</remarks>
    public override void MultiplyBatch(MatrixView<float> x, MatrixView<float> y)
    {
        if (x.Columns != Columns || y.Columns != Rows || x.Rows != y.Rows)
            throw new ArgumentException($"a {Rows} x {Columns} matrix times a batch of {x.Rows} x {x.Columns} into {y.Rows} x {y.Columns}");
        if (x.Rows < PanelBatch)
            MultiplyFew(Kernel, x.Pointer, x.RowStride, x.Rows, y.Pointer, y.RowStride);
        else if (UsesPanelsFor(x.Rows))
            MultiplyPanels(x, y);
        else
            MultiplyExpanded(x, y);
        GC.KeepAlive(this);
        x.KeepAlive();
        y.KeepAlive();
    }

    /// <summary>Expands some rows at a time into the cache and multiplies them densely.</summary>
    internal void MultiplyExpanded(MatrixView<float> x, MatrixView<float> y)
    {
        var rows = RowsPerExpansion();
        var expanded = Scratch.Get<float>(Scratch.Widened, (long)rows * Columns);
        for (var first = 0; first < Rows; first += rows)
        {
            var count = Math.Min(rows, Rows - first);
            WorkerPool.Run((count + ExpansionRows - 1) / ExpansionRows, new ExpandWork(this, first, first + count, expanded));
            Gemm.Multiply(x, false, new MatrixView<float>(expanded, count, Columns, Columns, null), true, y.Slice(0, y.Rows, first, count));
        }
    }

    /// <summary>Packs vectors into panels and lets every row's entries meet them.</summary>
    internal void MultiplyPanels(MatrixView<float> x, MatrixView<float> y)
    {
        for (var lane = 0; lane < x.Rows;)
        {
            var width = PanelProduct.WidthFor(x.Rows - lane);
            var lanes = Math.Min(width, x.Rows - lane);
            var panel = Scratch.Get<float>(Scratch.PackedRight, (long)Columns * width);
            var source = x.Pointer + lane * x.RowStride;
            WorkerPool.Run((Columns + PackWork.ColumnsPerPart - 1) / PackWork.ColumnsPerPart, new PackWork(source, x.RowStride, lanes, Columns, width, panel));
            WorkerPool.Run(Split.Length - 1, new PanelWork(this, panel, width, lanes, BlockColumnsFor(width), y.Pointer + lane * y.RowStride, y.RowStride));
            lane += lanes;
        }
    }

    /// <summary>Lets the entries of some rows within a block of columns meet the panel.</summary>
    /// <param name="block">The rows, the columns, the panel and the sums.</param>
    /// <param name="scratch">Room for the columns of a block.</param>
    private protected virtual void AddBlock(in PanelBlock block, RowScratch scratch)
    {
        for (var i = 0; i < block.Rows; i++)
        {
            Locate(block.First + i, block.Column, block.End, block.Cursors + i, block.Ahead(i), scratch, out var run);
            PanelProduct.Gather(block.Width, run, block.Panel, block.Sums + (long)i * block.Width);
        }
    }

    // At least two threads' worth, but otherwise what the second-level cache holds.
    private int RowsPerExpansion() => Math.Max(Math.Max(RowStep, 2 * ExpansionRows), (int)Math.Clamp((512 << 10) / Math.Max(1, Columns) / 4, 16, 512) / RowStep * RowStep);

    private int BlockColumnsFor(int width)
    {
        var cache = PanelBlockFloats / width;
        var entries = EntriesPerBlock / Math.Max(1 - Sparsity, 1e-3);
        return (int)Math.Clamp((Math.Max(cache, entries) + 63) / 64, 1, 1 << 20) * 64;
    }

    private readonly struct ExpandWork(SparseMatrix matrix, int first, int end, float* destination) : IParallelWork
    {
        public void Run(int part)
        {
            var rows = matrix.ExpansionRows;
            var from = first + part * rows;
            matrix.Expand(from, Math.Min(end, from + rows), destination + (long)part * rows * matrix.Columns);
        }
    }

    private readonly struct PackWork(float* source, long stride, int lanes, int columns, int width, float* panel) : IParallelWork
    {
        public const int ColumnsPerPart = 512;

        public void Run(int part)
        {
            var first = part * ColumnsPerPart;
            PanelPacking.Pack(source + first, stride, lanes, Math.Min(ColumnsPerPart, columns - first), width, panel + (long)first * width);
        }
    }

    private readonly struct PanelWork(SparseMatrix matrix, float* panel, int width, int lanes, int blockColumns, float* y, long yStride) : IParallelWork
    {
        public void Run(int part)
        {
            var (first, end) = (matrix.Split[part], matrix.Split[part + 1]);
            var rows = end - first;
            if (rows == 0)
                return;
            // Sums and cursors of the part's rows; a block of panel columns meets all of them before the next comes.
            var tile = Scratch.Get<float>(Scratch.PackedLeft, (long)rows * (width + 1));
            var cursors = (int*)(tile + (long)rows * width);
            new Span<float>(tile, rows * width).Clear();
            for (var i = 0; i < rows; i++)
                cursors[i] = matrix.Seek(first + i, 0);
            var entries = RowScratch.Take(Math.Min(blockColumns, matrix.Columns));
            var block = new PanelBlock { First = first, Rows = rows, Width = width, Sums = tile, Cursors = cursors };
            for (block.Column = 0; block.Column < matrix.Columns; block.Column = block.End)
            {
                block.End = Math.Min(matrix.Columns, block.Column + blockColumns);
                block.Panel = panel + (long)block.Column * width;
                matrix.AddBlock(block, entries);
            }
            PanelPacking.Unpack(tile, width, rows, lanes, y + first, yStride);
        }
    }
}
