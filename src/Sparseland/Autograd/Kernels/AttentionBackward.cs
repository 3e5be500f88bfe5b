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
    private const int Tile = AttentionShape.Tile;

    /// <summary>Elements of scratch that one part needs.</summary>
    public static int ScratchLength(AttentionShape shape) =>
        (2 * shape.Keys * shape.PaddedWidth) + (2 * Tile * shape.PaddedWidth) + (3 * shape.HeadWidth * Tile) + (2 * Tile * Tile) + (2 * Tile);

    public void Run(int part)
    {
        for (var unit = part; unit < shape.Batch * shape.KeyValueHeads; unit += parts)
            Head(unit / shape.KeyValueHeads, unit % shape.KeyValueHeads, scratch.Pointer + ((long)part * scratch.Shape.Columns));
        GC.KeepAlive(tensors);
        GC.KeepAlive(scratch);
    }

    private void Head(int batch, int keyHead, T* free)
    {
        var (width, padded, all) = (shape.HeadWidth, shape.PaddedWidth, shape.Keys * shape.PaddedWidth);
        var buffers = new Buffers { ToKeys = free, ToValues = free + all, Query = free + (2 * all) };
        buffers.Gradient = buffers.Query + (Tile * padded);
        buffers.QueryTransposed = buffers.Gradient + (Tile * padded);
        buffers.GradientTransposed = buffers.QueryTransposed + (width * Tile);
        buffers.ToQuery = buffers.GradientTransposed + (width * Tile);
        buffers.Scores = buffers.ToQuery + (width * Tile);
        buffers.Slopes = buffers.Scores + (Tile * Tile);
        buffers.LogSums = buffers.Slopes + (Tile * Tile);
        buffers.Projections = buffers.LogSums + Tile;
        new Span<T>(buffers.ToKeys, 2 * all).Clear();
        for (var head = keyHead * shape.Group; head < (keyHead + 1) * shape.Group; head++)
            for (var tile = 0; tile < shape.QueryTiles; tile++)
                QueryTile(batch, head, tile, in buffers);
        var place = shape.KeyPlace(batch, keyHead, 0);
        if (tensors.ToKey is not null)
            AttentionTiles.Unpack(buffers.ToKeys, padded, shape.Keys, width, tensors.ToKey.Pointer + place, shape.KeyRow, tensors.AddToKey);
        if (tensors.ToValue is not null)
            AttentionTiles.Unpack(buffers.ToValues, padded, shape.Keys, width, tensors.ToValue.Pointer + place, shape.KeyRow, tensors.AddToValue);
    }

    private void QueryTile(int batch, int head, int queryTile, in Buffers buffers)
    {
        var (width, padded, rows) = (shape.HeadWidth, shape.PaddedWidth, shape.QueriesIn(queryTile));
        var place = shape.QueryPlace(batch, head, queryTile);
        AttentionTiles.Pack(tensors.Query.Pointer + place, shape.QueryRow, rows, width, scale, buffers.Query, padded);
        AttentionTiles.Pack(tensors.Gradient.Pointer + place, shape.QueryRow, rows, width, T.One, buffers.Gradient, padded);
        AttentionTiles.PackTransposed(buffers.Query, padded, rows, width, T.One, buffers.QueryTransposed);
        AttentionTiles.PackTransposed(buffers.Gradient, padded, rows, width, T.One, buffers.GradientTransposed);
        // Lanes without a query get the probability exp(0 - ∞) = 0.
        new Span<T>(buffers.LogSums, Tile).Fill(T.PositiveInfinity);
        new Span<T>(buffers.Projections, Tile).Clear();
        new Span<T>(tensors.LogSums.Pointer + shape.LogPlace(batch, head, queryTile), rows).CopyTo(new Span<T>(buffers.LogSums, rows));
        for (var row = 0; row < rows; row++)
        {
            var output = new ReadOnlySpan<T>(tensors.Output.Pointer + place + (row * shape.QueryRow), width);
            buffers.Projections[row] = TensorPrimitives.Dot(new ReadOnlySpan<T>(buffers.Gradient + (row * padded), width), output);
        }
        new Span<T>(buffers.ToQuery, width * Tile).Clear();
        for (var keyTile = shape.FirstKeyTile(queryTile); keyTile <= shape.LastKeyTile(queryTile); keyTile++)
            Pair(shape.Pair(queryTile, keyTile), shape.KeyPlace(batch, head / shape.Group, keyTile), keyTile, in buffers);
        if (tensors.ToQuery is not null)
            AttentionTiles.UnpackTransposed(buffers.ToQuery, rows, width, scale, tensors.ToQuery.Pointer + place, shape.QueryRow, tensors.AddToQuery);
    }

    // P = exp(S - logsum); dV += Pᵀ dO; dP = dO Vᵀ; dS = P (dP - sum(dO O)); dQ += dS K; dK += dSᵀ Q. The packed Q carries the scale; P and dS lie transposed.
    private void Pair(AttentionPair pair, long keyPlace, int keyTile, in Buffers buffers)
    {
        var (width, padded, offset) = (shape.HeadWidth, shape.PaddedWidth, keyTile * Tile * shape.PaddedWidth);
        AttentionTiles.Scores(pair, tensors.Key.Pointer + keyPlace, shape.KeyRow, buffers.QueryTransposed, width, buffers.Scores);
        AttentionTiles.Scores(pair, tensors.Value.Pointer + keyPlace, shape.KeyRow, buffers.GradientTransposed, width, buffers.Slopes);
        AttentionTiles.Hide(pair, buffers.Scores, T.NegativeInfinity);
        AttentionTiles.Hide(pair, buffers.Slopes, T.Zero);
        AttentionSoftmax.Reverse(buffers.Scores, buffers.Slopes, pair.Keys, pair.Lanes, buffers.LogSums, buffers.Projections);
        AttentionTiles.AddTransposed(pair, buffers.Scores, buffers.Gradient, padded, buffers.ToValues + offset);
        AttentionTiles.AddTransposed(pair, buffers.Slopes, buffers.Query, padded, buffers.ToKeys + offset);
        AttentionTiles.AddWeighted(pair, tensors.Key.Pointer + keyPlace, shape.KeyRow, width, buffers.Slopes, buffers.ToQuery);
    }

    private struct Buffers
    {
        public T* ToKeys, ToValues, Query, Gradient, QueryTransposed, GradientTransposed, ToQuery, Scores, Slopes, LogSums, Projections;
    }
}
