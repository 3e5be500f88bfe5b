using Sparseland.Errors;
using Sparseland.Kernels;
using Sparseland.Masks;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Layouts;

/// <summary>
/// A dense weight matrix in one of the storage types, each with products of its own: these are the rivals that every sparse result is shown beside.
/// The memory may belong to someone else, such as a mapped file. Products of one vector and of a batch may sum in different orders and agree to rounding;
/// 8-bit and smaller types also round the vector to 8 bits (see <see cref="QuantizedInput"/>), which a batch does not.
/// </summary>
public abstract unsafe class DenseMatrix : MatrixLayout
{
    // Rows widened at a time: enough for the product to amortise packing the batch, which each part does anew.
    private const int PanelBytes = 1 << 20;

    private readonly byte* _data;

    private protected DenseMatrix(int rows, int columns, ElementType element, TensorStorage<byte> storage, long rowBytes, long byteCount) : base(rows, columns)
    {
        if (storage.Length < byteCount)
            throw new MismatchException($"a {rows} x {columns} matrix of {element} takes {byteCount} bytes; {storage.Length} were given");
        Element = element;
        Storage = storage;
        RowBytes = rowBytes;
        ByteCount = byteCount;
        _data = storage.Pointer;
    }

    /// <inheritdoc/>
    public override string Name => "dense";

    /// <inheritdoc/>
    public override ElementType Element { get; }

    /// <inheritdoc/>
    public override long ByteCount { get; }

    /// <inheritdoc/>
    public override long KeptCount => (long)Rows * Columns;

    /// <summary>The memory it lies in, row after row.</summary>
    public TensorStorage<byte> Storage { get; }

    /// <summary>Bytes from one row to the next.</summary>
    public long RowBytes { get; }

    /// <summary>Rounds a float32 matrix to a storage type.</summary>
    /// <param name="source">The values; finite, also after rounding.</param>
    /// <param name="element">The storage type.</param>
    /// <param name="groupSize">Columns that share a scale, for <see cref="ElementType.Int8"/> only: a multiple of 32, or 0 for one scale per row.</param>
    /// <exception cref="NumericalException">A value is NaN or infinite, or becomes infinite in the type.</exception>
    /// <exception cref="MismatchException">The columns are no multiple of the type's block.</exception>
    public static DenseMatrix FromFloat32(MatrixView<float> source, ElementType element, int groupSize = 0)
    {
        var (rows, columns) = (source.Rows, source.Columns);
        var format = DenseFormat.Of(element, columns, groupSize);
        var storage = new TensorStorage<byte>(format.ByteCount(rows));
        var parts = new RowParts(rows, columns * 4L);
        var failedRows = new int[parts.Count];
        WorkerPool.Run(parts.Count, new QuantizeWork(format, source, storage.Pointer, parts, failedRows));
        source.KeepAlive();
        if (failedRows.FirstOrDefault(row => row > 0) is var failed and > 0)
            throw new NumericalException($"row {failed - 1} of a {rows} x {columns} matrix has a value that is NaN, infinite, or too large for {element}");
        return format.Wrap(rows, storage);
    }

    /// <summary>Wraps memory that holds a matrix in a storage type, row after row without gaps, without copying it.</summary>
    /// <param name="element">The storage type; its drawing is at the class that implements it.</param>
    /// <param name="rows">Outputs.</param>
    /// <param name="columns">Inputs.</param>
    /// <param name="storage">The bytes; values must be finite.</param>
    /// <param name="groupSize">Columns that share a scale, for <see cref="ElementType.Int8"/> only.</param>
    /// <exception cref="MismatchException">There are fewer bytes than the matrix takes, or the columns are no multiple of the type's block.</exception>
    public static DenseMatrix FromStorage(ElementType element, int rows, int columns, TensorStorage<byte> storage, int groupSize = 0)
    {
        ArgumentNullException.ThrowIfNull(storage);
        return DenseFormat.Of(element, columns, groupSize).Wrap(rows, storage);
    }

    /// <summary>Wraps mapped memory; see the other overload.</summary>
    /// <param name="element">The storage type.</param>
    /// <param name="rows">Outputs.</param>
    /// <param name="columns">Inputs.</param>
    /// <param name="data">The first byte.</param>
    /// <param name="length">How many bytes may be read.</param>
    /// <param name="owner">What keeps them alive.</param>
    public static DenseMatrix FromStorage(ElementType element, int rows, int columns, byte* data, long length, object owner) =>
        FromStorage(element, rows, columns, new TensorStorage<byte>(data, length, owner));

    /// <summary>Bytes that a matrix of a storage type takes.</summary>
    /// <exception cref="MismatchException">The columns are no multiple of the type's block.</exception>
    public static long BytesFor(ElementType element, int rows, int columns, int groupSize = 0) => DenseFormat.Of(element, columns, groupSize).ByteCount(rows);

    /// <inheritdoc/>
    public sealed override void Multiply(ReadOnlySpan<float> x, Span<float> y)
    {
        if (x.Length != Columns || y.Length != Rows)
            throw new ArgumentException($"a product of {Rows} x {Columns} and {x.Length} values into {y.Length}");
        if (Rows > 0)
            MultiplyVector(x, y);
        GC.KeepAlive(Storage);
    }

