using Sparseland.Errors;
using Sparseland.Tensors;

namespace Sparseland.Language.Models;

/// <summary>
/// One sequence being read and continued: cache, work buffers and the logits of the last token. Tokens after the first call allocate nothing
/// (a page of the cache every 256 tokens apart, unless <see cref="Reserve"/> made them before). Not thread-safe; sessions of one model may run side by side.
/// </summary>
public sealed class InferenceSession
{
    /// <summary>Tokens of a prompt that go through the blocks together.</summary>
    public const int PromptBatch = 512;

    private readonly BlockScratch _scratch;
    private readonly Tensor<float> _logits;
    private readonly int[] _tokens;
    private Tensor<float> _hidden;

    internal InferenceSession(TransformerModel model, KeyValueCache cache)
    {
        Model = model;
        Cache = cache;
        _scratch = new BlockScratch(model.Configuration);
        _tokens = new int[cache.Capacity];
        _logits = new Tensor<float>(new Shape(1, model.Configuration.VocabularySize));
        _hidden = new Tensor<float>(new Shape(1, model.Configuration.Width));
    }

    /// <summary>The model.</summary>
    public TransformerModel Model { get; }

    /// <summary>Keys and values of the tokens so far.</summary>
    public KeyValueCache Cache { get; }

    /// <summary>How many tokens were read so far.</summary>
    public int Length => Cache.Length;

