using System.Globalization;
using Sparseland.Errors;
using Sparseland.Kernels;
using Sparseland.Masks;
using Sparseland.Tensors;

namespace Sparseland.Layouts;

/// <summary>
/// Blocks of r rows by c columns that are kept or dropped as a whole, in compressed sparse rows of blocks. A block's values are stored together, row by row.
/// <code>
/// block 1x2   0 0 5 6     offsets  0 1 2
///             7 8 0 0     columns  1 0          (in blocks)
///                         values   5 6 7 8
/// </code>
/// Parts: offsets (int32 [ceil(rows / r) + 1]), columns (uint16, or int32 when there are more than 65,536 block columns, [blocks]),
/// values (float32 or bfloat16 [blocks x r x c + 16], the last 16 zero). Where r or c does not divide the matrix, the last blocks reach over its edge and hold zeros there.
/// </summary>
public sealed unsafe partial class BlockMatrix : SparseMatrix
{
    /// <summary>The most rows or columns of a block.</summary>
    public const int MaxExtent = 256;

    private readonly ushort* _narrow;
    private readonly int* _wide;
    private readonly byte* _values;

    /// <summary>Rebuilds the matrix over its parts.</summary>
    /// <param name="blockRows">r.</param>
    /// <param name="blockColumns">c.</param>
    /// <param name="element">Float32 or BFloat16.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="parts">offsets, columns, values.</param>
    /// <exception cref="ArgumentException">A part is missing or does not fit; the message says which and how.</exception>
    public BlockMatrix(int blockRows, int blockColumns, ElementType element, int rows, int columns, IReadOnlyList<LayoutPart> parts)
        : this(blockRows, blockColumns, element, rows, columns, Check(blockRows, blockColumns, element, rows, columns, parts))
    {
    }

    private BlockMatrix(int blockRows, int blockColumns, ElementType element, int rows, int columns, (LayoutPart Offsets, LayoutPart Columns, LayoutPart Values) parts)
        : base(rows, columns, element, parts.Offsets, parts.Columns, parts.Values)
    {
        BlockRows = blockRows;
        BlockColumns = blockColumns;
        Offsets = (int*)parts.Offsets.Pointer;
        if (parts.Columns.Type == PartType.UInt16)
            _narrow = (ushort*)parts.Columns.Pointer;
        else
            _wide = (int*)parts.Columns.Pointer;
        _values = parts.Values.Pointer;
        KeptCount = CountKept();
        Split = RowSplit.ByOffsets(Offsets, BlockRowCount, ByteCount, blockRows, rows);
        Kernel = RowKernels.Choose(this);
    }

    /// <summary>Rows of a block.</summary>
    public int BlockRows { get; }

    /// <summary>Columns of a block.</summary>
    public int BlockColumns { get; }

    /// <inheritdoc/>
    public override string Name => NameOf(BlockRows, BlockColumns);

    /// <inheritdoc/>
    public override long KeptCount { get; }

    /// <summary>[rows of blocks + 1]: where each row of blocks starts.</summary>
    internal int* Offsets { get; }

    /// <summary>Whether block columns are 16-bit numbers.</summary>
    internal bool HasNarrowColumns => _narrow != null;

    /// <summary>The block columns, 16-bit or 32-bit.</summary>
    internal void* BlockColumnsPointer => _narrow != null ? _narrow : _wide;

    /// <inheritdoc/>
    internal override int RowStep => BlockRows == 1 ? 4 : BlockRows;

    /// <summary>The values of a block.</summary>
    internal byte* ValuesOf(int block) => _values + (long)block * BlockRows * BlockColumns * StoredValues.SizeOf(Element);

    private int BlockRowCount => (Rows + BlockRows - 1) / BlockRows;

    /// <summary>Stores what the mask keeps.</summary>
    /// <param name="values">The matrix.</param>
    /// <param name="mask">What is kept: whole blocks.</param>
    /// <param name="blockRows">r, 1 to 256.</param>
    /// <param name="blockColumns">c, 1 to 256.</param>
    /// <param name="element">Float32 or BFloat16.</param>
    /// <exception cref="MismatchException">The mask keeps part of a block.</exception>
    /// <exception cref="NumericalException">A kept value is NaN or infinite, or becomes infinite in the value type; the message has its row and column.</exception>
    public static BlockMatrix FromDense(MatrixView<float> values, Mask mask, int blockRows, int blockColumns, ElementType element)
    {
        CheckSource(element, values, mask);
        CheckExtents(blockRows, blockColumns);
        StoredValues.RequireElement(NameOf(blockRows, blockColumns), element, ElementType.Float32, ElementType.BFloat16);
        var pattern = new BlockPattern(blockRows, blockColumns);
        if (pattern.FirstViolation(mask) is { } violation)
            throw new MismatchException($"the layout {NameOf(blockRows, blockColumns)} keeps whole blocks: {violation}");
        var blockRowCount = (mask.Rows + blockRows - 1) / blockRows;
        var blockColumnCount = (mask.Columns + blockColumns - 1) / blockColumns;
        var offsets = LayoutPart.Allocate("offsets", PartType.Int32, blockRowCount + 1L);
        var blocks = 0L;
        for (var b = 0; b < blockRowCount; b++)
        {
            ((int*)offsets.Pointer)[b] = checked((int)blocks);
            for (var c = 0; c < blockColumnCount; c++)
                blocks += mask[b * blockRows, c * blockColumns] ? 1 : 0;
        }
        ((int*)offsets.Pointer)[blockRowCount] = checked((int)blocks);
        var columns = LayoutPart.Allocate("columns", blockColumnCount <= 65536 ? PartType.UInt16 : PartType.Int32, blocks);
        var stored = LayoutPart.Allocate("values", StoredValues.PartOf(element), blocks * blockRows * blockColumns + StoredValues.Slack);
        FillBlocks(values, mask, blockRows, blockColumns, element, columns, stored.Pointer);
        values.KeepAlive();
        return new BlockMatrix(blockRows, blockColumns, element, mask.Rows, mask.Columns, (offsets, columns, stored));
    }

