using System.Numerics;
using Sparseland.Coding;
using Sparseland.Errors;
using Sparseland.Kernels;
using Sparseland.Masks;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Layouts;

/// <summary>
/// W = S D: a dense dictionary D of k atoms [k, columns] and codes S [rows, k] with exactly s values in each row, so every output is a sum of s atoms of its own choice.
/// <code>
/// D  1 0 2     S  . 3 1     W = S D   0 -1 6      atoms  0b110, 0b011
///    0 1 2        2 -1 .              2 -1 2      values 3 1, 2 -1
///    0 -4 0
/// </code>
/// Parts: dictionary (float32 or bfloat16 [k x columns]), atoms (uint8 [rows x ceil(k / 8)], a bit for each atom of a row, lowest first; empty when s = k),
/// values (as the dictionary [rows x s + 16], by rising atom, the last 16 zero). k and s follow from the lengths. In memory the codes are a bitmap matrix over the same values, or compressed sparse rows where few of the atoms are used (<see cref="KernelCosts"/>).
/// With s = k every row uses every atom: W is of rank k, as a truncated singular value decomposition leaves it, and the codes are dense.
/// A product uses both factors, u = D x and then y = S u, and costs k · columns + s · rows multiplications; W itself is never made.
/// </summary>
public sealed unsafe class DictionaryMatrix : MatrixLayout, ILayoutParts
{
    /// <summary>The layout's name.</summary>
    public const string LayoutName = "dictionary";

    private readonly LayoutPart[] _parts;
    private readonly DenseMatrix _dictionary;
    private readonly MatrixLayout _codes;
    private readonly byte* _values;

    /// <summary>Rebuilds the matrix over its parts.</summary>
    /// <param name="element">Float32 or BFloat16.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="parts">dictionary, atoms, values.</param>
    /// <exception cref="ArgumentException">A part is missing or does not fit; the message says which and how.</exception>
    public DictionaryMatrix(ElementType element, int rows, int columns, IReadOnlyList<LayoutPart> parts) : base(rows, columns)
    {
        StoredValues.RequireElement(LayoutName, element, ElementType.Float32, ElementType.BFloat16);
        var list = new PartList(LayoutName, parts);
        var dictionary = list.Find("dictionary", StoredValues.PartOf(element));
        var atoms = list.Find("atoms", PartType.UInt8);
        var values = list.Find("values", StoredValues.PartOf(element));
        (Atoms, AtomsPerRow) = CheckExtents(rows, columns, dictionary.Count, values.Count - StoredValues.Slack);
        list.Require(atoms, rows * MaskBytes(Atoms, AtomsPerRow));
        Element = element;
        _parts = [dictionary, atoms, values];
        ByteCount = _parts.Sum(part => part.IsShared ? 0 : part.Bytes.Length);
        _dictionary = DenseMatrix.FromStorage(element, Atoms, columns, dictionary.Bytes);
        _values = values.Pointer;
        _codes = AtomsPerRow == Atoms
            ? DenseMatrix.FromStorage(element, rows, Atoms, values.Bytes)
            : SparseCodesOver(element, rows, atoms, values);
    }

    /// <inheritdoc/>
    public override string Name => LayoutName;

    /// <inheritdoc/>
    public override ElementType Element { get; }

    /// <summary>Bytes of the parts, as stored, without a dictionary that another matrix counts; in memory the codes' index comes to it once more, in the form that their kernel wants.</summary>
    public override long ByteCount { get; }

    /// <summary>All entries: none of W is removed, it is approximated.</summary>
    public override long KeptCount => (long)Rows * Columns;

    /// <inheritdoc/>
    public override bool HasMask => false;

    /// <summary>Atoms k of the dictionary.</summary>
    public int Atoms { get; }

    /// <summary>Atoms s that each row is a sum of.</summary>
    public int AtomsPerRow { get; }

    /// <inheritdoc/>
    public IReadOnlyList<LayoutPart> Parts => _parts;

    /// <summary>How the codes are multiplied, for descriptions.</summary>
    internal MatrixLayout Codes => _codes;

