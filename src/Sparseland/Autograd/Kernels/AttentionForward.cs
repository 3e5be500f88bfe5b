using System.Numerics;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Autograd.Kernels;

/// <summary>
/// Attention tile by tile with the softmax corrected on the way (Milakov and Gimelshein 2018; Dao et al. 2022, "FlashAttention"). A part takes every
/// so-many-th head; a head is computed by one thread, so results do not depend on their number.
/// </summary>
internal readonly unsafe struct AttentionForward<T>(
    AttentionShape shape, T scale, Tensor<T> query, Tensor<T> key, Tensor<T> value, Tensor<T> output, Tensor<T> logSums, Tensor<T> scratch, int parts) : IParallelWork
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Elements of scratch that one part needs.</summary>
    public static int ScratchLength(AttentionShape shape)
    {
        var keys = shape.KeyTiles * AttentionShape.KeyTile;
        return (2 * keys * shape.PaddedWidth) + (2 * AttentionShape.QueryTile * shape.PaddedWidth) + (AttentionShape.QueryTile * AttentionShape.KeyTile) + (2 * AttentionShape.QueryTile);
    }

    public void Run(int part)
    {
        for (var unit = part; unit < shape.Batch * shape.Heads; unit += parts)
            Head(unit / shape.Heads, unit % shape.Heads, scratch.Pointer + ((long)part * scratch.Shape.Columns));
        GC.KeepAlive(query);
        GC.KeepAlive(key);
        GC.KeepAlive(value);
        GC.KeepAlive(output);
        GC.KeepAlive(logSums);
        GC.KeepAlive(scratch);
    }

    private void Head(int batch, int head, T* free)
    {
        var (width, padded, keys) = (shape.HeadWidth, shape.PaddedWidth, shape.KeyTiles * AttentionShape.KeyTile);
        var buffers = new Buffers
        {
            KeysTransposed = free,
            Values = free + (keys * padded),
            Query = free + (2 * keys * padded),
            Sum = free + (2 * keys * padded) + (AttentionShape.QueryTile * padded),
            Scores = free + (2 * keys * padded) + (2 * AttentionShape.QueryTile * padded),
        };
        buffers.Greatest = buffers.Scores + (AttentionShape.QueryTile * AttentionShape.KeyTile);
        buffers.Total = buffers.Greatest + AttentionShape.QueryTile;
        nint keyRow = shape.KeyValueHeads * width, queryRow = shape.Heads * width;
        var keyPlace = ((long)batch * shape.Keys * keyRow) + (head / shape.Group * width);
        for (var tile = 0; tile < shape.KeyTiles; tile++)
        {
            var place = keyPlace + ((long)tile * AttentionShape.KeyTile * keyRow);
            AttentionTiles.PackTransposed(key.Pointer + place, keyRow, shape.KeysIn(tile), width, buffers.KeysTransposed + (tile * AttentionShape.KeyTile * padded));
            AttentionTiles.Pack(value.Pointer + place, keyRow, shape.KeysIn(tile), width, T.One, buffers.Values + (tile * AttentionShape.KeyTile * padded), padded);
        }
        for (var tile = 0; tile < shape.QueryTiles; tile++)
        {
            var rows = shape.QueriesIn(tile);
            var place = (((long)batch * shape.Queries) + (tile * AttentionShape.QueryTile)) * queryRow + (head * width);
            AttentionTiles.Pack(query.Pointer + place, queryRow, rows, width, scale, buffers.Query, padded);
            Tile(tile, in buffers);
            var logs = logSums.Pointer + ((((long)batch * shape.Heads) + head) * shape.Queries) + (tile * AttentionShape.QueryTile);
            for (var row = 0; row < rows; row++)
            {
                AttentionTiles.Unpack(buffers.Sum + (row * padded), padded, 1, width, T.One / buffers.Total[row], output.Pointer + place + (row * queryRow), queryRow, false);
                logs[row] = buffers.Greatest[row] + T.Log(buffers.Total[row]);
            }
        }
    }

    private void Tile(int queryTile, in Buffers buffers)
    {
        var padded = shape.PaddedWidth;
        var rows = shape.QueriesIn(queryTile);
        var wholeRows = TileProduct.RoundUp(rows, TileProduct.RowStep);
        new Span<T>(buffers.Sum, wholeRows * padded).Clear();
        new Span<T>(buffers.Greatest, rows).Fill(T.NegativeInfinity);
        new Span<T>(buffers.Total, rows).Clear();
        for (var keyTile = shape.FirstKeyTile(queryTile); keyTile <= shape.LastKeyTile(queryTile); keyTile++)
        {
            var offset = keyTile * AttentionShape.KeyTile * padded;
            var columns = shape.Visible(queryTile, rows - 1, keyTile).End;
            var wholeColumns = TileProduct.RoundUp(columns, TileProduct.ColumnStep);
            TileProduct.Multiply(
                buffers.Query, padded, 1, buffers.KeysTransposed + offset, AttentionShape.KeyTile, buffers.Scores, AttentionShape.KeyTile, wholeRows, wholeColumns, shape.HeadWidth, false);
            for (var row = 0; row < rows; row++)
                Row(shape.Visible(queryTile, row, keyTile), row, wholeColumns, in buffers);
            TileProduct.Multiply(buffers.Scores, AttentionShape.KeyTile, 1, buffers.Values + offset, padded, buffers.Sum, padded, wholeRows, padded, columns, true);
        }
    }

    // Scores become exponentials against the greatest score so far; what was summed before is scaled to it.
    private void Row((int First, int End) visible, int row, int columns, in Buffers buffers)
    {
        var scores = new Span<T>(buffers.Scores + (row * AttentionShape.KeyTile), columns);
        if (visible.End <= visible.First)
        {
            scores.Clear();
            return;
        }
        AttentionTiles.Hide(buffers.Scores + (row * AttentionShape.KeyTile), columns, visible.First, visible.End);
        var before = buffers.Greatest[row];
        var greatest = T.Max(before, SoftmaxRows.Greatest<T>(scores));
        var sum = SoftmaxRows.Exponentials<T>(scores, greatest, T.One, scores);
        if (greatest == before)
        {
            buffers.Total[row] += sum;
            return;
        }
        var correction = T.Exp(before - greatest);
        buffers.Greatest[row] = greatest;
        buffers.Total[row] = (buffers.Total[row] * correction) + sum;
        var totals = new Span<T>(buffers.Sum + (row * shape.PaddedWidth), shape.PaddedWidth);
        TensorPrimitives.Multiply(totals, correction, totals);
    }

    private struct Buffers
    {
        public T* KeysTransposed, Values, Query, Sum, Scores, Greatest, Total;
    }
}
