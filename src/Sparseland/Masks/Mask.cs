using System.Numerics;

namespace Sparseland.Masks;

/// <summary>
/// Which entries of a matrix are kept: one bit each, 64 columns to a word, lowest column in the lowest bit, every row padded to whole words with zeros.
/// A kept entry may well hold the value zero; the mask, not the value, says what is stored.
/// </summary>
public sealed class Mask
{
    private readonly ulong[] _words;

    /// <summary>A mask that keeps nothing.</summary>
    public Mask(int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        Rows = rows;
        Columns = columns;
        WordsPerRow = (columns + 63) / 64;
        _words = new ulong[checked((int)((long)rows * WordsPerRow))];
    }

    /// <summary>How many rows.</summary>
    public int Rows { get; }

    /// <summary>How many columns.</summary>
    public int Columns { get; }

    /// <summary>Words of 64 bits in a row.</summary>
    public int WordsPerRow { get; }

    /// <summary>Whether an entry is kept.</summary>
    public bool this[int row, int column]
    {
        get => (Row(row)[column >> 6] >> (column & 63) & 1) != 0;
        set
        {
            var bit = 1UL << (column & 63);
            ref var word = ref Row(row)[column >> 6];
            word = value ? word | bit : word & ~bit;
        }
    }

    /// <summary>The words of a row; bits beyond the last column stay zero.</summary>
    public Span<ulong> Row(int row)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Rows, nameof(row));
        return _words.AsSpan(row * WordsPerRow, WordsPerRow);
    }

    /// <summary>All words, row after row.</summary>
    public Span<ulong> Words => _words;

    /// <summary>How many entries are kept.</summary>
    public long KeptCount
    {
        get
        {
            var count = 0L;
            foreach (var word in _words)
                count += BitOperations.PopCount(word);
            return count;
        }
    }

    /// <summary>The fraction of entries that are not kept, 0 to 1.</summary>
    public double Sparsity => Rows == 0 || Columns == 0 ? 0 : 1 - (double)KeptCount / ((double)Rows * Columns);

    /// <summary>A mask that keeps everything.</summary>
    public static Mask Full(int rows, int columns)
    {
        var mask = new Mask(rows, columns);
        for (var row = 0; row < rows; row++)
            mask.FillRow(row);
        return mask;
    }

    /// <summary>Keeps every entry of a row.</summary>
    public void FillRow(int row)
    {
        var words = Row(row);
        words.Fill(ulong.MaxValue);
        if ((Columns & 63) != 0)
            words[^1] = (1UL << (Columns & 63)) - 1;
    }

    /// <summary>A copy.</summary>
    public Mask Copy()
    {
        var copy = new Mask(Rows, Columns);
        _words.CopyTo(copy._words.AsSpan());
        return copy;
    }

    /// <summary>Sets every entry that is not kept to zero.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public void Apply<T>(Tensors.MatrixView<T> matrix) where T : unmanaged
    {
        if (matrix.Rows != Rows || matrix.Columns != Columns)
            throw new ArgumentException($"a {Rows} x {Columns} mask on a {matrix.Rows} x {matrix.Columns} matrix", nameof(matrix));
        for (var row = 0; row < Rows; row++)
        {
            var words = Row(row);
            var values = matrix.Row(row);
            for (var w = 0; w < words.Length; w++)
            {
                var last = Math.Min(64, Columns - w * 64);
                for (var removed = ~words[w]; removed != 0; removed &= removed - 1)
                {
                    var bit = BitOperations.TrailingZeroCount(removed);
                    if (bit >= last)
                        break;
                    values[w * 64 + bit] = default;
                }
            }
        }
        matrix.KeepAlive();
    }
}
