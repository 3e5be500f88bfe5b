using System.Runtime.CompilerServices;

namespace Sparseland.Language.Models;

/// <summary>
/// Where attention finds keys and values: the projections of whole sequences (positions at a fixed stride), or the pages of a cache.
/// Pointers are valid as long as the caller keeps their owners alive.
/// </summary>
internal readonly unsafe struct KeyValueSource
{
    private readonly float* _keys;
    private readonly float* _values;
    private readonly long _sequenceStride;
    private readonly long _headStride;
    private readonly long _rowStride;
    private readonly nint* _pages;
    private readonly long _keyOffset;
    private readonly long _valueOffset;
    private readonly bool _isBFloat16;

    /// <summary>Whole sequences: [sequences, positions, heads, width], strides in floats.</summary>
    public KeyValueSource(float* keys, float* values, long sequenceStride, long headStride, long rowStride)
    {
        _keys = keys;
        _values = values;
        _sequenceStride = sequenceStride;
        _headStride = headStride;
        _rowStride = rowStride;
    }

    /// <summary>Pages of one block's cache: per page [heads, positions, width] of keys and of values at their offsets, counted in elements.</summary>
    public KeyValueSource(nint* pages, long keyOffset, long valueOffset, int headWidth, bool isBFloat16)
    {
        _pages = pages;
        _keyOffset = keyOffset;
        _valueOffset = valueOffset;
        _headStride = (long)KeyValueCache.PageLength * headWidth;
        _rowStride = headWidth;
        _isBFloat16 = isBFloat16;
    }

    /// <summary>Whether tiles must be widened into a buffer.</summary>
    public bool NeedsBuffer => _isBFloat16;

    /// <summary>Elements from one position to the next.</summary>
    public long RowStride => _rowStride;

    /// <summary>The keys of some positions that lie in one tile; a tile never crosses a page.</summary>
    /// <param name="sequence">Which sequence.</param>
    /// <param name="head">Which key-value head.</param>
    /// <param name="position">The first position.</param>
    /// <param name="count">How many positions.</param>
    /// <param name="buffer">Room for count rows when <see cref="NeedsBuffer"/>.</param>
    public float* Keys(int sequence, int head, int position, int count, float* buffer) => Tile(_keys, _keyOffset, sequence, head, position, count, buffer);

    /// <summary>The values of some positions; see <see cref="Keys"/>.</summary>
    public float* Values(int sequence, int head, int position, int count, float* buffer) => Tile(_values, _valueOffset, sequence, head, position, count, buffer);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private float* Tile(float* plain, long offset, int sequence, int head, int position, int count, float* buffer)
    {
        if (_pages == null)
            return plain + sequence * _sequenceStride + head * _headStride + position * _rowStride;
        var element = offset + head * _headStride + position % KeyValueCache.PageLength * _rowStride;
        var page = _pages[position / KeyValueCache.PageLength];
        if (!_isBFloat16)
            return (float*)page + element;
        BFloat16Rows.Widen((ushort*)page + element, buffer, count * (int)_rowStride);
        return buffer;
    }
}
