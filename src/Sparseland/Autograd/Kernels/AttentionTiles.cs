using System.Numerics;

namespace Sparseland.Autograd.Kernels;

/// <summary>Moves heads between their interleaved rows and packed tiles, and hides scores.</summary>
internal static unsafe class AttentionTiles
{
    private const int Tile = AttentionShape.Tile;

    /// <summary>destination[row, 0..padded) = scale · source row, with zeros beyond the width.</summary>
    public static void Pack<T>(T* source, nint sourceRow, int rows, int width, T scale, T* destination, int padded) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (var row = 0; row < rows; row++)
        {
            var target = new Span<T>(destination + (row * padded), padded);
            TensorPrimitives.Multiply(new ReadOnlySpan<T>(source + (row * sourceRow), width), scale, target);
            target[width..].Clear();
        }
    }

    /// <summary>destination[column, row] = scale · source[row, column]: width rows of <see cref="AttentionShape.Tile"/> lanes, zeros in the lanes beyond the rows.</summary>
    public static void PackTransposed<T>(T* source, nint sourceRow, int rows, int width, T scale, T* destination) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (rows < Tile)
            new Span<T>(destination, width * Tile).Clear();
        for (var row = 0; row < rows; row++)
        {
            var values = source + (row * sourceRow);
            for (var column = 0; column < width; column++)
                destination[(column * Tile) + row] = values[column] * scale;
        }
    }

    /// <summary>destination[row, column] (or +=) scale · source[column, row].</summary>
    public static void UnpackTransposed<T>(T* source, int rows, int width, T scale, T* destination, nint destinationRow, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (var row = 0; row < rows; row++)
        {
            var target = destination + (row * destinationRow);
            for (var column = 0; column < width; column++)
            {
                var value = source[(column * Tile) + row] * scale;
                target[column] = accumulate ? target[column] + value : value;
            }
        }
    }

    /// <summary>Writes or adds packed rows to the interleaved ones.</summary>
    public static void Unpack<T>(T* source, int padded, int rows, int width, T* destination, nint destinationRow, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (var row = 0; row < rows; row++)
        {
            var values = new ReadOnlySpan<T>(source + (row * padded), width);
            var target = new Span<T>(destination + (row * destinationRow), width);
            if (accumulate)
                TensorPrimitives.Add(values, target, target);
            else
                values.CopyTo(target);
        }
    }

    /// <summary>scores[key, query] = keys · queriesTransposed, computed only where a block has a query that sees it.</summary>
    public static void Scores<T>(AttentionPair pair, T* keys, nint keyRow, T* queriesTransposed, int width, T* scores) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (pair.IsFull)
        {
            TileProduct.Multiply(keys, keyRow, 1, queriesTransposed, Tile, scores, Tile, pair.Keys, pair.Lanes, width, false);
            return;
        }
        for (var key = 0; key < pair.Keys; key += AttentionPair.Block)
        {
            var lane = pair.FirstLane(key) / TileProduct.ColumnStep * TileProduct.ColumnStep;
            var count = Math.Min(AttentionPair.Block, pair.Keys - key);
            TileProduct.Multiply(keys + (key * keyRow), keyRow, 1, queriesTransposed + lane, Tile, scores + (key * Tile) + lane, Tile, count, pair.Lanes - lane, width, false);
        }
    }

    /// <summary>Fills the scores of queries that do not see a key.</summary>
    public static void Hide<T>(AttentionPair pair, T* scores, T value) where T : unmanaged
    {
        if (pair.IsFull)
            return;
        for (var key = 0; key < pair.Keys; key++)
        {
            new Span<T>(scores + (key * Tile), pair.FirstLane(key)).Fill(value);
            var end = pair.EndLane(key);
            new Span<T>(scores + (key * Tile) + end, pair.Lanes - end).Fill(value);
        }
    }

    /// <summary>sums[column, query] += (rows)ᵀ · weights, where rows are interleaved keys or values and weights are zero where hidden.</summary>
    public static void AddWeighted<T>(AttentionPair pair, T* rows, nint rowStride, int width, T* weights, T* sums) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (pair.IsFull)
        {
            TileProduct.Multiply(rows, 1, rowStride, weights, Tile, sums, Tile, width, pair.Lanes, pair.Keys, true);
            return;
        }
        for (var lane = 0; lane < pair.Lanes; lane += AttentionPair.Block)
        {
            var count = Math.Min(AttentionPair.Block, pair.Lanes - lane);
            TileProduct.Multiply(rows, 1, rowStride, weights + lane, Tile, sums + lane, Tile, width, count, pair.KeysUpTo(lane + count - 1), true);
        }
    }

    /// <summary>sums[key, column] += weights · rows, where rows are packed queries or output gradients and weights are zero where hidden.</summary>
    public static void AddTransposed<T>(AttentionPair pair, T* weights, T* rows, int padded, T* sums) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (var key = 0; key < pair.Keys; key += pair.IsFull ? Tile : AttentionPair.Block)
        {
            var lane = Math.Min(pair.FirstLane(key), pair.Queries);
            var count = Math.Min(pair.IsFull ? Tile : AttentionPair.Block, pair.Keys - key);
            TileProduct.Multiply(
                weights + (key * Tile) + lane, Tile, 1, rows + (lane * padded), padded, sums + (key * padded), padded, count, padded, pair.Queries - lane, true);
        }
    }
}
