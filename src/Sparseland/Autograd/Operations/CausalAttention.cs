using System.Numerics;
using Sparseland.Autograd.Kernels;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Autograd.Operations;

/// <summary>Causal attention with grouped queries, fused: no matrix of all pairs of positions exists, forward or backward.</summary>
public static class CausalAttention
{
    // Parts share the heads and tiles out; each has its own scratch, so their number is bounded and does not depend on the threads.
    private const int MostParts = 32;

    /// <summary>softmax(q kᵀ scale) v for every head, where a position sees itself and those before it.</summary>
    /// <param name="query">[batch, length, heads · headWidth].</param>
    /// <param name="key">[batch, keys, keyValueHeads · headWidth]. With more keys than queries the queries are the last positions.</param>
    /// <param name="value">The shape of the keys.</param>
    /// <param name="heads">Query heads.</param>
    /// <param name="keyValueHeads">Key and value heads; divides <paramref name="heads"/>: query head h reads key head h / (heads / keyValueHeads).</param>
    /// <param name="window">How many latest positions, its own included, a position sees; null for all.</param>
    /// <param name="scale">The factor of the scores; 1 / sqrt(headWidth) when null.</param>
    /// <returns>The shape of the queries.</returns>
    /// <exception cref="ArgumentException">The extents do not fit.</exception>
    public static Variable<T> Attend<T>(
        Variable<T> query, Variable<T> key, Variable<T> value, int heads, int keyValueHeads, int? window = null, double? scale = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var shape = Check(query, key, value, heads, keyValueHeads, window);
        var tape = query.Tape;
        var factor = T.CreateChecked(scale ?? 1 / Math.Sqrt(shape.HeadWidth));
        var parts = Math.Min(MostParts, shape.Batch * shape.Heads * shape.QueryTiles);
        var output = tape.Rent(query.Shape);
        var logSums = tape.Rent(new Shape(shape.Batch, shape.Heads, shape.Queries));
        var scratch = tape.Rent(new Shape(parts, AttentionForward<T>.ScratchLength(shape)));
        WorkerPool.Run(parts, new AttentionForward<T>(shape, factor, query.Value, key.Value, value.Value, output, logSums, scratch, parts));
        tape.Release(scratch);
        return tape.Record(output, new Gradient<T>(query, key, value, shape, factor, output, logSums), query, key, value);
    }

    private static AttentionShape Check<T>(Variable<T> query, Variable<T> key, Variable<T> value, int heads, int keyValueHeads, int? window)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(heads);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(keyValueHeads);
        ArgumentOutOfRangeException.ThrowIfLessThan(window ?? 1, 1, nameof(window));
        var (q, k) = (query.Shape, key.Shape);
        if (q.Rank != 3 || k.Rank != 3 || k != value.Shape || q[0] != k[0] || k[1] < q[1])
            throw new ArgumentException($"attention of queries {q} over keys {k} and values {value.Shape}", nameof(key));
        if (heads % keyValueHeads != 0 || q[2] % heads != 0 || k[2] != q[2] / heads * keyValueHeads)
            throw new ArgumentException($"{heads} query and {keyValueHeads} key heads for queries {q} over keys {k}", nameof(keyValueHeads));
        return new AttentionShape(q[0], q[1], k[1], heads, keyValueHeads, q[2] / heads, window is { } seen ? Math.Min(seen, k[1]) : k[1]);
    }

    private sealed class Gradient<T>(Variable<T> query, Variable<T> key, Variable<T> value, AttentionShape shape, T scale, Tensor<T> output, Tensor<T> logSums) : Operation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public override void Declare(SavedValues<T> saved)
        {
            saved.Value(query);
            saved.Value(key);
            saved.Value(value);
            saved.Value(Output);
            saved.Buffer(logSums);
        }

        public override void Backward(Tensor<T> gradient)
        {
            var tape = query.Tape;
            var parts = Math.Min(MostParts, shape.Batch * shape.KeyValueHeads);
            var scratch = tape.Rent(new Shape(parts, AttentionBackward<T>.ScratchLength(shape)));
            var tensors = new AttentionGradients<T>
            {
                Query = query.Value,
                Key = key.Value,
                Value = value.Value,
                Output = output,
                LogSums = logSums,
                Gradient = gradient,
            };
            // In this order each head writes them, should two be the same variable.
            if (query.NeedsGradient)
                tensors.ToQuery = query.GradientBuffer(out tensors.AddToQuery);
            if (key.NeedsGradient)
                tensors.ToKey = key.GradientBuffer(out tensors.AddToKey);
            if (value.NeedsGradient)
                tensors.ToValue = value.GradientBuffer(out tensors.AddToValue);
            WorkerPool.Run(parts, new AttentionBackward<T>(shape, scale, tensors, scratch, parts));
            tape.Release(scratch);
            tape.Release(logSums);
        }
    }
}