    /// <summary>The tokens read so far.</summary>
    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, Length);

    /// <summary>Tokens that still fit.</summary>
    public int Remaining => Math.Min(Cache.Capacity, Model.MaximumLength) - Length;

    /// <summary>Logits after the last token, [vocabulary]; overwritten by the next call.</summary>
    public Span<float> Logits => _logits.Span;

    /// <summary>How the feed-forward layers are run; null with all neurons.</summary>
    public IFeedForwardPath? FeedForward { get; set; }

    /// <summary>Sees the inputs of the projections while tokens are read with all neurons, or null.</summary>
    public IActivationObserver? Observer { get; set; }

    /// <summary>Bytes of weights that the passes so far read, once per pass; of the embedding only where it serves as the head. What a decoder bound by memory pays with time.</summary>
    public long WeightBytesRead { get; private set; }

    /// <summary>Bytes of a session's work buffers when a prompt of some length has been read; the cache not included.</summary>
    public static long WorkBytesFor(TransformerConfiguration configuration, int promptLength)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var rows = Math.Clamp(promptLength, 1, PromptBatch);
        return BlockScratch.BytesFor(configuration, rows) + ((long)rows * configuration.Width + configuration.VocabularySize) * sizeof(float);
    }

    /// <summary>Reads tokens in batches and leaves the logits after the last one.</summary>
    /// <param name="tokens">At least one token.</param>
    /// <param name="cancellation">Heeded between blocks; the session then is where the last whole batch left it.</param>
    /// <returns>[vocabulary], the same memory as <see cref="Logits"/>.</returns>
    /// <exception cref="ResourceLimitException">They do not fit the context.</exception>
    public Span<float> Read(ReadOnlySpan<int> tokens, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfZero(tokens.Length, nameof(tokens));
        Check(tokens.Length);
        while (tokens.Length > 0)
        {
            var count = Math.Min(tokens.Length, PromptBatch);
            var hidden = RunBlocks(tokens[..count], cancellation);
            tokens = tokens[count..];
            if (tokens.Length == 0)
                ComputeLogits(hidden.SliceRows(count - 1, 1), _logits.Matrix);
        }
        return Logits;
    }

    /// <summary>Reads tokens as one batch and gives the logits after each of them, as checking drafted tokens needs it.</summary>
    /// <param name="tokens">At most <see cref="PromptBatch"/> tokens.</param>
    /// <param name="logits">[tokens, vocabulary], overwritten.</param>
    /// <param name="cancellation">Heeded between blocks.</param>
    /// <exception cref="ResourceLimitException">They do not fit the context.</exception>
    public void ReadAll(ReadOnlySpan<int> tokens, MatrixView<float> logits, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tokens.Length, PromptBatch, nameof(tokens));
        if (tokens.Length == 0)
            return;
        Check(tokens.Length);
        ComputeLogits(RunBlocks(tokens, cancellation), logits);
    }

    /// <summary>
    /// Runs nodes of a tree that continues this text, in one pass, and gives the logits after each of them. The session stays where it is: keys and values go into the tree, over those that
    /// were there.
    /// </summary>
    /// <param name="tree">The tree; the ancestors of the nodes were read before or are among them.</param>
    /// <param name="first">The first of the nodes.</param>
    /// <param name="logits">[nodes, vocabulary], overwritten; its rows say how many nodes are read.</param>
    /// <param name="cancellation">Heeded between blocks.</param>
    /// <exception cref="Sparseland.Errors.MismatchException">A node lies beyond the model's learned positions.</exception>
    public void ReadTree(TokenTree tree, int first, MatrixView<float> logits, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first + logits.Rows, tree.Count, nameof(logits));
        if (logits.Rows == 0)
            return;
        var hidden = HiddenRows(logits.Rows);
        for (var row = 0; row < logits.Rows; row++)
            Model.Embed(tree.Tokens.Slice(first + row, 1), Length + tree.Depth(first + row), hidden.SliceRows(row, 1));
        Extend(hidden, new TransformerBlock.Reach(Cache, tree, first), cancellation);
        ComputeLogits(hidden, logits);
    }

    /// <summary>Appends nodes of a tree to the text, with the keys and values that they have.</summary>
    /// <param name="tree">A tree that continues this text.</param>
    /// <param name="path">Nodes, each the parent of the next; the first follows the text.</param>
    /// <exception cref="ResourceLimitException">They do not fit the context.</exception>
    public void Keep(TokenTree tree, ReadOnlySpan<int> path)
    {
        ArgumentNullException.ThrowIfNull(tree);
        Check(path.Length);
        for (var i = 0; i < path.Length; i++)
            if (tree.Parent(path[i]) != (i == 0 ? -1 : path[i - 1]))
                throw new ArgumentException($"node {path[i]} does not follow at place {i}", nameof(path));
        Cache.Begin(path.Length);
        for (var block = 0; block < Model.Blocks.Count; block++)
            for (var i = 0; i < path.Length; i++)
                Cache.WriteAt(block, Length + i, tree.Keys(block).SliceRows(path[i], 1), tree.Values(block).SliceRows(path[i], 1));
        for (var i = 0; i < path.Length; i++)
            _tokens[Length + i] = tree.Tokens[path[i]];
        Cache.Advance(path.Length);
    }

    /// <summary>Forgets the tokens from a length on. The logits are then those of a token that is gone.</summary>
    public void Truncate(int length) => Cache.Truncate(length);

    /// <summary>Goes back to the longest beginning that this text shares with another one, so that only the rest must be read.</summary>
    /// <param name="tokens">The text to be read next.</param>
    /// <returns>How many of its tokens need not be read again; always at least one less than there are, because the last one's logits are wanted.</returns>
    public int Rewind(ReadOnlySpan<int> tokens)
    {
        var shared = Math.Max(0, Math.Min(Tokens.CommonPrefixLength(tokens), tokens.Length - 1));
        Truncate(shared);
        return shared;
    }

    /// <summary>Makes the cache's pages and the buffers for a length beforehand.</summary>
    public void Reserve(int length)
    {
        Cache.Reserve(Math.Max(length, Length));
        _scratch.EnsureRows(1);
    }

    /// <summary>A second session that continues from here on its own.</summary>
    public InferenceSession Fork()
    {
        var fork = new InferenceSession(Model, Cache.Fork());
        Logits.CopyTo(fork.Logits);
        Tokens.CopyTo(fork._tokens);
        return fork;
    }

    private MatrixView<float> RunBlocks(ReadOnlySpan<int> tokens, CancellationToken cancellation)
    {
        var hidden = HiddenRows(tokens.Length);
        Cache.Begin(tokens.Length);
        Model.Embed(tokens, Length, hidden);
        Extend(hidden, new TransformerBlock.Reach(Cache), cancellation);
        tokens.CopyTo(_tokens.AsSpan(Length));
        Cache.Advance(tokens.Length);
        return hidden;
    }

    private MatrixView<float> HiddenRows(int count)
    {
        if (_hidden.Shape[0] < count)
            _hidden = Tensor<float>.Uninitialized(new Shape(count, Model.Configuration.Width));
        return _hidden.Matrix.SliceRows(0, count);
    }

    private void Extend(MatrixView<float> hidden, TransformerBlock.Reach reach, CancellationToken cancellation)
    {
        for (var index = 0; index < Model.Blocks.Count; index++)
        {
            cancellation.ThrowIfCancellationRequested();
            WeightBytesRead += Model.Blocks[index].Extend(hidden, reach, _scratch, Observer, FeedForward);
        }
    }

    private void ComputeLogits(MatrixView<float> hidden, MatrixView<float> logits)
    {
        Model.ComputeLogits(hidden, logits);
        WeightBytesRead += Model.Head.ByteCount;
    }

    private void Check(int count)
    {
        if (count > Remaining)
            throw new ResourceLimitException($"{count} tokens after {Length} do not fit a context of {Length + Remaining}: shorten the text or ask for a longer context");
    }
}