    /// <summary>Stores a dictionary and codes.</summary>
    /// <param name="dictionary">D [atoms, columns].</param>
    /// <param name="codes">S: a signal is a row.</param>
    /// <param name="element">Float32 or BFloat16.</param>
    /// <exception cref="NumericalException">A value is NaN or infinite, or becomes infinite in the value type.</exception>
    public static DictionaryMatrix Create(MatrixView<float> dictionary, SparseCodes codes, ElementType element)
    {
        ArgumentNullException.ThrowIfNull(codes);
        StoredValues.RequireElement(LayoutName, element, ElementType.Float32, ElementType.BFloat16);
        if (codes.Atoms != dictionary.Rows)
            throw new ArgumentException($"codes over {codes.Atoms} atoms for a dictionary of {dictionary.Rows}", nameof(codes));
        StoredValues.RequireFinite(element, dictionary, Mask.Full(dictionary.Rows, dictionary.Columns));
        var (rows, atoms, perRow) = (codes.Signals, codes.Atoms, codes.PerSignal);
        var stored = LayoutPart.Allocate("dictionary", StoredValues.PartOf(element), (long)atoms * dictionary.Columns);
        for (var atom = 0; atom < atoms; atom++)
            StoredValues.Encode(element, dictionary.Row(atom), 0, stored.Pointer + (long)atom * dictionary.Columns * StoredValues.SizeOf(element));
        dictionary.KeepAlive();
        var maskBytes = MaskBytes(atoms, perRow);
        var mask = LayoutPart.Allocate("atoms", PartType.UInt8, rows * maskBytes);
        for (var i = 0; maskBytes > 0 && i < codes.Indices.Length; i++)
            mask.Pointer[i / perRow * maskBytes + (codes.Indices[i] >> 3)] |= (byte)(1 << (codes.Indices[i] & 7));
        var numbers = Tensor<float>.Uninitialized(new Shape(rows, perRow));
        TensorPrimitives.ConvertTruncating<double, float>(codes.Values, numbers.Span);
        StoredValues.RequireFinite(element, numbers.Matrix, Mask.Full(rows, perRow));
        var values = LayoutPart.Allocate("values", StoredValues.PartOf(element), (long)rows * perRow + StoredValues.Slack);
        StoredValues.Encode(element, numbers.Span, 0, values.Pointer);
        return new DictionaryMatrix(element, rows, dictionary.Columns, [stored, mask, values]);
    }

    /// <summary>The bytes that a matrix takes.</summary>
    /// <param name="element">Float32 or BFloat16.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="atoms">k.</param>
    /// <param name="atomsPerRow">s.</param>
    public static long BytesFor(ElementType element, int rows, int columns, int atoms, int atomsPerRow) =>
        ((long)atoms * columns + (long)rows * atomsPerRow + StoredValues.Slack) * StoredValues.SizeOf(element) + rows * MaskBytes(atoms, atomsPerRow);

    /// <summary>The same factors in another value type.</summary>
    /// <param name="element">Float32 or BFloat16.</param>
    public DictionaryMatrix WithElement(ElementType element)
    {
        if (element == Element)
            return this;
        var dictionary = Tensor<float>.Uninitialized(new Shape(Atoms, Columns));
        _dictionary.ToDense(dictionary.Matrix);
        var codes = new SparseCodes(Rows, Atoms, AtomsPerRow);
        var scratch = RowScratch.Take(Atoms);
        for (var row = 0; row < Rows; row++)
        {
            EntriesOf(row, scratch);
            new ReadOnlySpan<int>(scratch.Columns, AtomsPerRow).CopyTo(codes.IndicesOf(row));
            TensorPrimitives.ConvertTruncating<float, double>(new ReadOnlySpan<float>(scratch.Values, AtomsPerRow), codes.ValuesOf(row));
        }
        GC.KeepAlive(this);
        return Create(dictionary.Matrix, codes, element);
    }

