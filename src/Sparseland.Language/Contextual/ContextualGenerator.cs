using System.Diagnostics;
using Sparseland.Errors;
using Sparseland.Language.Generation;
using Sparseland.Language.Models;
using Sparseland.Language.Tokenizers;

namespace Sparseland.Language.Contextual;

/// <summary>
/// Continues texts greedily with some of the feed-forward neurons, alone or corrected by the dense model. The prompt is always read with all neurons. Text goes out when it is certain:
/// with a correction, after its check. Not thread-safe: what does not depend on the prompt is kept from call to call.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="tokenizer">Its tokenizer.</param>
/// <param name="options">Mode, share and correction.</param>
public sealed class ContextualGenerator(TransformerModel model, ITokenizer tokenizer, ContextualOptions options)
{
    private readonly IContextualMode _mode = Checked(options);
    private IFeedForwardPath? _path;

    /// <summary>Mode, share and correction.</summary>
    public ContextualOptions Options => options;

    /// <summary>Reads a prompt from the start and continues it.</summary>
    /// <param name="session">The sequence; what it held is forgotten, because keys and values of sparse passes may be among it.</param>
    /// <param name="prompt">The whole text so far; when empty, the model's begin token takes its place.</param>
    /// <param name="settings">How to continue: greedily, without a repetition penalty.</param>
    /// <param name="onText">Gets the text as it becomes certain, in pieces of whole characters.</param>
    /// <param name="cancellation">Heeded between the blocks of a pass.</param>
    /// <exception cref="InvalidSettingException">The settings are not greedy or outside their range, or an empty prompt for a model without a begin token.</exception>
    /// <exception cref="ResourceLimitException">The prompt does not fit the session.</exception>
    /// <exception cref="NumericalException">The logits hold NaN or infinity.</exception>
    public ContextualResult Generate(InferenceSession session, ReadOnlySpan<int> prompt, GenerationSettings settings, Action<string>? onText = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(settings);
        if (!ReferenceEquals(session.Model, model))
            throw new ArgumentException("the session belongs to another model", nameof(session));
        RequireGreedy(settings);
        if (prompt.IsEmpty)
            prompt = new[] { TextGenerator.BeginToken(model, tokenizer) };
        var rules = new DraftRules(options.Correction ?? new SiriusOptions(), settings, TextGenerator.EndTokens(settings, model, tokenizer), tokenizer, model.Configuration.VocabularySize);
        var clock = Stopwatch.StartNew();
        var path = ReadPrompt(session, prompt, cancellation);
        var promptSeconds = clock.Elapsed.TotalSeconds;
        clock.Restart();
        var text = new GeneratedText(settings, new TextStream(tokenizer, prompt), onText);
        var share = ContextualStatistics.ShareOf(model, _mode, options.Keep);
        var run = new Run(session, text, rules, settings.MaximumTokens, model.BytesPerToken, share);
        var reason = options.Correction is { TreeWidth: var width }
            ? run.Corrected(width > 1 ? new TreeDrafter(session, path, rules) : new ChainDrafter(session, path, rules), cancellation)
            : run.Sparse(path, cancellation);
        var statistics = new GenerationStatistics(prompt.Length, 0, text.Tokens.Count, run.Statistics.SparsePasses + run.Statistics.Checks, promptSeconds, clock.Elapsed.TotalSeconds);
        return new(new(text.Text, text.Tokens, reason, statistics), run.Statistics);
    }

    /// <summary>Refuses settings that contextual sparsity is not defined for.</summary>
    /// <exception cref="InvalidSettingException">They draw, or penalise repetitions.</exception>
    public static void RequireGreedy(GenerationSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.Temperature != 0)
            throw new InvalidSettingException($"a temperature of {settings.Temperature} with contextual sparsity: it is greedy only, so set the temperature to 0");
        if (settings.RepetitionPenalty != 1)
            throw new InvalidSettingException($"a repetition penalty of {settings.RepetitionPenalty} with contextual sparsity: it is greedy only, so leave the penalty at 1");
    }

    private static IContextualMode Checked(ContextualOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return ContextualModes.Find(options.Mode);
    }

    private IFeedForwardPath ReadPrompt(InferenceSession session, ReadOnlySpan<int> prompt, CancellationToken cancellation)
    {
        var seen = _mode.ReadsPrompt ? new PromptNeurons(model.Configuration) : null;
        session.Truncate(0);
        session.FeedForward = null;
        session.Observer = seen;
        try
        {
            session.Read(prompt, cancellation);
        }
        finally
        {
            session.Observer = null;
        }
        var request = new ContextualRequest(model, options.Keep, options.Seed, seen);
        return _mode.ReadsPrompt ? _mode.Prepare(request) : _path ??= _mode.Prepare(request);
    }

    private sealed class Run(InferenceSession session, GeneratedText text, DraftRules rules, int maximumTokens, long denseBytes, double share)
    {
        private readonly long _bytesBefore = session.WeightBytesRead;
        private readonly List<int> _rollBacks = [];
        private int _sparsePasses, _kept;
        private long _otherBytes;

        public ContextualStatistics Statistics => new(_sparsePasses, _rollBacks.Count, _kept, _rollBacks, session.WeightBytesRead - _bytesBefore + _otherBytes, denseBytes, share);

        /// <summary>The sparse model alone: it also decides when the text ends.</summary>
        public FinishReason Sparse(IFeedForwardPath path, CancellationToken cancellation)
        {
            session.FeedForward = path;
            try
            {
                while (true)
                {
                    if (Next(rules.Choose(session.Logits)) is { } ended)
                        return ended;
                    session.Read([text.Tokens[^1]], cancellation);
                    _sparsePasses++;
                    _kept++;
                }
            }
            finally
            {
                session.FeedForward = null;
            }
        }

        /// <summary>Stretches that are drafted and checked.</summary>
        public FinishReason Corrected(IDrafter drafter, CancellationToken cancellation)
        {
            var next = rules.Choose(session.Logits);
            while (true)
            {
                if (Next(next) is { } ended)
                    return ended;
                var limit = Math.Min(Math.Min(rules.Options.Period, session.Remaining), maximumTokens - text.Tokens.Count + 1);
                var stretch = drafter.Run(next, limit, cancellation);
                _sparsePasses += stretch.SparsePasses;
                _kept += stretch.Accepted.Count + 1;
                _rollBacks.Add(stretch.RollBack);
                _otherBytes = drafter.OtherBytesRead;
                foreach (var token in stretch.Accepted)
                {
                    text.Append(token);
                    if (text.HasStopped)
                        return FinishReason.StopString;
                }
                next = stretch.Next;
            }
        }

        // Takes a token that is certain, unless it ends the text; null when the text goes on. The order is that of dense decoding.
        private FinishReason? Next(int token)
        {
            if (text.IsFull)
                return text.End(FinishReason.MaximumTokens);
            if (rules.IsEnd(token))
                return text.End(FinishReason.EndToken);
            text.Append(token);
            if (text.HasStopped)
                return FinishReason.StopString;
            if (session.Remaining == 0)
                return text.End(FinishReason.ContextFull);
            return text.IsFull ? text.End(FinishReason.MaximumTokens) : null;
        }
    }
}
