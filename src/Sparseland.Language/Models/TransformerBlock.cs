using Sparseland.Errors;
using Sparseland.Tensors;

namespace Sparseland.Language.Models;

/// <summary>
/// One block of a decoder-only transformer: x += attention(norm x), then x += feedForward(norm x). It can be loaded and run alone,
/// and each of its projections can be given another matrix, so a pruner walks a model of any size block by block.
/// Running it changes nothing but the scratch, so one block may run on several threads with a scratch each.
/// </summary>
public sealed partial class TransformerBlock
{
    private const int AttentionProjections = 4;

    private readonly Projection _query, _key, _value, _output, _up, _down;
    private readonly Projection? _gate;
    private readonly BlockNorms _norms;
    private readonly RotaryTable? _rotary;
    private readonly int _window;
    private readonly string[] _attentionReaders, _outputReader, _feedForwardReaders, _downReader;

    /// <summary>The block's number in the model, from 0.</summary>
    public int Index { get; }

    /// <summary>The model's configuration.</summary>
    public TransformerConfiguration Configuration { get; }

    /// <summary>The linear layers in the order of <see cref="TensorNames.Projections"/>.</summary>
    public IReadOnlyList<Projection> Projections { get; }

    /// <summary>A linear layer by name, such as "mlp.up_proj".</summary>
    /// <exception cref="InvalidSettingException">The block has no such projection.</exception>
    public Projection this[string name] => Projections.FirstOrDefault(projection => projection.Name == name)
        ?? throw new InvalidSettingException($"no projection '{name}' in a {Configuration.Family} block{Suggestion.For(name, Projections.Select(p => p.Name))}; it has {string.Join(", ", Projections.Select(p => p.Name))}");

    /// <summary>Bytes of all weights, index and values, as in memory.</summary>
    public long ByteCount => BytesOf(Projections.Count) + _norms.ByteCount;

    /// <summary>Runs whole sequences through the block, in place: position 0 is each sequence's first row. Works through few sequences at a time, so the scratch stays small.</summary>
    /// <param name="hidden">[sequences · length, width], sequence after sequence.</param>
    /// <param name="sequences">How many sequences.</param>
    /// <param name="length">Tokens in each.</param>
    /// <param name="scratch">Work buffers.</param>
    /// <param name="observer">Sees the input of every projection, or null.</param>
    /// <param name="cancellation">Ends the pass between sequences; the hidden states are then of no use.</param>
    /// <exception cref="ArgumentException">The matrix is not sequences · length by width.</exception>
    public void Forward(MatrixView<float> hidden, int sequences, int length, BlockScratch scratch, IActivationObserver? observer = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(scratch);
        if (sequences < 0 || length <= 0 || hidden.Rows != (long)sequences * length || hidden.Columns != Configuration.Width)
            throw new ArgumentException($"{sequences} sequences of {length} tokens at width {Configuration.Width} in a {hidden.Rows} x {hidden.Columns} matrix", nameof(hidden));
        var atOnce = Math.Max(1, BlockScratch.FeedForwardRows / length);
        for (var first = 0; first < sequences; first += atOnce)
        {
            cancellation.ThrowIfCancellationRequested();
            var count = Math.Min(atOnce, sequences - first);
            var rows = hidden.SliceRows(first * length, count * length);
            Attend(rows, length, new Reach(null), scratch, observer);
            FeedForward(rows, scratch, observer);
        }
        hidden.KeepAlive();
    }

    /// <summary>Runs new tokens of one sequence through the block, in place; their keys and values are written after the cache's last position, or into the tree whose nodes they are.</summary>
    /// <returns>Bytes of weights that were read.</returns>
    internal long Extend(MatrixView<float> hidden, Reach reach, BlockScratch scratch, IActivationObserver? observer, IFeedForwardPath? path)
    {
        Attend(hidden, hidden.Rows, reach, scratch, observer);
        if (path is null)
        {
            FeedForward(hidden, scratch, observer);
            return ByteCount;
        }
        var normed = scratch.Normed.Matrix.SliceRows(0, hidden.Rows);
        _norms.FeedForward.Apply(hidden, normed);
        var read = path.Apply(Index, normed);
        AddRows(normed, hidden);
        return BytesOf(AttentionProjections) + _norms.ByteCount + read;
    }