    internal override int Seek(int row, int column)
    {
        var low = Offsets[row / BlockRows];
        var high = Offsets[row / BlockRows + 1];
        if (column == 0)
            return low;
        // The first block that ends beyond the column: a block may begin before it.
        while (low < high)
        {
            var middle = low + (high - low) / 2;
            if ((ColumnAt(middle) + 1) * BlockColumns <= column)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    internal override int Walk(int row, int first, int end, ref int cursor, int* columns, float* values)
    {
        var last = Offsets[row / BlockRows + 1];
        var size = StoredValues.SizeOf(Element);
        var count = 0;
        for (; cursor < last; cursor++)
        {
            var start = ColumnAt(cursor) * BlockColumns;
            if (start >= end)
                break;
            var from = Math.Max(first, start);
            var to = Math.Min(Math.Min(end, Columns), start + BlockColumns);
            var source = ((long)cursor * BlockRows + row % BlockRows) * BlockColumns + from - start;
            StoredValues.Decode(Element, _values + source * size, to - from, 0, values + count);
            for (var column = from; column < to; column++)
                columns[count++] = column - first;
            if (start + BlockColumns > end)
                break;
        }
        return count;
    }

    internal static string NameOf(int blockRows, int blockColumns) => string.Create(CultureInfo.InvariantCulture, $"block {blockRows}x{blockColumns}");

    private int ColumnAt(int block) => _narrow != null ? _narrow[block] : _wide[block];

    private long CountKept()
    {
        var kept = 0L;
        for (var b = 0; b < BlockRowCount; b++)
        {
            var height = Math.Min(BlockRows, Rows - b * BlockRows);
            for (var i = Offsets[b]; i < Offsets[b + 1]; i++)
                kept += (long)height * Math.Min(BlockColumns, Columns - ColumnAt(i) * BlockColumns);
        }
        return kept;
    }

    private static void FillBlocks(MatrixView<float> values, Mask mask, int r, int c, ElementType element, LayoutPart columns, byte* destination)
    {
        var size = StoredValues.SizeOf(element);
        var block = 0L;
        for (var top = 0; top < mask.Rows; top += r)
        {
            for (var left = 0; left < mask.Columns; left += c)
            {
                if (!mask[top, left])
                    continue;
                if (columns.Type == PartType.UInt16)
                    ((ushort*)columns.Pointer)[block] = (ushort)(left / c);
                else
                    ((int*)columns.Pointer)[block] = left / c;
                var width = Math.Min(c, mask.Columns - left);
                for (var i = 0; i < r && top + i < mask.Rows; i++)
                    StoredValues.Encode(element, values.Row(top + i).Slice(left, width), 0, destination + ((block * r + i) * c) * size);
                block++;
            }
        }
    }

    private static void CheckExtents(int blockRows, int blockColumns)
    {
        if (blockRows is < 1 or > MaxExtent || blockColumns is < 1 or > MaxExtent)
            throw new InvalidSettingException($"blocks of {blockRows} x {blockColumns}: 1 to {MaxExtent} rows and columns are possible");
    }

    private static (LayoutPart Offsets, LayoutPart Columns, LayoutPart Values) Check(int r, int c, ElementType element, int rows, int columns, IReadOnlyList<LayoutPart> list)
    {
        CheckExtents(r, c);
        var name = NameOf(r, c);
        var parts = new PartList(name, list);
        StoredValues.RequireElement(name, element, ElementType.Float32, ElementType.BFloat16);
        var blockRowCount = (rows + r - 1) / r;
        var blockColumnCount = (columns + c - 1) / c;
        var offsets = parts.Find("offsets", PartType.Int32, blockRowCount + 1L);
        var indices = parts.Find("columns", blockColumnCount <= 65536 ? PartType.UInt16 : PartType.Int32);
        var values = parts.Find("values", StoredValues.PartOf(element), checked(indices.Count * r * c + StoredValues.Slack));
        parts.RequireOffsets(offsets, indices.Count, blockColumnCount);
        var bounds = (int*)offsets.Pointer;
        for (var b = 0; b < blockRowCount; b++)
        {
            var previous = -1;
            for (var i = bounds[b]; i < bounds[b + 1]; i++)
            {
                var column = indices.Type == PartType.UInt16 ? ((ushort*)indices.Pointer)[i] : ((int*)indices.Pointer)[i];
                if (column <= previous || column >= blockColumnCount)
                    throw new ArgumentException($"{name}: row of blocks {b} lists block column {column} after {previous}; they ascend and are below {blockColumnCount}");
                previous = column;
            }
        }
        return (offsets, indices, values);
    }
}
