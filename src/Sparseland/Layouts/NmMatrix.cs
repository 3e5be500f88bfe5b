using System.Globalization;
using System.Numerics;
using Sparseland.Errors;
using Sparseland.Kernels;
using Sparseland.Masks;
using Sparseland.Tensors;

namespace Sparseland.Layouts;

/// <summary>
/// N kept of every M neighbouring columns (2:4, 4:8, 1:4, 2:8 with kernels of their own, any N of M up to 32 otherwise): the place of a value says its group,
/// so an index of ceil(log2 M) bits within the group is all that is stored. Exactly N are kept in every group, and M divides the columns.
/// <code>
/// 2:4   0 5 0 8   7 0 0 2      selectors  1 3 0 3  (2 bits each, lowest first)
///                              values     5 8 7 2
/// </code>
/// Parts: selectors (uint8 [rows x stride x bits / 8 + 16]), values ([rows x stride + 16]), scales (float32 [rows], int8 only); stride = the row's kept values
/// rounded up to 8, the rest of a row and the last 16 zero.
/// </summary>
public sealed unsafe partial class NmMatrix : SparseMatrix
{
    private const int SelectorSlack = 16;
    private static readonly ElementType[] Elements = [ElementType.Float32, ElementType.BFloat16, ElementType.Int8];

    private readonly byte* _selectors;
    private readonly byte* _values;
    private readonly float* _scales;
    private readonly int _keptPerRow;
    private readonly int _bits;

    /// <summary>Rebuilds the matrix over its parts.</summary>
    /// <param name="keep">N, how many of a group are kept.</param>
    /// <param name="group">M, the columns of a group, 2 to 32.</param>
    /// <param name="element">Float32, BFloat16 or Int8.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns; a multiple of the group.</param>
    /// <param name="parts">selectors, values, and scales for int8.</param>
    /// <exception cref="ArgumentException">A part is missing or does not fit; the message says which and how.</exception>
    public NmMatrix(int keep, int group, ElementType element, int rows, int columns, IReadOnlyList<LayoutPart> parts)
        : this(new Geometry(keep, group, columns), element, rows, columns, Check(new Geometry(keep, group, columns), element, rows, columns, parts))
    {
    }

    private NmMatrix(Geometry geometry, ElementType element, int rows, int columns, LayoutPart[] parts) : base(rows, columns, element, parts)
    {
        Keep = geometry.Keep;
        Group = geometry.Group;
        _keptPerRow = geometry.KeptPerRow;
        Stride = geometry.Stride;
        _bits = geometry.Bits;
        _selectors = parts[0].Pointer;
        _values = parts[1].Pointer;
        _scales = parts.Length > 2 ? (float*)parts[2].Pointer : null;
        Split = RowSplit.Even(rows, ByteCount);
        Kernel = RowKernels.Choose(this);
    }

    /// <summary>N: how many of a group are kept.</summary>
    public int Keep { get; }

    /// <summary>M: the columns of a group.</summary>
    public int Group { get; }

    /// <inheritdoc/>
    public override string Name => string.Create(CultureInfo.InvariantCulture, $"{Keep}:{Group}");

    /// <inheritdoc/>
    public override long KeptCount => (long)Rows * _keptPerRow;

    internal override ReadOnlySpan<float> Scales => _scales == null ? default : new ReadOnlySpan<float>(_scales, Rows);

    /// <summary>Stores what the mask keeps.</summary>
    /// <param name="values">The matrix.</param>
    /// <param name="mask">What is kept: exactly <paramref name="keep"/> of each group.</param>
    /// <param name="keep">N.</param>
    /// <param name="group">M.</param>
    /// <param name="element">Float32, BFloat16 or Int8.</param>
    /// <exception cref="MismatchException">A group keeps another number.</exception>
    /// <exception cref="NumericalException">A kept value is NaN or infinite, or becomes infinite in the value type; the message has its row and column.</exception>
    public static NmMatrix FromDense(MatrixView<float> values, Mask mask, int keep, int group, ElementType element) =>
        FromDense(values, mask, keep, group, element, default);

