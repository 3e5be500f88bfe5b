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
                Model.ComputeLogits(hidden.SliceRows(count - 1, 1), _logits.Matrix);
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
        Model.ComputeLogits(RunBlocks(tokens, cancellation), logits);
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
        if (_hidden.Shape[0] < tokens.Length)
            _hidden = Tensor<float>.Uninitialized(new Shape(tokens.Length, Model.Configuration.Width));
        var hidden = _hidden.Matrix.SliceRows(0, tokens.Length);
        Cache.Begin(tokens.Length);
        Model.Embed(tokens, Length, hidden);
        for (var index = 0; index < Model.Blocks.Count; index++)
        {
            cancellation.ThrowIfCancellationRequested();
            Model.Blocks[index].Extend(hidden, Cache, _scratch);
        }
        tokens.CopyTo(_tokens.AsSpan(Length));
        Cache.Advance(tokens.Length);
        return hidden;
    }

    private void Check(int count)
    {
        if (count > Remaining)
            throw new ResourceLimitException($"{count} tokens after {Length} do not fit a context of {Length + Remaining}: shorten the text or ask for a longer context");
    }
}
