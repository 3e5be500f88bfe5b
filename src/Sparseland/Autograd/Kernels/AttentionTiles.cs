using System.Numerics;

namespace Sparseland.Autograd.Kernels;

/// <summary>Moves heads between their interleaved rows and packed, padded tiles.</summary>
internal static unsafe class AttentionTiles
{
    /// <summary>destination[row, 0..padded) = scale · source row, zeros beyond the width and in the rows up to the next whole step.</summary>
    public static void Pack<T>(T* source, nint sourceRow, int rows, int width, T scale, T* destination, int padded) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (var row = 0; row < rows; row++)
        {
            var target = new Span<T>(destination + (row * padded), padded);
            TensorPrimitives.Multiply(new ReadOnlySpan<T>(source + (row * sourceRow), width), scale, target);
            target[width..].Clear();
        }
        var whole = TileProduct.RoundUp(rows, TileProduct.RowStep);
        new Span<T>(destination + (rows * padded), (whole - rows) * padded).Clear();
    }

    /// <summary>destination[column, row] = source[row, column] for one tile of keys: width rows of <see cref="AttentionShape.KeyTile"/> elements, zeros beyond the keys.</summary>
    public static void PackTransposed<T>(T* source, nint sourceRow, int rows, int width, T* destination) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (rows < AttentionShape.KeyTile)
            new Span<T>(destination, width * AttentionShape.KeyTile).Clear();
        for (var row = 0; row < rows; row++)
        {
            var values = source + (row * sourceRow);
            for (var column = 0; column < width; column++)
                destination[(column * AttentionShape.KeyTile) + row] = values[column];
        }
    }

    /// <summary>Writes or adds scale · packed rows to the interleaved ones.</summary>
    public static void Unpack<T>(T* source, int padded, int rows, int width, T scale, T* destination, nint destinationRow, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (var row = 0; row < rows; row++)
        {
            var values = new ReadOnlySpan<T>(source + (row * padded), width);
            var target = new Span<T>(destination + (row * destinationRow), width);
            if (accumulate)
                TensorPrimitives.MultiplyAdd(values, scale, target, target);
            else
                TensorPrimitives.Multiply(values, scale, target);
        }
    }

    /// <summary>Puts -∞ wherever a row of a tile of scores may not look.</summary>
    public static void Hide<T>(T* scores, int columns, int first, int end) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (first > 0)
            new Span<T>(scores, Math.Min(first, columns)).Fill(T.NegativeInfinity);
        if (end < columns)
            new Span<T>(scores + Math.Max(0, end), columns - Math.Max(0, end)).Fill(T.NegativeInfinity);
    }
}