    internal static NmMatrix FromDense(MatrixView<float> values, Mask mask, int keep, int group, ElementType element, ReadOnlySpan<float> scales)
    {
        CheckSource(element, values, mask);
        var geometry = new Geometry(keep, group, mask.Columns);
        StoredValues.RequireElement($"{keep}:{group}", element, Elements);
        var selectors = LayoutPart.Allocate("selectors", PartType.UInt8, geometry.SelectorCount(mask.Rows));
        var stored = LayoutPart.Allocate("values", StoredValues.PartOf(element), geometry.ValueCount(mask.Rows));
        var scalePart = LayoutPart.Allocate("scales", PartType.Float32, element == ElementType.Int8 ? mask.Rows : 0);
        var buffer = new float[mask.Columns];
        for (var row = 0; row < mask.Rows; row++)
        {
            var words = mask.Row(row);
            WriteSelectors(words, geometry, row, selectors.Pointer + (long)row * geometry.SelectorStride);
            var kept = buffer.AsSpan(0, Gather(values.Row(row), words, buffer));
            var scale = 0f;
            if (element == ElementType.Int8)
                ((float*)scalePart.Pointer)[row] = scale = scales.Length > 0 ? scales[row] : StoredValues.ScaleOf(kept);
            StoredValues.Encode(element, kept, scale, stored.Pointer + (long)row * geometry.Stride * StoredValues.SizeOf(element));
        }
        values.KeepAlive();
        return new NmMatrix(geometry, element, mask.Rows, mask.Columns, element == ElementType.Int8 ? [selectors, stored, scalePart] : [selectors, stored]);
    }

    /// <summary>Values from row to row: the kept ones rounded up to 8.</summary>
    internal int Stride { get; }

    /// <summary>The selectors of a row.</summary>
    internal byte* SelectorsOf(int row) => _selectors + (long)row * (Stride / 8 * _bits);

    /// <summary>The values of a row.</summary>
    internal byte* ValuesOf(int row) => _values + (long)row * Stride * StoredValues.SizeOf(Element);

    /// <summary>Multiplies the sums of int8 rows by their scales.</summary>
    internal void Scale(int first, int end, float* sums)
    {
        if (_scales == null)
            return;
        for (var row = first; row < end; row++)
            sums[row] *= _scales[row];
    }

    // Selectors are decoded one by one: at half the weights, walking once per panel of 64 loses to expanding the rows once. Sparser rows have few entries to decode.
    internal override int ExpandingBatch => 2 * Keep >= Group ? 128 : int.MaxValue;

    internal override int Seek(int row, int column) => column % Group == 0 ? column / Group * Keep : SeekWithin(row, column);

    internal override int Walk(int row, int first, int end, ref int cursor, int* columns, float* values)
    {
        var selectors = SelectorsOf(row);
        var position = cursor;
        var count = 0;
        // Which of its group the entry is, and where the group starts, counted along: a division per entry would cost more than all the rest.
        var (start, within) = (position / Keep * Group - first, position % Keep);
        for (; position < _keptPerRow; position++, count++)
        {
            var column = start + Selector(selectors, position, _bits);
            if (column >= end - first)
                break;
            columns[count] = column;
            if (++within == Keep)
                (start, within) = (start + Group, 0);
        }
        var size = StoredValues.SizeOf(Element);
        StoredValues.Decode(Element, _values + ((long)row * Stride + cursor) * size, count, _scales == null ? 0 : _scales[row], values);
        cursor = position;
        return count;
    }

    // A column inside a group (M does not divide 64): skip the group's entries before it.
    private int SeekWithin(int row, int column)
    {
        var selectors = SelectorsOf(row);
        var position = column / Group * Keep;
        while (position < _keptPerRow && position / Keep * Group + Selector(selectors, position, _bits) < column)
            position++;
        return position;
    }

