using Sparseland.Language.Generation;
using Sparseland.Language.Tokenizers;

namespace Sparseland.Language.Contextual;

/// <summary>What both ways of drafting share: the greedy choice, the test of a drafted token, and when a draft asks for its check early.</summary>
internal sealed class DraftRules(SiriusOptions options, GenerationSettings settings, HashSet<int> endTokens, ITokenizer tokenizer, int vocabularySize)
{
    private readonly Sampler _greedy = new(settings, vocabularySize);
    private readonly float[] _weights = new float[vocabularySize];

    public SiriusOptions Options => options;

    public int Choose(Span<float> logits) => _greedy.Next(logits);

    public bool IsEnd(int token) => endTokens.Contains(token);

    /// <summary>Whether the draft holds a stop string; the check decides, and one that begins before the draft is found after it.</summary>
    public bool MayStop(ReadOnlySpan<int> draft)
    {
        if (settings.StopStrings.Count == 0)
            return false;
        // An id of a padded embedding has no text; the dense model will not agree.
        if (draft[^1] >= tokenizer.VocabularySize)
            return true;
        var text = tokenizer.Decode(draft);
        foreach (var stop in settings.StopStrings)
            if (text.Contains(stop, StringComparison.Ordinal))
                return true;
        return false;
    }

    /// <summary>Whether the dense model's logits let a drafted token stay.</summary>
    public bool Accepts(Span<float> logits, int token)
    {
        if (options.Strict)
            return Choose(logits) == token;
        return Math.Exp(LogProbabilities(logits)[token]) >= options.Threshold;
    }

    /// <summary>Logarithms of the probabilities at the acceptance temperature; overwritten by the next call.</summary>
    public ReadOnlySpan<float> LogProbabilities(ReadOnlySpan<float> logits)
    {
        TensorPrimitives.Multiply(logits, (float)(1 / options.Temperature), _weights);
        TensorPrimitives.Subtract(_weights, TensorPrimitives.Max<float>(_weights), _weights);
        var sum = 0.0;
        foreach (var weight in _weights)
            sum += MathF.Exp(weight);
        TensorPrimitives.Subtract(_weights, (float)Math.Log(sum), _weights);
        return _weights;
    }
}

/// <summary>What became of a stretch.</summary>
/// <param name="Accepted">Drafted tokens that stay, in order.</param>
/// <param name="Next">The dense model's token after them.</param>
/// <param name="SparsePasses">Passes of the sparse model.</param>
/// <param name="RollBack">Drafted tokens that were taken back.</param>
internal readonly record struct Stretch(IReadOnlyList<int> Accepted, int Next, int SparsePasses, int RollBack);

/// <summary>Drafts a stretch after a token and has it checked; afterwards the session holds that token and the accepted ones.</summary>
internal interface IDrafter
{
    /// <summary>Bytes of weights read by passes of other sessions than the one that is continued.</summary>
    long OtherBytesRead { get; }

    /// <summary>Drafts and checks.</summary>
    /// <param name="first">The dense model's token, not read yet.</param>
    /// <param name="limit">Tokens of the stretch, that one included; at least 1.</param>
    /// <param name="cancellation">Heeded between blocks.</param>
    Stretch Run(int first, int limit, CancellationToken cancellation);
}
