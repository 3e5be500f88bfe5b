using System.Runtime.CompilerServices;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Language.Models;

/// <summary>
/// Causal grouped-query attention with an online softmax (Milakov and Gimelshein 2018; Dao et al. 2022): tiles of queries walk over tiles of 64 positions,
/// and no matrix of queries by positions exists. Few queries on many positions are also split along the positions, and the parts merged in order.
/// What a part computes depends on the shape alone, so results are the same for any number of threads.
/// </summary>
internal static unsafe class CausalAttention
{
    /// <summary>Positions per tile; divides a cache page.</summary>
    public const int KeyTile = 64;

    /// <summary>The widest head the tiles' stack buffers allow.</summary>
    public const int MaxHeadWidth = 512;

    // Rows (queries x heads that share keys) of a tile: the transposed keys are paid for once per this many rows.
    private const int RowTile = 64;

    // Positions per part when there are few rows.
    private const int SplitLength = 512;

    // Below this many multiplications waking the other threads costs more than it brings.
    private const long SerialWork = 100_000;

    /// <summary>The figures of one call.</summary>
    /// <param name="Sequences">Sequences side by side; 1 with a cache.</param>
    /// <param name="Length">Queries of each sequence.</param>
    /// <param name="FirstPosition">Position of a sequence's first query.</param>
    /// <param name="Heads">Query heads.</param>
    /// <param name="KeyValueHeads">Key and value heads.</param>
    /// <param name="HeadWidth">Width of a head.</param>
    /// <param name="Window">Positions a query sees, its own included; int.MaxValue for all.</param>
    public readonly record struct Problem(int Sequences, int Length, int FirstPosition, int Heads, int KeyValueHeads, int HeadWidth, int Window)
    {
        public int Group => Heads / KeyValueHeads;

        public int QueryTile => Math.Max(1, RowTile / Group);

        public int QueryTiles => (Length + QueryTile - 1) / QueryTile;

        public int Splits => Length * Group >= RowTile / 2 ? 1 : Math.Max(1, (FirstPosition + Length + SplitLength - 1) / SplitLength);

        /// <summary>Floats that the merging of splits needs: per part its outputs, row maxima and row sums.</summary>
        public long PartialLength => Splits == 1 ? 0 : (long)Splits * Sequences * KeyValueHeads * QueryTiles * RowCapacity * (HeadWidth + 2);

        // A group of more than RowTile heads still is one query per tile.
        public int RowCapacity => Math.Max(RowTile, Group);
    }

    /// <summary>destination = softmax(Q Kᵀ / √width) V per head.</summary>
    /// <param name="problem">The figures.</param>
    /// <param name="queries">[sequences · length, heads · head width].</param>
    /// <param name="source">Keys and values, those of the queries' own positions included.</param>
    /// <param name="partials">At least <see cref="Problem.PartialLength"/> floats.</param>
    /// <param name="destination">[sequences · length, heads · head width], overwritten.</param>
    public static void Run(Problem problem, MatrixView<float> queries, KeyValueSource source, Span<float> partials, MatrixView<float> destination)
    {
        if (partials.Length < problem.PartialLength)
            throw new ArgumentException($"{partials.Length} floats of scratch, {problem.PartialLength} needed", nameof(partials));
        fixed (float* scratch = partials)
        {
            var work = new TileWork(problem, queries, source, scratch, destination);
            var parts = problem.Splits * problem.Sequences * problem.KeyValueHeads * problem.QueryTiles;
            if ((long)queries.Rows * queries.Columns * (problem.FirstPosition + problem.Length) < SerialWork)
                for (var part = 0; part < parts; part++)
                    work.Run(part);
            else
                WorkerPool.Run(parts, work);
            if (problem.Splits > 1)
                work.Merge();
        }
        queries.KeepAlive();
        destination.KeepAlive();
    }

