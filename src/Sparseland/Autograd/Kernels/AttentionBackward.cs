using System.Numerics;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Autograd.Kernels;

/// <summary>What the backward pass of attention reads and writes. A gradient that is not wanted is null.</summary>
internal sealed class AttentionGradients<T> where T : unmanaged
{
    public required Tensor<T> Query, Key, Value, Output, LogSums, Gradient;
    public Tensor<T>? ToQuery, ToKey, ToValue;
    public bool AddToQuery, AddToKey, AddToValue;
}

/// <summary>
/// The gradients of attention with the probabilities computed again from the saved log-sum-exp, tile by tile (Dao et al. 2022, algorithm 4). A part takes
/// every so-many-th key and value head; the query heads that share it are done one after the other by one thread, so their sum has a fixed order.
/// </summary>
internal readonly unsafe struct AttentionBackward<T>(AttentionShape shape, T scale, AttentionGradients<T> tensors, Tensor<T> scratch, int parts) : IParallelWork
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Elements of scratch that one part needs.</summary>
    public static int ScratchLength(AttentionShape shape)
    {
        var keys = shape.KeyTiles * AttentionShape.KeyTile;
        return (5 * keys * shape.PaddedWidth) + (3 * AttentionShape.QueryTile * shape.PaddedWidth) + (2 * AttentionShape.QueryTile * AttentionShape.KeyTile) + AttentionShape.QueryTile;
    }

    public void Run(int part)
    {
        for (var unit = part; unit < shape.Batch * shape.KeyValueHeads; unit += parts)
            Head(unit / shape.KeyValueHeads, unit % shape.KeyValueHeads, scratch.Pointer + ((long)part * scratch.Shape.Columns));
        GC.KeepAlive(tensors);
        GC.KeepAlive(scratch);
    }

    private void Head(int batch, int keyHead, T* free)
    {
        var (width, padded, all) = (shape.HeadWidth, shape.PaddedWidth, shape.KeyTiles * AttentionShape.KeyTile * shape.PaddedWidth);
        var buffers = new Buffers { Keys = free, KeysTransposed = free + all, ValuesTransposed = free + (2 * all), ToKeys = free + (3 * all), ToValues = free + (4 * all) };
        buffers.Query = free + (5 * all);
        buffers.Gradient = buffers.Query + (AttentionShape.QueryTile * padded);
        buffers.ToQuery = buffers.Gradient + (AttentionShape.QueryTile * padded);
        buffers.Scores = buffers.ToQuery + (AttentionShape.QueryTile * padded);
        buffers.Slopes = buffers.Scores + (AttentionShape.QueryTile * AttentionShape.KeyTile);
        buffers.Projections = buffers.Slopes + (AttentionShape.QueryTile * AttentionShape.KeyTile);
        nint keyRow = shape.KeyValueHeads * width;
        var keyPlace = ((long)batch * shape.Keys * keyRow) + (keyHead * width);
        for (var tile = 0; tile < shape.KeyTiles; tile++)
        {
            var place = keyPlace + ((long)tile * AttentionShape.KeyTile * keyRow);
            var (rows, packed) = (shape.KeysIn(tile), tile * AttentionShape.KeyTile * padded);
            AttentionTiles.Pack(tensors.Key.Pointer + place, keyRow, rows, width, T.One, buffers.Keys + packed, padded);
            AttentionTiles.PackTransposed(tensors.Key.Pointer + place, keyRow, rows, width, buffers.KeysTransposed + packed);
            AttentionTiles.PackTransposed(tensors.Value.Pointer + place, keyRow, rows, width, buffers.ValuesTransposed + packed);
        }
        new Span<T>(buffers.ToKeys, 2 * all).Clear();
        for (var head = keyHead * shape.Group; head < (keyHead + 1) * shape.Group; head++)
            for (var tile = 0; tile < shape.QueryTiles; tile++)
                QueryTile(batch, head, tile, in buffers);
        if (tensors.ToKey is not null)
            AttentionTiles.Unpack(buffers.ToKeys, padded, shape.Keys, width, T.One, tensors.ToKey.Pointer + keyPlace, keyRow, tensors.AddToKey);
        if (tensors.ToValue is not null)
            AttentionTiles.Unpack(buffers.ToValues, padded, shape.Keys, width, T.One, tensors.ToValue.Pointer + keyPlace, keyRow, tensors.AddToValue);
    }

    private void QueryTile(int batch, int head, int tile, in Buffers buffers)
    {
        var (width, padded, rows) = (shape.HeadWidth, shape.PaddedWidth, shape.QueriesIn(tile));
        var wholeRows = TileProduct.RoundUp(rows, TileProduct.RowStep);
        nint queryRow = shape.Heads * width;
        var place = ((((long)batch * shape.Queries) + (tile * AttentionShape.QueryTile)) * queryRow) + (head * width);
        AttentionTiles.Pack(tensors.Query.Pointer + place, queryRow, rows, width, scale, buffers.Query, padded);
        AttentionTiles.Pack(tensors.Gradient.Pointer + place, queryRow, rows, width, T.One, buffers.Gradient, padded);
        for (var row = 0; row < rows; row++)
        {
            var output = new ReadOnlySpan<T>(tensors.Output.Pointer + place + (row * queryRow), width);
            buffers.Projections[row] = TensorPrimitives.Dot(new ReadOnlySpan<T>(buffers.Gradient + (row * padded), width), output);
        }
        var logs = tensors.LogSums.Pointer + ((((long)batch * shape.Heads) + head) * shape.Queries) + (tile * AttentionShape.QueryTile);
        new Span<T>(buffers.ToQuery, wholeRows * padded).Clear();
        for (var keyTile = shape.FirstKeyTile(tile); keyTile <= shape.LastKeyTile(tile); keyTile++)
            TilePair(tile, keyTile, logs, in buffers);
        if (tensors.ToQuery is not null)
            AttentionTiles.Unpack(buffers.ToQuery, padded, rows, width, scale, tensors.ToQuery.Pointer + place, queryRow, tensors.AddToQuery);
    }

    // P = exp(S - logsum); dV += Pᵀ dO; dP = dO Vᵀ; dS = P (dP - sum(dO O)); dQ += dS K; dK += dSᵀ Q. The packed Q carries the scale.
    private void TilePair(int queryTile, int keyTile, T* logs, in Buffers buffers)
    {
        const int step = AttentionShape.KeyTile;
        var (padded, rows, offset) = (shape.PaddedWidth, shape.QueriesIn(queryTile), keyTile * step * shape.PaddedWidth);
        var wholeRows = TileProduct.RoundUp(rows, TileProduct.RowStep);
        var columns = shape.Visible(queryTile, rows - 1, keyTile).End;
        var wholeColumns = TileProduct.RoundUp(columns, TileProduct.ColumnStep);
        TileProduct.Multiply(buffers.Query, padded, 1, buffers.KeysTransposed + offset, step, buffers.Scores, step, wholeRows, wholeColumns, shape.HeadWidth, false);
        TileProduct.Multiply(buffers.Gradient, padded, 1, buffers.ValuesTransposed + offset, step, buffers.Slopes, step, wholeRows, wholeColumns, shape.HeadWidth, false);
        for (var row = 0; row < rows; row++)
        {
            var probabilities = new Span<T>(buffers.Scores + (row * step), wholeColumns);
            var slopes = new Span<T>(buffers.Slopes + (row * step), wholeColumns);
            var (first, end) = shape.Visible(queryTile, row, keyTile);
            AttentionTiles.Hide(buffers.Scores + (row * step), wholeColumns, first, end);
            SoftmaxRows.Probabilities<T>(probabilities, T.One, logs[row], T.One, probabilities, false);
            TensorPrimitives.Subtract(slopes, buffers.Projections[row], slopes);
            TensorPrimitives.Multiply(slopes, probabilities, slopes);
        }
        // Keys are padded to whole vectors with columns that hold zeros, so that many rows of their gradients exist.
        TileProduct.Multiply(buffers.Scores, 1, step, buffers.Gradient, padded, buffers.ToValues + offset, padded, wholeColumns, padded, rows, true);
        TileProduct.Multiply(buffers.Slopes, 1, step, buffers.Query, padded, buffers.ToKeys + offset, padded, wholeColumns, padded, rows, true);
        TileProduct.Multiply(buffers.Slopes, step, 1, buffers.Keys + offset, padded, buffers.ToQuery, padded, wholeRows, padded, columns, true);
    }

    private struct Buffers
    {
        public T* Keys, KeysTransposed, ValuesTransposed, ToKeys, ToValues, Query, Gradient, ToQuery, Scores, Slopes, Projections;
    }
}
