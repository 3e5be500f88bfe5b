using System.Buffers;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Language.Models;

/// <summary>
/// Attention of the nodes of a <see cref="TokenTree"/>: each sees the cache, its ancestors and itself, which is what a tree attention mask over the flattened tree lets it see
/// (Miao et al. 2024, SpecInfer), without the scores that such a mask throws away. Key and value heads are shared as in <see cref="CausalAttention"/>.
/// </summary>
internal static unsafe class TreeAttention
{
    /// <summary>The figures of one call.</summary>
    /// <param name="First">The first node.</param>
    /// <param name="CacheLength">Positions in the cache: a node stands at this plus its depth.</param>
    /// <param name="Heads">Query heads.</param>
    /// <param name="KeyValueHeads">Key and value heads.</param>
    /// <param name="HeadWidth">Width of a head.</param>
    /// <param name="Window">Positions a query sees, its own included; int.MaxValue for all.</param>
    public readonly record struct Problem(int First, int CacheLength, int Heads, int KeyValueHeads, int HeadWidth, int Window)
    {
        public int Group => Heads / KeyValueHeads;

        /// <summary>Scores of one node and one key head, padded to whole tiles of the cache.</summary>
        public int ScoreStride(int depth) => (CacheLength + CausalAttention.KeyTile - 1) / CausalAttention.KeyTile * CausalAttention.KeyTile + depth + 1;

        /// <summary>Floats that one node and one key head take: queries, scores, and a widened tile of the cache.</summary>
        public int PartLength(int depth) => Group * (ScoreStride(depth) + HeadWidth) + CausalAttention.KeyTile * HeadWidth;
    }

    /// <summary>destination = softmax(Q Kᵀ / √width) V per head, over what each node sees.</summary>
    /// <param name="problem">The figures.</param>
    /// <param name="tree">The tree; keys and values of the nodes are written.</param>
    /// <param name="block">The block.</param>
    /// <param name="queries">[nodes, heads · head width].</param>
    /// <param name="source">The cache.</param>
    /// <param name="destination">[nodes, heads · head width], overwritten.</param>
    public static void Run(Problem problem, TokenTree tree, int block, MatrixView<float> queries, KeyValueSource source, MatrixView<float> destination)
    {
        WorkerPool.Run(queries.Rows * problem.KeyValueHeads, new NodeWork(problem, tree, block, queries, source, destination));
        GC.KeepAlive(tree);
        queries.KeepAlive();
        destination.KeepAlive();
    }

    private readonly struct NodeWork(
        Problem problem, TokenTree tree, int block, MatrixView<float> queries, KeyValueSource source, MatrixView<float> destination) : IParallelWork
    {
        private readonly Problem _problem = problem;
        private readonly MatrixView<float> _queries = queries;
        private readonly KeyValueSource _source = source;
        private readonly MatrixView<float> _destination = destination;

        public void Run(int part)
        {
            var p = _problem;
            var (row, head) = Math.DivRem(part, p.KeyValueHeads);
            var node = p.First + row;
            var depth = tree.Depth(node);
            var stride = p.ScoreStride(depth);
            var rented = ArrayPool<float>.Shared.Rent(p.PartLength(depth));
            fixed (float* q = rented)
            {
                Attend(row, node, head, depth, stride, q);
            }
            ArrayPool<float>.Shared.Return(rented);
        }

        private void Attend(int row, int node, int head, int depth, int stride, float* q)
        {
            var p = _problem;
            var scores = q + p.Group * p.HeadWidth;
            var buffer = scores + p.Group * stride;
            var span = p.Group * p.HeadWidth;
            TensorPrimitives.Multiply(_queries.Row(row).Slice(head * span, span), 1 / MathF.Sqrt(p.HeadWidth), new Span<float>(q, span));
            var low = Math.Max(0, p.CacheLength + depth - p.Window + 1);
            Score(node, head, q, scores, stride, low, buffer);
            for (var i = 0; i < p.Group; i++)
                Softmax(new Span<float>(scores + i * stride, stride));
            var output = _destination.Row(row).Slice(head * span, span);
            output.Clear();
            fixed (float* target = output)
            {
                Mix(node, head, scores, stride, low, buffer, target);
            }
        }

        // Scores by cached position, then by depth; minus infinity where the node does not see.
        private void Score(int node, int head, float* q, float* scores, int stride, int low, float* buffer)
        {
            var p = _problem;
            var ancestors = stride - tree.Depth(node) - 1;
            for (var i = 0; i < p.Group; i++)
                new Span<float>(scores + i * stride, stride).Fill(float.NegativeInfinity);
            for (var position = low / CausalAttention.KeyTile * CausalAttention.KeyTile; position < p.CacheLength; position += CausalAttention.KeyTile)
            {
                var count = Math.Min(CausalAttention.KeyTile, p.CacheLength - position);
                AttentionKernels.DotRows(q, p.HeadWidth, _source.Keys(0, head, position, count, buffer), _source.RowStride, scores + position, stride, p.Group, count, p.HeadWidth);
            }
            var keys = tree.Keys(block);
            for (var at = node; at >= 0; at = tree.Parent(at))
            {
                if (p.CacheLength + tree.Depth(at) < low)
                    break;
                AttentionKernels.DotRows(q, p.HeadWidth, keys.Pointer + at * keys.RowStride + head * p.HeadWidth, keys.RowStride, scores + ancestors + tree.Depth(at), stride, p.Group, 1, p.HeadWidth);
            }
            for (var i = 0; i < p.Group; i++)
                if (low > 0)
                    new Span<float>(scores + i * stride, Math.Min(low, p.CacheLength)).Fill(float.NegativeInfinity);
        }

        private static void Softmax(Span<float> scores)
        {
            TensorPrimitives.Subtract(scores, TensorPrimitives.Max<float>(scores), scores);
            TensorPrimitives.Exp<float>(scores, scores);
            TensorPrimitives.Divide(scores, TensorPrimitives.Sum<float>(scores), scores);
        }

        private void Mix(int node, int head, float* weights, int stride, int low, float* buffer, float* target)
        {
            var p = _problem;
            var ancestors = stride - tree.Depth(node) - 1;
            for (var position = low / CausalAttention.KeyTile * CausalAttention.KeyTile; position < p.CacheLength; position += CausalAttention.KeyTile)
            {
                var count = Math.Min(CausalAttention.KeyTile, p.CacheLength - position);
                AttentionKernels.AddProduct(weights + position, stride, _source.Values(0, head, position, count, buffer), _source.RowStride, target, p.HeadWidth, p.Group, count, p.HeadWidth);
            }
            var values = tree.Values(block);
            for (var at = node; at >= 0; at = tree.Parent(at))
                AttentionKernels.AddProduct(weights + ancestors + tree.Depth(at), stride, values.Pointer + at * values.RowStride + head * p.HeadWidth, values.RowStride, target, p.HeadWidth, p.Group, 1, p.HeadWidth);
        }
    }
}
