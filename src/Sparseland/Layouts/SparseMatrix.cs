using Sparseland.Errors;
using Sparseland.Masks;
using Sparseland.Tensors;

namespace Sparseland.Layouts;

/// <summary>
/// A layout that stores kept entries only. A subclass says how a row's kept entries are walked; everything that does not need a kernel of its own
/// (rows, dense copies, the reference product) is made of that walk here. Products run on all threads and give the same bytes for any number of them.
/// Dense-with-zeros semantics: a NaN or infinity in x at a column where nothing is kept may or may not reach y, depending on the kernel.
/// </summary>
public abstract unsafe partial class SparseMatrix : MatrixLayout, ILayoutParts
{
    private readonly LayoutPart[] _parts;

    /// <summary>Sets the extents and the parts.</summary>
    private protected SparseMatrix(int rows, int columns, ElementType element, params LayoutPart[] parts) : base(rows, columns)
    {
        Element = element;
        _parts = parts;
        foreach (var part in parts)
            ByteCount += part.Bytes.Length;
    }

    /// <inheritdoc/>
    public override ElementType Element { get; }

    /// <inheritdoc/>
    public override long ByteCount { get; }

    /// <inheritdoc/>
    public IReadOnlyList<LayoutPart> Parts => _parts;

    /// <summary>The int8 scales of the rows, or empty for other values.</summary>
    internal virtual ReadOnlySpan<float> Scales => default;

    /// <summary>Where the walk of a row stands before its first kept entry at or beyond a column; the number's meaning is the layout's own.</summary>
    /// <param name="row">The row.</param>
    /// <param name="column">A multiple of 64, or 0.</param>
    internal abstract int Seek(int row, int column);

    /// <summary>Walks on: writes the kept entries of columns [first, end) and moves the cursor behind them.</summary>
    /// <param name="row">The row.</param>
    /// <param name="first">The first column; where the cursor stands.</param>
    /// <param name="end">Behind the last column; a multiple of 64 or the matrix's columns.</param>
    /// <param name="cursor">From <see cref="Seek"/> or the walk before.</param>
    /// <param name="columns">Receives column - first of each entry, ascending; room for end - first.</param>
    /// <param name="values">Receives the values in float32; room for end - first and 16 more.</param>
    /// <returns>How many entries.</returns>
    internal abstract int Walk(int row, int first, int end, ref int cursor, int* columns, float* values);

    /// <summary>
    /// Walks on like <see cref="Walk"/>, but without copying what already has the form that panels need; layouts override it where that saves something.
    /// </summary>
    /// <param name="row">The row.</param>
    /// <param name="first">The first column; where the cursor stands.</param>
    /// <param name="end">Behind the last column; a multiple of 64 or the matrix's columns.</param>
    /// <param name="cursor">This row's cursor, moved; those of the following rows stand behind it.</param>
    /// <param name="ahead">How many rows further on the one is whose entries shall be asked for from memory now; its cursor stands at the same block.</param>
    /// <param name="scratch">Room for the columns of a block.</param>
    /// <param name="run">Receives the entries; valid until the scratch is used again.</param>
    internal virtual void Locate(int row, int first, int end, int* cursor, int ahead, RowScratch scratch, out EntryRun run)
    {
        run.Count = Walk(row, first, end, ref *cursor, scratch.Columns, scratch.Values);
        run.Narrow = null;
        run.Wide = scratch.Columns;
        run.Values = scratch.Values;
        run.First = 0;
    }

    /// <summary>y = W x by the plain walk, one sum per row in column order: the definition that every kernel is tested against, and the fallback.</summary>
    /// <param name="x">[columns].</param>
    /// <param name="y">[rows], overwritten.</param>
    internal void MultiplyReference(ReadOnlySpan<float> x, Span<float> y)
    {
        var scratch = RowScratch.Take(Columns);
        for (var row = 0; row < Rows; row++)
        {
            var cursor = Seek(row, 0);
            var count = Walk(row, 0, Columns, ref cursor, scratch.Columns, scratch.Values);
            var sum = 0f;
            for (var i = 0; i < count; i++)
                sum += scratch.Values[i] * x[scratch.Columns[i]];
            y[row] = sum;
        }
        GC.KeepAlive(this);
    }

    /// <inheritdoc/>
    public override void ToDense(MatrixView<float> destination)
    {
        if (destination.Rows != Rows || destination.Columns != Columns)
            throw new ArgumentException($"a {Rows} x {Columns} matrix into {destination.Rows} x {destination.Columns}", nameof(destination));
        for (var row = 0; row < Rows; row++)
            CopyRow(row, destination.Row(row));
        destination.KeepAlive();
    }

    /// <inheritdoc/>
    public override void CopyRow(int row, Span<float> destination)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Rows, nameof(row));
        if (destination.Length != Columns)
            throw new ArgumentException($"a row of {Columns} columns into {destination.Length}", nameof(destination));
        var scratch = RowScratch.Take(Columns);
        destination.Clear();
        var cursor = Seek(row, 0);
        var count = Walk(row, 0, Columns, ref cursor, scratch.Columns, scratch.Values);
        for (var i = 0; i < count; i++)
            destination[scratch.Columns[i]] = scratch.Values[i];
        GC.KeepAlive(this);
    }

    /// <inheritdoc/>
    public override Mask ToMask()
    {
        var mask = new Mask(Rows, Columns);
        var scratch = RowScratch.Take(Columns);
        for (var row = 0; row < Rows; row++)
        {
            var words = mask.Row(row);
            var cursor = Seek(row, 0);
            var count = Walk(row, 0, Columns, ref cursor, scratch.Columns, scratch.Values);
            for (var i = 0; i < count; i++)
                words[scratch.Columns[i] >> 6] |= 1UL << (scratch.Columns[i] & 63);
        }
        GC.KeepAlive(this);
        return mask;
    }

    /// <summary>Layout, element, extents, kept entries and bytes.</summary>
    public override string ToString() => $"{Name} {Element} {Rows} x {Columns}, {KeptCount} kept, {ByteCount} bytes";

    private protected void CheckVectors(int xLength, int yLength)
    {
        if (xLength != Columns || yLength != Rows)
            throw new ArgumentException($"a {Rows} x {Columns} matrix times a vector of {xLength} into one of {yLength}");
    }

    private protected static void CheckSource(ElementType element, MatrixView<float> values, Mask mask)
    {
        ArgumentNullException.ThrowIfNull(mask);
        if (values.Rows != mask.Rows || values.Columns != mask.Columns)
            throw new ArgumentException($"a {mask.Rows} x {mask.Columns} mask on a {values.Rows} x {values.Columns} matrix", nameof(mask));
        if (mask.KeptCount >= int.MaxValue - StoredValues.Slack)
            throw new ResourceLimitException($"a sparse layout holds fewer than {int.MaxValue} entries, and the mask keeps {mask.KeptCount}: split the matrix by rows");
        StoredValues.RequireFinite(element, values, mask);
    }

    // The kept values of one row in column order.
    private protected static int Gather(ReadOnlySpan<float> row, ReadOnlySpan<ulong> words, Span<float> kept)
    {
        var count = 0;
        for (var w = 0; w < words.Length; w++)
            for (var word = words[w]; word != 0; word &= word - 1)
                kept[count++] = row[w * 64 + System.Numerics.BitOperations.TrailingZeroCount(word)];
        return count;
    }
}
