using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Sparseland.Tensors;

/// <summary>
/// The memory behind tensors: a 64-bit length and a pointer that never moves. It is a pinned array of the garbage collector (nobody disposes it),
/// or memory that another object owns, such as a mapped file.
/// </summary>
/// <typeparam name="T">The element.</typeparam>
public sealed unsafe class TensorStorage<T> where T : unmanaged
{
    /// <summary>The alignment of every own allocation, in bytes: a cache line, and the widest vector.</summary>
    public const int Alignment = 64;

    private readonly T[]? _array;
    private readonly int _first;
    private readonly object? _owner;
    internal int Lease;

    /// <summary>Allocates elements, zeroed or not.</summary>
    /// <param name="length">How many elements; the array behind it is limited to about 2^31.</param>
    /// <param name="zeroed">False leaves the memory as it is.</param>
    public TensorStorage(long length, bool zeroed = true)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        var padding = Alignment / sizeof(T);
        var total = checked((int)(length + padding));
        _array = zeroed ? GC.AllocateArray<T>(total, pinned: true) : GC.AllocateUninitializedArray<T>(total, pinned: true);
        var address = (nuint)Unsafe.AsPointer(ref _array[0]);
        _first = (int)((((address + Alignment - 1) & ~(nuint)(Alignment - 1)) - address) / (nuint)sizeof(T));
        Pointer = (T*)Unsafe.AsPointer(ref _array[_first]);
        Length = length;
        Debug.Assert((nuint)Pointer % Alignment == 0, "a tensor's memory starts on a cache line");
    }

    /// <summary>Wraps memory that another object keeps alive.</summary>
    /// <param name="pointer">The first element.</param>
    /// <param name="length">How many elements may be read.</param>
    /// <param name="owner">What must stay alive as long as the memory is used.</param>
    public TensorStorage(T* pointer, long length, object owner)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Pointer = pointer;
        Length = length;
        _owner = owner;
    }

    /// <summary>The first element. Whoever uses it keeps this object alive until he is done (<see cref="GC.KeepAlive"/>).</summary>
    public T* Pointer { get; }

    /// <summary>How many elements there are.</summary>
    public long Length { get; }

    /// <summary>What owns the memory, when it is not this object.</summary>
    public object? Owner => _owner;

    /// <summary>A part as a span; for own memory the span itself keeps it alive.</summary>
    public Span<T> Slice(long start, int count)
    {
        if (start < 0 || count < 0 || start + count > Length)
            throw new ArgumentOutOfRangeException(nameof(start), $"elements {start} to {start + count} of {Length}");
        return _array is null ? new Span<T>(Pointer + start, count) : _array.AsSpan(_first + (int)start, count);
    }
}