    private readonly struct TileWork(Problem problem, MatrixView<float> queries, KeyValueSource source, float* partials, MatrixView<float> destination) : IParallelWork
    {
        private readonly Problem _problem = problem;
        private readonly MatrixView<float> _queries = queries;
        private readonly KeyValueSource _source = source;
        private readonly MatrixView<float> _destination = destination;

        private int Tiles => _problem.Sequences * _problem.KeyValueHeads * _problem.QueryTiles;

        // Parts count splits slowest; within a split late query tiles, the longest, come first.
        [SkipLocalsInit]
        public void Run(int part)
        {
            var p = _problem;
            var (split, tile) = Math.DivRem(part, Tiles);
            var (sequence, head, query, queries, rows) = Locate(tile);
            var width = p.HeadWidth;
            var q = stackalloc float[rows * width];
            var output = stackalloc float[rows * width];
            var maxima = stackalloc float[rows];
            var sums = stackalloc float[rows];
            GatherQueries(sequence, head, query, queries, q);
            new Span<float>(output, rows * width).Clear();
            new Span<float>(maxima, rows).Fill(float.NegativeInfinity);
            new Span<float>(sums, rows).Clear();
            var first = Math.Max(0, p.FirstPosition + query - p.Window + 1);
            var end = p.FirstPosition + query + queries;
            if (p.Splits > 1)
            {
                first = Math.Max(first, split * SplitLength);
                end = Math.Min(end, (split + 1) * SplitLength);
            }
            Walk(sequence, head, query, rows, q, output, maxima, sums, first, end);
            if (p.Splits > 1)
                StorePartial(part, rows, output, maxima, sums);
            else
                StoreRows(sequence, head, query, rows, output, sums);
        }

        [SkipLocalsInit]
        private void Walk(int sequence, int head, int query, int rows, float* q, float* output, float* maxima, float* sums, int first, int end)
        {
            var width = _problem.HeadWidth;
            var scores = stackalloc float[rows * KeyTile];
            var transposes = rows >= 16;
            var turned = stackalloc float[transposes ? width * KeyTile : 1];
            var buffer = stackalloc float[_source.NeedsBuffer ? KeyTile * width : 1];
            for (var position = first / KeyTile * KeyTile; position < end; position += KeyTile)
            {
                var count = Math.Min(KeyTile, end - position);
                var keys = _source.Keys(sequence, head, position, count, buffer);
                if (transposes)
                {
                    AttentionKernels.Transpose(keys, _source.RowStride, count, width, turned, KeyTile);
                    new Span<float>(scores, rows * KeyTile).Clear();
                    AttentionKernels.AddProduct(q, width, turned, KeyTile, scores, KeyTile, rows, width, count);
                }
                else
                {
                    AttentionKernels.DotRows(q, width, keys, _source.RowStride, scores, KeyTile, rows, count, width);
                }
                for (var row = 0; row < rows; row++)
                    SoftmaxRow(query, row, position, first, count, scores + row * KeyTile, output + row * width, ref maxima[row], ref sums[row]);
                var values = _source.Values(sequence, head, position, count, buffer);
                AttentionKernels.AddProduct(scores, KeyTile, values, _source.RowStride, output, width, rows, count, width);
            }
        }

        // Turns a row of scores into weights relative to the row's running maximum, and rescales what was summed before when the maximum grows.
        private void SoftmaxRow(int query, int row, int position, int first, int count, float* scores, float* output, ref float maximum, ref float sum)
        {
            var own = _problem.FirstPosition + query + row / _problem.Group;
            var low = Math.Clamp(Math.Max(first, own - _problem.Window + 1) - position, 0, count);
            var high = Math.Clamp(own + 1 - position, low, count);
            new Span<float>(scores, low).Clear();
            new Span<float>(scores + high, count - high).Clear();
            if (low == high)
                return;
            var seen = new Span<float>(scores + low, high - low);
            var tileMaximum = TensorPrimitives.Max<float>(seen);
            if (tileMaximum > maximum)
            {
                var shrink = MathF.Exp(maximum - tileMaximum);
                maximum = tileMaximum;
                sum *= shrink;
                var width = _problem.HeadWidth;
                TensorPrimitives.Multiply(new ReadOnlySpan<float>(output, width), shrink, new Span<float>(output, width));
            }
            TensorPrimitives.Subtract(seen, maximum, seen);
            TensorPrimitives.Exp<float>(seen, seen);
            sum += TensorPrimitives.Sum<float>(seen);
        }

        private (int Sequence, int Head, int Query, int Queries, int Rows) Locate(int tile)
        {
            var (rest, queryTile) = Math.DivRem(tile, _problem.QueryTiles);
            var (sequence, head) = Math.DivRem(rest, _problem.KeyValueHeads);
            var query = (_problem.QueryTiles - 1 - queryTile) * _problem.QueryTile;
            var queries = Math.Min(_problem.QueryTile, _problem.Length - query);
            return (sequence, head, query, queries, queries * _problem.Group);
        }

        // Rows of a tile: query by query, and within a query the heads that share the keys; scaled by 1/√width here.
        private void GatherQueries(int sequence, int head, int query, int queries, float* target)
        {
            var span = _problem.Group * _problem.HeadWidth;
            var scale = 1 / MathF.Sqrt(_problem.HeadWidth);
            for (var i = 0; i < queries; i++, target += span)
                TensorPrimitives.Multiply(_queries.Row(sequence * _problem.Length + query + i).Slice(head * span, span), scale, new Span<float>(target, span));
        }

        private void StoreRows(int sequence, int head, int query, int rows, float* output, float* sums)
        {
            var (group, width) = (_problem.Group, _problem.HeadWidth);
            for (var row = 0; row < rows; row++)
            {
                var target = _destination.Row(sequence * _problem.Length + query + row / group).Slice((head * group + row % group) * width, width);
                TensorPrimitives.Divide(new ReadOnlySpan<float>(output + row * width, width), sums[row], target);
            }
        }

        private float* Partial(int part) => partials + (long)part * _problem.RowCapacity * (_problem.HeadWidth + 2);

        private void StorePartial(int part, int rows, float* output, float* maxima, float* sums)
        {
            var target = Partial(part);
            var width = _problem.HeadWidth;
            new ReadOnlySpan<float>(output, rows * width).CopyTo(new Span<float>(target, rows * width));
            new ReadOnlySpan<float>(maxima, rows).CopyTo(new Span<float>(target + rows * width, rows));
            new ReadOnlySpan<float>(sums, rows).CopyTo(new Span<float>(target + rows * (width + 1), rows));
        }

        // Σ_s e^(m_s − m) o_s / Σ_s e^(m_s − m) l_s over the splits s, in order; a split that a row does not see has m_s = −∞ and weight zero.
        public void Merge()
        {
            var width = _problem.HeadWidth;
            for (var tile = 0; tile < Tiles; tile++)
            {
                var (sequence, head, query, _, rows) = Locate(tile);
                var result = Partial(tile);
                for (var row = 0; row < rows; row++)
                {
                    var maximum = float.NegativeInfinity;
                    for (var split = 0; split < _problem.Splits; split++)
                        maximum = Math.Max(maximum, Partial(split * Tiles + tile)[rows * width + row]);
                    var total = 0f;
                    for (var split = 0; split < _problem.Splits; split++)
                    {
                        var partial = Partial(split * Tiles + tile);
                        var weight = MathF.Exp(partial[rows * width + row] - maximum);
                        total += weight * partial[rows * (width + 1) + row];
                        var output = new Span<float>(result + row * width, width);
                        var addend = new ReadOnlySpan<float>(partial + row * width, width);
                        if (split == 0)
                            TensorPrimitives.Multiply(addend, weight, output);
                        else
                            TensorPrimitives.MultiplyAdd(addend, weight, output, output);
                    }
                    result[rows * (width + 1) + row] = total;
                }
                StoreRows(sequence, head, query, rows, result, result + rows * (width + 1));
            }
        }
    }
}
