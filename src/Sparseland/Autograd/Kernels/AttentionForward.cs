using System.Numerics;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Autograd.Kernels;

/// <summary>
/// Attention tile by tile with the softmax corrected on the way (Milakov and Gimelshein 2018; Dao et al. 2022, "FlashAttention"). A part takes every
/// so-many-th tile of queries of a head; a tile is computed by one thread, so results do not depend on their number.
/// </summary>
internal readonly unsafe struct AttentionForward<T>(
    AttentionShape shape, T scale, Tensor<T> query, Tensor<T> key, Tensor<T> value, Tensor<T> output, Tensor<T> logSums, Tensor<T> scratch, int parts) : IParallelWork
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Tile = AttentionShape.Tile;

    /// <summary>Elements of scratch that one part needs: transposed queries and sums, scores, the greatest and the total of each query.</summary>
    public static int ScratchLength(AttentionShape shape) => (2 * shape.HeadWidth * Tile) + (Tile * Tile) + (2 * Tile);

    public void Run(int part)
    {
        var queries = scratch.Pointer + ((long)part * scratch.Shape.Columns);
        // The long tiles at the end of a sequence come first, so that the parts end together.
        for (var unit = part; unit < shape.Batch * shape.Heads * shape.QueryTiles; unit += parts)
        {
            var (tile, head) = (shape.QueryTiles - 1 - (unit / (shape.Batch * shape.Heads)), unit % (shape.Batch * shape.Heads));
            QueryTile(head / shape.Heads, head % shape.Heads, tile, queries);
        }
        GC.KeepAlive(query);
        GC.KeepAlive(key);
        GC.KeepAlive(value);
        GC.KeepAlive(output);
        GC.KeepAlive(logSums);
        GC.KeepAlive(scratch);
    }

    private void QueryTile(int batch, int head, int queryTile, T* queries)
    {
        var (width, rows, keyHead) = (shape.HeadWidth, shape.QueriesIn(queryTile), head / shape.Group);
        T* sums = queries + (width * Tile), scores = sums + (width * Tile), greatest = scores + (Tile * Tile), total = greatest + Tile;
        var place = shape.QueryPlace(batch, head, queryTile);
        AttentionTiles.PackTransposed(query.Pointer + place, shape.QueryRow, rows, width, scale, queries);
        new Span<T>(sums, width * Tile).Clear();
        // Finite, so that a query which has seen nothing yet gives exp(-∞ - start) = 0 and not NaN; far below any score that float can hold after a product.
        new Span<T>(greatest, Tile).Fill(T.CreateChecked(-1e38));
        new Span<T>(total, Tile).Clear();
        for (var keyTile = shape.FirstKeyTile(queryTile); keyTile <= shape.LastKeyTile(queryTile); keyTile++)
        {
            var pair = shape.Pair(queryTile, keyTile);
            var keyPlace = shape.KeyPlace(batch, keyHead, keyTile);
            AttentionTiles.Scores(pair, key.Pointer + keyPlace, shape.KeyRow, queries, width, scores);
            AttentionTiles.Hide(pair, scores, T.NegativeInfinity);
            AttentionSoftmax.Advance(scores, pair.Keys, pair.Lanes, greatest, total, sums, width);
            AttentionTiles.AddWeighted(pair, value.Pointer + keyPlace, shape.KeyRow, width, scores, sums);
        }
        var logs = logSums.Pointer + shape.LogPlace(batch, head, queryTile);
        for (var row = 0; row < rows; row++)
        {
            logs[row] = greatest[row] + T.Log(total[row]);
            total[row] = T.One / total[row];
        }
        for (var column = 0; column < width; column++)
        {
            var row = new Span<T>(sums + (column * Tile), rows);
            TensorPrimitives.Multiply(row, new ReadOnlySpan<T>(total, rows), row);
        }
        AttentionTiles.UnpackTransposed(sums, rows, width, T.One, output.Pointer + place, shape.QueryRow, false);
    }
}
