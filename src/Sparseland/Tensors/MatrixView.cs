using System.Runtime.CompilerServices;

namespace Sparseland.Tensors;

/// <summary>
/// A matrix inside memory that something else owns: rows of consecutive elements at a fixed distance. Kernels take views; a transpose is a flag of the product.
/// </summary>
/// <typeparam name="T">The element.</typeparam>
/// <param name="pointer">Element (0, 0).</param>
/// <param name="rows">How many rows.</param>
/// <param name="columns">How many columns; neighbours in memory.</param>
/// <param name="rowStride">Elements from one row's start to the next; at least <paramref name="columns"/>.</param>
/// <param name="owner">What keeps the memory alive.</param>
public readonly unsafe struct MatrixView<T>(T* pointer, int rows, int columns, long rowStride, object? owner) where T : unmanaged
{
    /// <summary>Element (0, 0).</summary>
    public readonly T* Pointer = pointer;

    /// <summary>How many rows.</summary>
    public readonly int Rows = rows;

    /// <summary>How many columns.</summary>
    public readonly int Columns = columns;

    /// <summary>Elements from one row's start to the next.</summary>
    public readonly long RowStride = rowStride;

    private readonly object? _owner = owner;

    /// <summary>One row.</summary>
    public Span<T> Row(int row)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Rows, nameof(row));
        return new Span<T>(Pointer + row * RowStride, Columns);
    }

    /// <summary>One element.</summary>
    public ref T this[int row, int column]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref Pointer[row * RowStride + column];
    }

    /// <summary>Part of the matrix, sharing memory.</summary>
    public MatrixView<T> Slice(int row, int rowCount, int column, int columnCount)
    {
        if (row < 0 || rowCount < 0 || row + rowCount > Rows || column < 0 || columnCount < 0 || column + columnCount > Columns)
            throw new ArgumentOutOfRangeException(nameof(row), $"rows {row}+{rowCount}, columns {column}+{columnCount} of a {Rows} x {Columns} matrix");
        return new(Pointer + row * RowStride + column, rowCount, columnCount, RowStride, _owner);
    }

    /// <summary>Some consecutive rows, sharing memory.</summary>
    public MatrixView<T> SliceRows(int row, int count) => Slice(row, count, 0, Columns);

    /// <summary>Keeps the memory alive up to this call: a kernel ends with it.</summary>
    public void KeepAlive() => GC.KeepAlive(_owner);
}
