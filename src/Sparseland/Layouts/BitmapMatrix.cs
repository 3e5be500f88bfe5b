using System.Numerics;
using Sparseland.Errors;
using Sparseland.Kernels;
using Sparseland.Masks;
using Sparseland.Tensors;

namespace Sparseland.Layouts;

/// <summary>
/// Mask bits and packed values, the form of Flash-LLM (Xia et al. 2023, arXiv 2309.10285) for a processor: weights are loaded compressed and expanded in registers.
/// <code>
/// 0 5 0 8        bitmap   1010b 0000b 1001b     (lowest column in the lowest bit, 64 columns to a word)
/// 0 0 0 0        offsets  0 2 2 4
/// 7 0 0 2        values   5 8 7 2
/// </code>
/// Parts: bitmap (uint64 [rows x ceil(columns / 64)]), offsets (int32 [rows + 1]), values ([kept + 16], the last 16 zero),
/// and for int8 values scales (float32 [rows]). 1 + w (1 - sparsity) bits per weight for values of w bits.
/// </summary>
public sealed unsafe partial class BitmapMatrix : SparseMatrix
{
    /// <summary>The layout's name.</summary>
    public const string LayoutName = "bitmap";

    private static readonly ElementType[] Elements = [ElementType.Float32, ElementType.BFloat16, ElementType.Float16, ElementType.Int8];

    private readonly ulong* _words;
    private readonly float* _scales;
    private readonly float _density;

    /// <summary>Rebuilds the matrix over its parts.</summary>
    /// <param name="element">Float32, BFloat16, Float16 or Int8.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="parts">bitmap, offsets, values, and scales for int8.</param>
    /// <exception cref="ArgumentException">A part is missing or does not fit; the message says which and how.</exception>
    public BitmapMatrix(ElementType element, int rows, int columns, IReadOnlyList<LayoutPart> parts)
        : this(element, rows, columns, Check(element, rows, columns, new PartList(LayoutName, parts)))
    {
    }

    private BitmapMatrix(ElementType element, int rows, int columns, LayoutPart[] parts) : base(rows, columns, element, parts)
    {
        WordsPerRow = (columns + 63) / 64;
        _words = (ulong*)parts[0].Pointer;
        Offsets = (int*)parts[1].Pointer;
        Values = parts[2].Pointer;
        _scales = parts.Length > 3 ? (float*)parts[3].Pointer : null;
        KeptCount = Offsets[rows];
        _density = (float)(1 - Sparsity);
        Split = RowSplit.ByOffsets(Offsets, rows, ByteCount);
        Kernel = RowKernels.Choose(this);
    }

    /// <inheritdoc/>
    public override string Name => LayoutName;

    /// <inheritdoc/>
    public override long KeptCount { get; }

    /// <summary>Mask words in a row.</summary>
    internal int WordsPerRow { get; }

    /// <summary>[rows + 1]: where each row's values start.</summary>
    internal int* Offsets { get; }

    /// <summary>The packed values.</summary>
    internal byte* Values { get; }

    internal override ReadOnlySpan<float> Scales => _scales == null ? default : new ReadOnlySpan<float>(_scales, Rows);

    /// <summary>Stores what the mask keeps.</summary>
    /// <param name="values">The matrix.</param>
    /// <param name="mask">What is kept; a kept zero is stored.</param>
    /// <param name="element">Float32, BFloat16, Float16 or Int8.</param>
    /// <exception cref="NumericalException">A kept value is NaN or infinite, or becomes infinite in the value type; the message has its row and column.</exception>
    public static BitmapMatrix FromDense(MatrixView<float> values, Mask mask, ElementType element) => FromDense(values, mask, element, default);

    internal static BitmapMatrix FromDense(MatrixView<float> values, Mask mask, ElementType element, ReadOnlySpan<float> scales)
    {
        CheckSource(element, values, mask);
        StoredValues.RequireElement(LayoutName, element, Elements);
        var bitmap = LayoutPart.Allocate("bitmap", PartType.UInt64, mask.Words.Length);
        mask.Words.CopyTo(new Span<ulong>(bitmap.Pointer, mask.Words.Length));
        var offsets = LayoutPart.Allocate("offsets", PartType.Int32, mask.Rows + 1L);
        var stored = LayoutPart.Allocate("values", StoredValues.PartOf(element), mask.KeptCount + StoredValues.Slack);
        var scalePart = LayoutPart.Allocate("scales", PartType.Float32, element == ElementType.Int8 ? mask.Rows : 0);
        var buffer = new float[mask.Columns];
        var position = 0;
        for (var row = 0; row < mask.Rows; row++)
        {
            ((int*)offsets.Pointer)[row] = position;
            var kept = buffer.AsSpan(0, Gather(values.Row(row), mask.Row(row), buffer));
            var scale = 0f;
            if (element == ElementType.Int8)
                ((float*)scalePart.Pointer)[row] = scale = scales.Length > 0 ? scales[row] : StoredValues.ScaleOf(kept);
            StoredValues.Encode(element, kept, scale, stored.Pointer + (long)position * StoredValues.SizeOf(element));
            position += kept.Length;
        }
        ((int*)offsets.Pointer)[mask.Rows] = position;
        values.KeepAlive();
        return new BitmapMatrix(element, mask.Rows, mask.Columns, element == ElementType.Int8 ? [bitmap, offsets, stored, scalePart] : [bitmap, offsets, stored]);
    }

