using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Sparseland.Errors;
using Sparseland.Language.Models;
using Sparseland.Language.Tokenizers;

namespace Sparseland.Language.Generation;

/// <summary>Continues texts. Immutable and thread-safe; each text has its own session.</summary>
/// <param name="model">The model.</param>
/// <param name="tokenizer">Its tokenizer.</param>
public sealed class TextGenerator(TransformerModel model, ITokenizer tokenizer)
{
    /// <summary>Reads a prompt and continues it. What the session has read of the prompt's beginning is not read again.</summary>
    /// <param name="session">The sequence; afterwards it holds the prompt and the text made, but for its last token.</param>
    /// <param name="prompt">The whole text so far; when empty, the model's begin token takes its place.</param>
    /// <param name="settings">How to continue.</param>
    /// <param name="onText">Gets the text as it is made, in pieces of whole characters, on this thread.</param>
    /// <param name="cancellation">Heeded within one token, and between the blocks of a prompt's batch.</param>
    /// <exception cref="InvalidSettingException">A setting outside its range, or an empty prompt for a model without a begin token.</exception>
    /// <exception cref="ResourceLimitException">The prompt does not fit the session.</exception>
    /// <exception cref="NumericalException">The logits hold NaN or infinity.</exception>
    public GenerationResult Generate(InferenceSession session, ReadOnlySpan<int> prompt, GenerationSettings settings, Action<string>? onText = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(settings);
        if (!ReferenceEquals(session.Model, model))
            throw new ArgumentException("the session belongs to another model", nameof(session));
        if (prompt.IsEmpty)
            prompt = new[] { BeginToken(model, tokenizer) };
        var sampler = new Sampler(settings, model.Configuration.VocabularySize);
        sampler.Accept(prompt);
        var clock = Stopwatch.StartNew();
        var reused = session.Rewind(prompt);
        session.Read(prompt[reused..], cancellation);
        var promptSeconds = clock.Elapsed.TotalSeconds;
        clock.Restart();
        var text = new GeneratedText(settings, new TextStream(tokenizer, prompt), onText);
        var (reason, steps) = Decode(session, sampler, EndTokens(settings, model, tokenizer), text, cancellation);
        var statistics = new GenerationStatistics(prompt.Length, reused, text.Tokens.Count, steps, promptSeconds, clock.Elapsed.TotalSeconds);
        return new(text.Text, text.Tokens, reason, statistics);
    }

    /// <summary>Continues a prompt on another thread and hands out the pieces as they come; the last one carries the result.</summary>
    /// <param name="session">The sequence; not to be used elsewhere until the stream has ended.</param>
    /// <param name="prompt">The whole text so far.</param>
    /// <param name="settings">How to continue.</param>
    /// <param name="cancellation">Heeded within one token. Leaving the loop early cancels too.</param>
    public async IAsyncEnumerable<GenerationPiece> StreamAsync(InferenceSession session, ReadOnlyMemory<int> prompt, GenerationSettings settings, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var channel = Channel.CreateUnbounded<GenerationPiece>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        var generation = Task.Run(() =>
        {
            try
            {
                var result = Generate(session, prompt.Span, settings, text => channel.Writer.TryWrite(new GenerationPiece(text)), stop.Token);
                channel.Writer.TryWrite(new GenerationPiece("", result));
                channel.Writer.Complete();
            }
            catch (Exception fault)
            {
                // Whatever it is, the reader meets it where it waits for the next piece.
                channel.Writer.Complete(fault);
            }
        }, CancellationToken.None);
        try
        {
            await foreach (var piece in channel.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
                yield return piece;
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await generation.ConfigureAwait(false);
        }
    }

    internal static int BeginToken(TransformerModel model, ITokenizer tokenizer) => tokenizer.BeginToken ?? model.Configuration.BeginToken
        ?? throw new InvalidSettingException("an empty prompt, and the model has no begin token: give it some text to continue");

    internal static HashSet<int> EndTokens(GenerationSettings settings, TransformerModel model, ITokenizer tokenizer) =>
        settings.IgnoresEndTokens ? [] : [.. model.Configuration.EndTokens, .. tokenizer.EndTokens, .. settings.EndTokens];

    private static (FinishReason Reason, int Steps) Decode(InferenceSession session, Sampler sampler, HashSet<int> endTokens, GeneratedText text, CancellationToken cancellation)
    {
        for (var steps = 0; ; steps++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (text.IsFull)
                return (text.End(FinishReason.MaximumTokens), steps);
            var token = sampler.Next(session.Logits);
            if (endTokens.Contains(token))
                return (text.End(FinishReason.EndToken), steps);
            text.Append(token);
            if (text.HasStopped)
                return (FinishReason.StopString, steps);
            if (session.Remaining == 0)
                return (text.End(FinishReason.ContextFull), steps);
            sampler.Accept(new ReadOnlySpan<int>(in token));
            session.Read(new ReadOnlySpan<int>(in token), cancellation);
        }
    }
}