    private void Attend(MatrixView<float> hidden, int length, Reach reach, BlockScratch scratch, IActivationObserver? observer)
    {
        var rows = hidden.Rows;
        var cache = reach.Cache;
        var first = cache?.Length ?? 0;
        scratch.EnsureRows(rows);
        var shape = Configuration.ShapeOf(Index);
        var (queryWidth, keyWidth) = (shape.HeadCount * Configuration.HeadWidth, shape.KeyValueHeadCount * Configuration.HeadWidth);
        var normed = scratch.Normed.Matrix.SliceRows(0, rows);
        var queries = BlockScratch.View(scratch.Queries, rows, queryWidth);
        var keys = BlockScratch.View(scratch.Keys, rows, keyWidth);
        var values = BlockScratch.View(scratch.Values, rows, keyWidth);
        var mixed = BlockScratch.View(scratch.Mixed, rows, queryWidth);
        _norms.Attention.Apply(hidden, normed);
        observer?.Observe(Index, _attentionReaders, normed);
        _query.Apply(normed, queries);
        _key.Apply(normed, keys);
        _value.Apply(normed, values);
        NormHeads(_norms.Query, queries);
        NormHeads(_norms.Key, keys);
        if (reach.Tree is { } tree)
        {
            AttendTree(tree, reach, queries, keys, values, mixed);
        }
        else
        {
            _rotary?.Rotate(queries, first, length);
            _rotary?.Rotate(keys, first, length);
            cache?.Write(Index, keys, values);
            var problem = new CausalAttention.Problem(rows / length, length, first, shape.HeadCount, shape.KeyValueHeadCount, Configuration.HeadWidth, _window);
            CausalAttention.Run(problem, queries, cache?.Source(Index) ?? SourceOf(keys, values, length), scratch.Partials(problem.PartialLength), mixed);
        }
        GC.KeepAlive(cache);
        observer?.Observe(Index, _outputReader, mixed);
        _output.Apply(mixed, normed);
        AddRows(normed, hidden);
    }

    private void AttendTree(TokenTree tree, Reach reach, MatrixView<float> queries, MatrixView<float> keys, MatrixView<float> values, MatrixView<float> mixed)
    {
        var length = reach.Cache!.Length;
        for (var row = 0; row < queries.Rows; row++)
        {
            var position = length + tree.Depth(reach.FirstNode + row);
            _rotary?.Rotate(queries.SliceRows(row, 1), position, 1);
            _rotary?.Rotate(keys.SliceRows(row, 1), position, 1);
        }
        tree.Write(Index, reach.FirstNode, keys, values);
        var shape = Configuration.ShapeOf(Index);
        var problem = new TreeAttention.Problem(reach.FirstNode, length, shape.HeadCount, shape.KeyValueHeadCount, Configuration.HeadWidth, _window);
        TreeAttention.Run(problem, tree, Index, queries, reach.Cache.Source(Index), mixed);
    }

    private void FeedForward(MatrixView<float> hidden, BlockScratch scratch, IActivationObserver? observer)
    {
        for (var first = 0; first < hidden.Rows; first += BlockScratch.FeedForwardRows)
        {
            var rows = Math.Min(BlockScratch.FeedForwardRows, hidden.Rows - first);
            var part = hidden.SliceRows(first, rows);
            var normed = scratch.Normed.Matrix.SliceRows(0, rows);
            var up = BlockScratch.View(scratch.Up, rows, Configuration.ShapeOf(Index).FeedForwardWidth);
            _norms.FeedForward.Apply(part, normed);
            observer?.Observe(Index, _feedForwardReaders, normed);
            _up.Apply(normed, up);
            if (_gate is null)
            {
                FeedForwardActivation.Apply(Configuration.Activation, up);
            }
            else
            {
                var gate = BlockScratch.View(scratch.Gate, rows, up.Columns);
                _gate.Apply(normed, gate);
                FeedForwardActivation.ApplyGated(Configuration.Activation, gate, up);
            }
            observer?.Observe(Index, _downReader, up);
            _down.Apply(up, normed);
            AddRows(normed, part);
        }
    }

    // Of the first projections; the feed-forward layer's come after the four of the attention.
    private long BytesOf(int projections)
    {
        var bytes = 0L;
        for (var i = 0; i < projections; i++)
            bytes += Projections[i].Matrix.ByteCount + (Projections[i].Bias?.Length ?? 0) * sizeof(float);
        return bytes;
    }

    private static void AddRows(MatrixView<float> addend, MatrixView<float> destination)
    {
        for (var row = 0; row < destination.Rows; row++)
        {
            var target = destination.Row(row);
            TensorPrimitives.Add(target, addend.Row(row), target);
        }
    }

    // A head is a row of its own here: [tokens · heads, head width] over the same memory.
    private unsafe void NormHeads(Normalization? norm, MatrixView<float> heads)
    {
        if (norm is null)
            return;
        var width = Configuration.HeadWidth;
        var view = new MatrixView<float>(heads.Pointer, heads.Rows * (heads.Columns / width), width, width, null);
        norm.Apply(view, view);
        heads.KeepAlive();
    }

    private unsafe KeyValueSource SourceOf(MatrixView<float> keys, MatrixView<float> values, int length) =>
        new(keys.Pointer, values.Pointer, length * keys.RowStride, Configuration.HeadWidth, keys.RowStride);

    /// <summary>What new tokens attend to beside themselves: nothing, a cache, or a cache and their ancestors in a tree.</summary>
    internal readonly record struct Reach(KeyValueCache? Cache, TokenTree? Tree = null, int FirstNode = 0);
}