    /// <inheritdoc/>
    public override Mask ToMask()
    {
        var mask = new Mask(Rows, Columns);
        new ReadOnlySpan<ulong>(_words, mask.Words.Length).CopyTo(mask.Words);
        GC.KeepAlive(this);
        return mask;
    }

    /// <summary>The mask words of a row.</summary>
    internal ulong* WordsOf(int row) => _words + (long)row * WordsPerRow;

    /// <summary>Multiplies the sums of int8 rows by their scales.</summary>
    internal void Scale(int first, int end, float* sums)
    {
        if (_scales == null)
            return;
        for (var row = first; row < end; row++)
            sums[row] *= _scales[row];
    }

    internal override int Seek(int row, int column)
    {
        var position = Offsets[row];
        var words = _words + (long)row * WordsPerRow;
        for (var w = 0; w < column >> 6; w++)
            position += BitOperations.PopCount(words[w]);
        return position;
    }

    internal override int Walk(int row, int first, int end, ref int cursor, int* columns, float* values)
    {
        var count = EntryWalk.Bits(WordsOf(row) + (first >> 6), ((end + 63) >> 6) - (first >> 6), columns);
        StoredValues.Decode(Element, Values + (long)cursor * StoredValues.SizeOf(Element), count, _scales == null ? 0 : _scales[row], values);
        cursor += count;
        return count;
    }

    // The bits become column numbers; float32 values are used where they lie.
    internal override void Locate(int row, int first, int end, int* cursor, int ahead, RowScratch scratch, out EntryRun run)
    {
        if (end - first > ushort.MaxValue)
        {
            base.Locate(row, first, end, cursor, ahead, scratch, out run);
            return;
        }
        var size = StoredValues.SizeOf(Element);
        var start = *cursor;
        run.Narrow = (ushort*)scratch.Columns;
        run.Wide = null;
        run.First = 0;
        run.Count = EntryWalk.Bits(WordsOf(row) + (first >> 6), ((end + 63) >> 6) - (first >> 6), run.Narrow);
        *cursor = start + run.Count;
        Prefetch.Lines(Values + (long)cursor[ahead] * size, (int)(_density * (end - first)) * size / 64 + 2);
        Prefetch.Line(WordsOf(row + ahead) + (first >> 6));
        run.Values = (float*)Values + start;
        if (Element == ElementType.Float32)
            return;
        StoredValues.Decode(Element, Values + (long)start * size, run.Count, _scales == null ? 0 : _scales[row], scratch.Values);
        run.Values = scratch.Values;
    }

    private static LayoutPart[] Check(ElementType element, int rows, int columns, PartList parts)
    {
        StoredValues.RequireElement(LayoutName, element, Elements);
        var wordsPerRow = (columns + 63) / 64;
        var bitmap = parts.Find("bitmap", PartType.UInt64, (long)rows * wordsPerRow);
        var offsets = parts.Find("offsets", PartType.Int32, rows + 1L);
        var values = parts.Find("values", StoredValues.PartOf(element));
        parts.RequireOffsets(offsets, values.Count - StoredValues.Slack, columns);
        var words = (ulong*)bitmap.Pointer;
        var bounds = (int*)offsets.Pointer;
        for (var row = 0; row < rows; row++, words += wordsPerRow)
        {
            var count = 0;
            for (var w = 0; w < wordsPerRow; w++)
                count += BitOperations.PopCount(words[w]);
            if (count != bounds[row + 1] - bounds[row])
                throw new ArgumentException($"{LayoutName}: row {row} has {count} bits set, its offsets hold {bounds[row + 1] - bounds[row]} values");
            if ((columns & 63) != 0 && words[wordsPerRow - 1] >> (columns & 63) != 0)
                throw new ArgumentException($"{LayoutName}: row {row} has bits beyond its {columns} columns");
        }
        return element == ElementType.Int8 ? [bitmap, offsets, values, parts.Find("scales", PartType.Float32, rows)] : [bitmap, offsets, values];
    }
}
