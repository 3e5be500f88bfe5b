using Sparseland.Layouts;
using Sparseland.Tensors;

namespace Sparseland.Language.Models;

/// <summary>
/// The keys and values of the tokens seen so far, of every block. Memory comes in pages of 256 positions that hold all blocks:
/// page = [block][keys, values][head][256 positions][head width]. Forks share full pages and copy one only when it is written.
/// Not thread-safe; forks may be used on different threads.
/// </summary>
public sealed unsafe class KeyValueCache
{
    /// <summary>Positions in a page.</summary>
    public const int PageLength = 256;

    private readonly TransformerConfiguration _configuration;
    private readonly nint[] _pointers;
    private readonly TensorStorage<byte>?[] _pages;
    private readonly bool[] _shared;
    private readonly int _elementBytes;
    private readonly long[] _blockStarts;

    /// <summary>An empty cache.</summary>
    /// <param name="configuration">The model.</param>
    /// <param name="capacity">The most positions it will hold.</param>
    /// <param name="element">Float32, or BFloat16 for half the memory and an error of 2^-9 relative in keys and values.</param>
    /// <exception cref="ArgumentException">Another element type.</exception>
    public KeyValueCache(TransformerConfiguration configuration, int capacity, ElementType element = ElementType.Float32)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        if (element is not (ElementType.Float32 or ElementType.BFloat16))
            throw new ArgumentException($"a cache holds Float32 or BFloat16, not {element}", nameof(element));
        _configuration = configuration;
        Capacity = capacity;
        Element = element;
        _elementBytes = element == ElementType.Float32 ? sizeof(float) : sizeof(ushort);
        _blockStarts = BlockStarts(configuration);
        var pages = (capacity + PageLength - 1) / PageLength;
        _pointers = GC.AllocateArray<nint>(pages, pinned: true);
        _pages = new TensorStorage<byte>?[pages];
        _shared = new bool[pages];
    }

    /// <summary>The most positions it can hold.</summary>
    public int Capacity { get; }

    /// <summary>How keys and values are stored.</summary>
    public ElementType Element { get; }

    /// <summary>Positions that are filled.</summary>
    public int Length { get; private set; }

    /// <summary>Bytes of the pages in use, shared ones included.</summary>
    public long ByteCount => _pages.Sum(page => page?.Length ?? 0);

    /// <summary>Bytes a cache of some positions takes.</summary>
    public static long BytesFor(TransformerConfiguration configuration, int positions, ElementType element = ElementType.Float32)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return (positions + PageLength - 1L) / PageLength * PageElements(configuration) * (element == ElementType.Float32 ? sizeof(float) : sizeof(ushort));
    }

    /// <summary>Forgets the positions from a length on, so that generation can go back.</summary>
    public void Truncate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length);
        Length = length;
    }

    /// <summary>A second cache with the same content that goes its own way. Copies at most one page.</summary>
    public KeyValueCache Fork()
    {
        var fork = new KeyValueCache(_configuration, Capacity, Element) { Length = Length };
        for (var page = 0; page * PageLength < Length; page++)
        {
            _shared[page] = fork._shared[page] = true;
            fork._pages[page] = _pages[page];
            fork._pointers[page] = _pointers[page];
        }
        return fork;
    }

    /// <summary>Allocates the pages for positions up to a length, and copies those that a fork shares, so that writing there allocates nothing.</summary>
    /// <exception cref="InvalidOperationException">More than the capacity.</exception>
    public void Reserve(int length)
    {
        if (length > Capacity)
            throw new InvalidOperationException($"{length} positions in a cache of {Capacity}");
        for (var page = Length / PageLength; page * PageLength < length; page++)
        {
            if (_pages[page] is { } existing && !_shared[page])
                continue;
            var storage = new TensorStorage<byte>(checked(PageElements(_configuration) * _elementBytes), zeroed: false);
            if (_pages[page] is { } old && page * PageLength < Length)
                Buffer.MemoryCopy(old.Pointer, storage.Pointer, storage.Length, old.Length);
            GC.KeepAlive(_pages[page]);
            _pages[page] = storage;
            _pointers[page] = (nint)storage.Pointer;
            _shared[page] = false;
        }
    }

    /// <summary>Makes room for new positions of all blocks; <see cref="Write"/> fills them and <see cref="Advance"/> counts them.</summary>
    internal void Begin(int count) => Reserve(Length + count);

    /// <summary>Stores one block's keys and values at the positions after the last.</summary>
    internal void Write(int block, MatrixView<float> keys, MatrixView<float> values) => WriteAt(block, Length, keys, values);

    /// <summary>Stores one block's keys and values at positions that were made room for.</summary>
    internal void WriteAt(int block, int first, MatrixView<float> keys, MatrixView<float> values)
    {
        for (var row = 0; row < keys.Rows; row++)
        {
            WriteRow(block, 0, first + row, keys.Pointer + row * keys.RowStride);
            WriteRow(block, 1, first + row, values.Pointer + row * values.RowStride);
        }
        keys.KeepAlive();
        values.KeepAlive();
    }

    /// <summary>Counts positions that every block has written.</summary>
    internal void Advance(int count) => Length += count;

    /// <summary>One block's keys and values; valid while this cache is alive and not reserving.</summary>
    internal KeyValueSource Source(int block) => new((nint*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref _pointers[0]),
        Offset(block, 0), Offset(block, 1), _configuration.HeadWidth, Element == ElementType.BFloat16);

    private static long PageElements(TransformerConfiguration configuration) => BlockStarts(configuration)[^1];

    // Where each block's keys begin in a page, and the page's end.
    private static long[] BlockStarts(TransformerConfiguration configuration)
    {
        var starts = new long[configuration.BlockCount + 1];
        for (var block = 0; block < configuration.BlockCount; block++)
            starts[block + 1] = starts[block] + 2L * configuration.ShapeOf(block).KeyValueHeadCount * configuration.HeadWidth * PageLength;
        return starts;
    }

    private long Offset(int block, int part) => _blockStarts[block] + part * (_blockStarts[block + 1] - _blockStarts[block]) / 2;

    private void WriteRow(int block, int part, int position, float* source)
    {
        var width = _configuration.HeadWidth;
        var first = Offset(block, part) + position % PageLength * (long)width;
        for (var head = 0; head < _configuration.ShapeOf(block).KeyValueHeadCount; head++, source += width)
        {
            var element = first + (long)head * PageLength * width;
            if (Element == ElementType.Float32)
                new ReadOnlySpan<float>(source, width).CopyTo(new Span<float>((float*)_pointers[position / PageLength] + element, width));
            else
                BFloat16Rows.Narrow(source, (ushort*)_pointers[position / PageLength] + element, width);
        }
    }
}