    private static int Selector(byte* selectors, int position, int bits)
    {
        var bit = (long)position * bits;
        // Two bytes always cover the at most five bits; the slack covers the last read.
        var window = selectors[bit >> 3] | selectors[(bit >> 3) + 1] << 8;
        return window >> (int)(bit & 7) & ((1 << bits) - 1);
    }

    private static void WriteSelectors(ReadOnlySpan<ulong> words, Geometry geometry, int row, byte* destination)
    {
        var position = 0;
        for (var start = 0; start < geometry.Columns; start += geometry.Group)
        {
            var kept = 0;
            for (var i = 0; i < geometry.Group; i++)
            {
                var column = start + i;
                if ((words[column >> 6] >> (column & 63) & 1) == 0)
                    continue;
                kept++;
                if (kept > geometry.Keep)
                    continue;
                var bit = position++ * geometry.Bits;
                var window = i << (bit & 7);
                destination[bit >> 3] |= (byte)window;
                if (window > 255)
                    destination[(bit >> 3) + 1] |= (byte)(window >> 8);
            }
            if (kept != geometry.Keep)
                throw new MismatchException(
                    $"the layout {geometry.Keep}:{geometry.Group} keeps exactly {geometry.Keep} of each {geometry.Group}; row {row} keeps {kept} at columns {start} to {start + geometry.Group - 1}");
        }
    }

    private static LayoutPart[] Check(Geometry geometry, ElementType element, int rows, int columns, IReadOnlyList<LayoutPart> list)
    {
        var name = $"{geometry.Keep}:{geometry.Group}";
        var parts = new PartList(name, list);
        StoredValues.RequireElement(name, element, Elements);
        var selectors = parts.Find("selectors", PartType.UInt8, geometry.SelectorCount(rows));
        var values = parts.Find("values", StoredValues.PartOf(element), geometry.ValueCount(rows));
        for (var row = 0; row < rows; row++)
        {
            var source = selectors.Pointer + (long)row * geometry.SelectorStride;
            var previous = -1;
            for (var i = 0; i < geometry.Stride; i++)
            {
                var selector = Selector(source, i, geometry.Bits);
                if (i % geometry.Keep == 0 || i >= geometry.KeptPerRow)
                    previous = -1;
                if (selector >= geometry.Group || selector <= previous || (i >= geometry.KeptPerRow && selector != 0))
                    throw new ArgumentException($"{name}: row {row} has selector {selector} after {previous}; they ascend within a group of {geometry.Group}");
                previous = selector;
            }
        }
        return element == ElementType.Int8 ? [selectors, values, parts.Find("scales", PartType.Float32, rows)] : [selectors, values];
    }

    // The sizes that follow from N, M and the columns.
    private readonly struct Geometry
    {
        public Geometry(int keep, int group, int columns)
        {
            if (group is < 2 or > 32 || keep < 1 || keep > group)
                throw new InvalidSettingException($"the layout {keep}:{group} does not exist: keep N of M with M from 2 to 32 and N from 1 to M");
            if (columns % group != 0)
                throw new MismatchException($"the layout {keep}:{group} needs columns in groups of {group}, and the matrix has {columns}");
            Keep = keep;
            Group = group;
            Columns = columns;
            KeptPerRow = columns / group * keep;
            Stride = (KeptPerRow + 7) & ~7;
            Bits = BitOperations.Log2((uint)group - 1) + 1;
        }

        public readonly int Keep;
        public readonly int Group;
        public readonly int Columns;
        public readonly int KeptPerRow;
        public readonly int Stride;
        public readonly int Bits;

        public int SelectorStride => Stride / 8 * Bits;

        public long SelectorCount(int rows) => (long)rows * SelectorStride + SelectorSlack;

        public long ValueCount(int rows) => (long)rows * Stride + StoredValues.Slack;
    }
}