    /// <inheritdoc/>
    public override void MultiplyBatch(MatrixView<float> x, MatrixView<float> y)
    {
        CheckBatch(x, y, Columns, Rows);
        if (x.Rows == 0 || Rows == 0)
            return;
        if (x.Rows == 1)
        {
            Multiply(x.Row(0), y.Row(0));
            return;
        }
        var panel = PanelRows;
        WorkerPool.Run((Rows + panel - 1) / panel, new BatchWork(this, x, y, panel));
        x.KeepAlive();
        y.KeepAlive();
        GC.KeepAlive(Storage);
    }

    /// <inheritdoc/>
    public override void MultiplyTransposed(MatrixView<float> x, MatrixView<float> y)
    {
        CheckBatch(x, y, Rows, Columns);
        var panel = PanelRows;
        var widened = Scratch.Get<float>(Scratch.Widened, (long)panel * Columns);
        if (Rows == 0)
            for (var i = 0; i < y.Rows; i++)
                y.Row(i).Clear();
        for (var row = 0; row < Rows; row += panel)
        {
            var count = Math.Min(panel, Rows - row);
            Widen(row, count, widened, Columns);
            Gemm.Multiply(x.Slice(0, x.Rows, row, count), false, new MatrixView<float>(widened, count, Columns, Columns, null), false, y, accumulate: row > 0);
        }
        GC.KeepAlive(Storage);
    }

    /// <inheritdoc/>
    public override void ToDense(MatrixView<float> destination)
    {
        if (destination.Rows != Rows || destination.Columns != Columns)
            throw new ArgumentException($"a {Rows} x {Columns} matrix into {destination.Rows} x {destination.Columns}");
        Widen(0, Rows, destination.Pointer, (nint)destination.RowStride);
        destination.KeepAlive();
        GC.KeepAlive(Storage);
    }

    /// <inheritdoc/>
    public override Mask ToMask() => Mask.Full(Rows, Columns);

    /// <inheritdoc/>
    public override void CopyRow(int row, Span<float> destination)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Rows, nameof(row));
        if (destination.Length != Columns)
            throw new ArgumentException($"a row of {Columns} values into {destination.Length}");
        fixed (float* target = destination)
            WidenRow(row, target);
        GC.KeepAlive(Storage);
    }

    /// <summary>y = W x after the checks; there is at least one row.</summary>
    private protected abstract void MultiplyVector(ReadOnlySpan<float> x, Span<float> y);

    /// <summary>Writes a row in float32.</summary>
    internal abstract void WidenRow(int row, float* destination);

    /// <summary>A row's first byte.</summary>
    private protected byte* RowPointer(int row) => _data + row * RowBytes;

    private protected static void CheckBatch(MatrixView<float> x, MatrixView<float> y, int from, int to)
    {
        if (x.Columns != from || y.Columns != to || x.Rows != y.Rows)
            throw new ArgumentException($"a batch of {x.Rows} x {x.Columns} through a matrix of {from} inputs and {to} outputs into {y.Rows} x {y.Columns}");
    }

    private void Widen(int first, int count, float* destination, nint stride)
    {
        var parts = new RowParts(count, Columns * 4L);
        WorkerPool.Run(parts.Count, new WidenWork(this, first, destination, stride, parts));
    }

    private int PanelRows => Math.Clamp(PanelBytes / (sizeof(float) * Math.Max(Columns, 1)) / 12 * 12, 12, 384);

    // Records the first failed row of a part plus one.
    private readonly struct QuantizeWork(DenseFormat format, MatrixView<float> source, byte* destination, RowParts parts, int[] failedRows) : IParallelWork
    {
        public void Run(int part)
        {
            for (var row = parts.Start(part); row < parts.End(part); row++)
            {
                if (format.Quantize(source.Row(row), destination + row * format.RowBytes))
                    continue;
                failedRows[part] = row + 1;
                return;
            }
        }
    }

    private readonly struct WidenWork(DenseMatrix matrix, int first, float* destination, nint stride, RowParts parts) : IParallelWork
    {
        public void Run(int part)
        {
            for (var row = parts.Start(part); row < parts.End(part); row++)
                matrix.WidenRow(first + row, destination + row * stride);
        }
    }

    private readonly struct BatchWork(DenseMatrix matrix, MatrixView<float> x, MatrixView<float> y, int panel) : IParallelWork
    {
        public void Run(int part)
        {
            var row = part * panel;
            var count = Math.Min(panel, matrix.Rows - row);
            var widened = Scratch.Get<float>(Scratch.Widened, (long)count * matrix.Columns);
            for (var i = 0; i < count; i++)
                matrix.WidenRow(row + i, widened + (nint)i * matrix.Columns);
            Gemm.Multiply(x, false, new MatrixView<float>(widened, count, matrix.Columns, matrix.Columns, null), true, y.Slice(0, y.Rows, row, count));
        }
    }
}
