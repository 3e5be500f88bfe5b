using System.Diagnostics;

namespace Sparseland.Tensors;

/// <summary>
/// A dense, contiguous, row-major array of numbers with a shape. Reshaping and slicing along the first dimension share memory.
/// An ordinary managed object: nobody disposes it. Reading from several threads is safe; writing is the caller's to order.
/// </summary>
/// <typeparam name="T">The element: float or double for arithmetic.</typeparam>
public sealed unsafe class Tensor<T> where T : unmanaged
{
    private readonly long _offset;
    private readonly int _lease;

    /// <summary>Allocates a tensor of zeros.</summary>
    public Tensor(Shape shape) : this(new TensorStorage<T>(shape.Length), 0, shape) { }

    /// <summary>Allocates a tensor and copies the values in.</summary>
    /// <exception cref="ArgumentException">The number of values is not the shape's.</exception>
    public Tensor(Shape shape, ReadOnlySpan<T> values) : this(new TensorStorage<T>(shape.Length, zeroed: false), 0, shape)
    {
        if (values.Length != shape.Length)
            throw new ArgumentException($"{values.Length} values for the shape {shape}", nameof(values));
        values.CopyTo(Span);
    }

    /// <summary>A tensor over part of a storage.</summary>
    /// <param name="storage">The memory.</param>
    /// <param name="offset">Its first element, counted in elements.</param>
    /// <param name="shape">The shape.</param>
    public Tensor(TensorStorage<T> storage, long offset, Shape shape)
    {
        ArgumentNullException.ThrowIfNull(storage);
        if (offset < 0 || offset + shape.Length > storage.Length)
            throw new ArgumentOutOfRangeException(nameof(offset), $"the shape {shape} at element {offset} needs more than the storage's {storage.Length}");
        Storage = storage;
        _offset = offset;
        _lease = storage.Lease;
        Shape = shape;
    }

    /// <summary>Allocates without clearing; every element must be written before it is read.</summary>
    public static Tensor<T> Uninitialized(Shape shape) => new(new TensorStorage<T>(shape.Length, zeroed: false), 0, shape);

    /// <summary>The extents.</summary>
    public Shape Shape { get; }

    /// <summary>How many elements there are.</summary>
    public long Length => Shape.Length;

    /// <summary>The memory this tensor lies in.</summary>
    public TensorStorage<T> Storage { get; }

    /// <summary>The first element's address. Keep the tensor alive while it is used.</summary>
    public T* Pointer
    {
        get
        {
            AssertLease();
            return Storage.Pointer + _offset;
        }
    }

    /// <summary>All elements in row-major order.</summary>
    /// <exception cref="OverflowException">The tensor has more elements than a span can hold.</exception>
    public Span<T> Span
    {
        get
        {
            AssertLease();
            return Storage.Slice(_offset, checked((int)Length));
        }
    }

    /// <summary>The tensor as rows of its last dimension.</summary>
    public MatrixView<T> Matrix => new(Pointer, Shape.Rows, Shape.Columns, Shape.Columns, Storage);

    /// <summary>The same elements under another shape.</summary>
    /// <exception cref="ArgumentException">The number of elements differs.</exception>
    public Tensor<T> Reshape(Shape shape)
    {
        if (shape.Length != Length)
            throw new ArgumentException($"the shape {Shape} cannot become {shape}: {Length} elements against {shape.Length}", nameof(shape));
        AssertLease();
        return new(Storage, _offset, shape);
    }

    /// <summary>Some consecutive entries of the first dimension, sharing memory.</summary>
    public Tensor<T> Slice(int start, int count)
    {
        var extents = Shape.ToArray();
        if (Shape.Rank == 0 || start < 0 || count < 0 || start + count > extents[0])
            throw new ArgumentOutOfRangeException(nameof(start), $"entries {start} to {start + count} of the shape {Shape}");
        var stride = extents[0] == 0 ? 0 : Length / extents[0];
        extents[0] = count;
        return new(Storage, _offset + start * stride, new Shape(extents));
    }

    /// <summary>A copy in memory of its own.</summary>
    public Tensor<T> Copy()
    {
        var copy = Uninitialized(Shape);
        Span.CopyTo(copy.Span);
        return copy;
    }

    /// <summary>The element type and the shape.</summary>
    public override string ToString() => $"{typeof(T).Name}{Shape}";

    // A step's buffers are reused; in debug builds a tensor kept beyond its step is caught here.
    [Conditional("DEBUG")]
    private void AssertLease()
    {
        if (_lease != Storage.Lease)
            throw new InvalidOperationException($"the tensor {this} belongs to a step that has ended: copy what shall outlive it");
    }
}