    /// <summary>Some of the rows over the same dictionary, which is not copied.</summary>
    /// <param name="first">The first row.</param>
    /// <param name="count">How many, at least one.</param>
    /// <param name="shared">Whether the dictionary counts elsewhere and not among the bytes of these rows.</param>
    public DictionaryMatrix TakeRows(int first, int count, bool shared)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Rows - first);
        var (maskBytes, size) = (MaskBytes(Atoms, AtomsPerRow), StoredValues.SizeOf(Element));
        var atoms = LayoutPart.Allocate("atoms", PartType.UInt8, count * maskBytes);
        Buffer.MemoryCopy(_parts[1].Pointer + first * maskBytes, atoms.Pointer, atoms.Bytes.Length, count * maskBytes);
        var values = LayoutPart.Allocate("values", _parts[2].Type, (long)count * AtomsPerRow + StoredValues.Slack);
        Buffer.MemoryCopy(_values + (long)first * AtomsPerRow * size, values.Pointer, values.Bytes.Length, (long)count * AtomsPerRow * size);
        GC.KeepAlive(this);
        return new DictionaryMatrix(Element, count, Columns, [new LayoutPart(_parts[0].Name, _parts[0].Type, _parts[0].Bytes) { IsShared = shared }, atoms, values]);
    }

    /// <inheritdoc/>
    public override void Multiply(ReadOnlySpan<float> x, Span<float> y)
    {
        if (x.Length != Columns || y.Length != Rows)
            throw new ArgumentException($"a product of {Rows} x {Columns} and {x.Length} values into {y.Length}");
        var between = new Span<float>(Scratch.Get<float>(Scratch.BetweenFactors, Atoms), Atoms);
        _dictionary.Multiply(x, between);
        _codes.Multiply(between, y);
    }

    /// <inheritdoc/>
    public override void MultiplyBatch(MatrixView<float> x, MatrixView<float> y)
    {
        CheckBatch(x, y, Columns, Rows);
        var between = Between(x.Rows);
        _dictionary.MultiplyBatch(x, between);
        _codes.MultiplyBatch(between, y);
    }

    /// <summary>Y = X W = (X S) D.</summary>
    /// <inheritdoc/>
    public override void MultiplyTransposed(MatrixView<float> x, MatrixView<float> y)
    {
        CheckBatch(x, y, Rows, Columns);
        var between = Between(x.Rows);
        _codes.MultiplyTransposed(x, between);
        _dictionary.MultiplyTransposed(between, y);
    }

    /// <inheritdoc/>
    public override void ToDense(MatrixView<float> destination)
    {
        if (destination.Rows != Rows || destination.Columns != Columns)
            throw new ArgumentException($"a {Rows} x {Columns} matrix into {destination.Rows} x {destination.Columns}");
        var dictionary = Tensor<float>.Uninitialized(new Shape(Atoms, Columns));
        _dictionary.ToDense(dictionary.Matrix);
        WorkerPool.Run((Rows + DenseWork.RowsPerPart - 1) / DenseWork.RowsPerPart, new DenseWork(this, dictionary.Matrix, destination));
        dictionary.Matrix.KeepAlive();
        destination.KeepAlive();
        GC.KeepAlive(this);
    }

    /// <summary>A full mask: see <see cref="KeptCount"/>.</summary>
    public override Mask ToMask() => Mask.Full(Rows, Columns);

    /// <inheritdoc/>
    public override void CopyRow(int row, Span<float> destination)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Rows, nameof(row));
        if (destination.Length != Columns)
            throw new ArgumentException($"a row of {Columns} values into {destination.Length}");
        var atom = new Span<float>(Scratch.Get<float>(Scratch.BetweenFactors, Columns), Columns);
        destination.Clear();
        var scratch = RowScratch.Take(Atoms);
        var count = EntriesOf(row, scratch);
        for (var i = 0; i < count; i++)
        {
            _dictionary.CopyRow(scratch.Columns[i], atom);
            TensorPrimitives.MultiplyAdd<float>(atom, scratch.Values[i], destination, destination);
        }
        GC.KeepAlive(this);
    }

    private static void CheckBatch(MatrixView<float> x, MatrixView<float> y, int from, int to)
    {
        if (x.Columns != from || y.Columns != to || x.Rows != y.Rows)
            throw new ArgumentException($"a batch of {x.Rows} x {x.Columns} through a matrix of {from} inputs and {to} outputs into {y.Rows} x {y.Columns}");
    }

    private MatrixView<float> Between(int batch) => new(Scratch.Get<float>(Scratch.BetweenFactors, (long)batch * Atoms), batch, Atoms, Atoms, null);

    // The atoms of a row, ascending, and their coefficients, in this thread's room.
    private int EntriesOf(int row, RowScratch scratch)
    {
        if (_codes is SparseMatrix sparse)
        {
            var cursor = sparse.Seek(row, 0);
            return sparse.Walk(row, 0, Atoms, ref cursor, scratch.Columns, scratch.Values);
        }
        StoredValues.Decode(Element, _values + (long)row * AtomsPerRow * StoredValues.SizeOf(Element), AtomsPerRow, 0, scratch.Values);
        for (var i = 0; i < AtomsPerRow; i++)
            scratch.Columns[i] = i;
        return AtomsPerRow;
    }

    // Of a row.
    private static long MaskBytes(int atoms, int atomsPerRow) => atomsPerRow == atoms ? 0 : (atoms + 7) / 8;

    private static (int Atoms, int AtomsPerRow) CheckExtents(int rows, int columns, long dictionary, long values)
    {
        if (rows == 0 || columns == 0)
            throw new ArgumentException($"{LayoutName}: {rows} x {columns} has nothing to store");
        if (dictionary == 0 || dictionary % columns != 0 || dictionary / columns > int.MaxValue / 2)
            throw new ArgumentException($"{LayoutName}: the part 'dictionary' has {dictionary} elements, which are no atoms of {columns}");
        if (values < 0 || values % rows != 0 || values > int.MaxValue / 2)
            throw new ArgumentException($"{LayoutName}: the part 'values' has {values + StoredValues.Slack} elements, which are not as many for each of {rows} rows and {StoredValues.Slack} more");
        if (values / rows > dictionary / columns)
            throw new ArgumentException($"{LayoutName}: {values / rows} values for each row, but only {dictionary / columns} atoms");
        return ((int)(dictionary / columns), (int)(values / rows));
    }

    // The index becomes what the faster kernel reads; the values stay where they are.
    private SparseMatrix SparseCodesOver(ElementType element, int rows, LayoutPart atoms, LayoutPart values)
    {
        RequireCounts(atoms, rows);
        var density = (double)AtomsPerRow / Atoms;
        double Cost(string layout) => KernelCosts.Find(layout, element, KernelOperation.Vector, cached: false).Of(density);
        var offsets = LayoutPart.Allocate("offsets", PartType.Int32, rows + 1L);
        for (var row = 0; row <= rows; row++)
            ((int*)offsets.Pointer)[row] = row * AtomsPerRow;
        return Cost(BitmapMatrix.LayoutName) <= Cost(CsrMatrix.LayoutName)
            ? new BitmapMatrix(element, rows, Atoms, [Widen(atoms, rows), offsets, values])
            : new CsrMatrix(element, rows, Atoms, [offsets, Number(atoms, rows), values]);
    }

    private void RequireCounts(LayoutPart mask, int rows)
    {
        var bytes = (int)MaskBytes(Atoms, AtomsPerRow);
        for (var row = 0; row < rows; row++)
        {
            var bits = mask.Pointer + (long)row * bytes;
            var count = 0;
            for (var i = 0; i < bytes; i++)
                count += BitOperations.PopCount(bits[i]);
            if ((Atoms & 7) != 0 && bits[bytes - 1] >> (Atoms & 7) != 0)
                throw new ArgumentException($"{LayoutName}: row {row} names atoms beyond its {Atoms}");
            if (count != AtomsPerRow)
                throw new ArgumentException($"{LayoutName}: row {row} names {count} atoms where {AtomsPerRow} are expected");
        }
    }

    // Bytes of bits to words of bits.
    private LayoutPart Widen(LayoutPart mask, int rows)
    {
        var (bytes, words) = (MaskBytes(Atoms, AtomsPerRow), (Atoms + 63) / 64);
        var bitmap = LayoutPart.Allocate("bitmap", PartType.UInt64, (long)rows * words);
        for (var row = 0; row < rows; row++)
            Buffer.MemoryCopy(mask.Pointer + row * bytes, bitmap.Pointer + (long)row * words * sizeof(ulong), bytes, bytes);
        return bitmap;
    }

    // Bits to column numbers.
    private LayoutPart Number(LayoutPart mask, int rows)
    {
        var columns = LayoutPart.Allocate("columns", Atoms <= 65536 ? PartType.UInt16 : PartType.Int32, (long)rows * AtomsPerRow);
        var bytes = (int)MaskBytes(Atoms, AtomsPerRow);
        var position = 0L;
        for (var i = 0L; i < (long)rows * bytes; i++)
            for (var bits = (uint)mask.Pointer[i]; bits != 0; bits &= bits - 1)
            {
                var atom = (int)(i % bytes) * 8 + BitOperations.TrailingZeroCount(bits);
                if (columns.Type == PartType.UInt16)
                    ((ushort*)columns.Pointer)[position++] = (ushort)atom;
                else
                    ((int*)columns.Pointer)[position++] = atom;
            }
        return columns;
    }

    // The same sums in the same order as CopyRow.
    private readonly struct DenseWork(DictionaryMatrix matrix, MatrixView<float> dictionary, MatrixView<float> destination) : IParallelWork
    {
        public const int RowsPerPart = 8;

        public void Run(int part)
        {
            for (var row = part * RowsPerPart; row < Math.Min(matrix.Rows, (part + 1) * RowsPerPart); row++)
            {
                var target = destination.Row(row);
                target.Clear();
                var scratch = RowScratch.Take(matrix.Atoms);
                var count = matrix.EntriesOf(row, scratch);
                for (var i = 0; i < count; i++)
                    TensorPrimitives.MultiplyAdd<float>(dictionary.Row(scratch.Columns[i]), scratch.Values[i], target, target);
            }
        }
    }
}
