using Sparseland.Errors;

namespace Sparseland.Language.Evaluation;

/// <summary>How texts are cut into what a model sees at once, and which tokens count.</summary>
public enum PerplexityWindows
{
    /// <summary>Each document by itself, cut to the window; every token but the first is scored.</summary>
    Documents,

    /// <summary>
    /// One stream of all texts in consecutive windows; every token of a window but its first is scored, and an incomplete last window is dropped.
    /// The protocol of GPTQ, SparseGPT and Wanda (window 2048).
    /// </summary>
    NonOverlapping,

    /// <summary>One stream; a window moves by the stride, and only tokens that no earlier window scored count, so each has a context of at least window − stride.</summary>
    Sliding,
}

/// <summary>A perplexity's protocol: without it the number means nothing (window and stride change it more than most pruning does).</summary>
/// <param name="Windows">How texts are cut.</param>
/// <param name="Window">Tokens the model sees at once, the begin token included.</param>
/// <param name="Stride">Tokens from one window to the next; only sliding windows have their own, else it is the window.</param>
/// <param name="Separator">Put between documents that are joined to a stream; the papers join WikiText's lines with two line ends.</param>
/// <param name="AddsSpecial">Whether the tokenizer's begin token stands before each document (or before the stream).</param>
/// <param name="Limit">The most tokens to score, or null for all; scoring stops after the window or document that reaches it.</param>
public sealed record PerplexityProtocol(PerplexityWindows Windows, int Window, int Stride, string Separator = "\n\n", bool AddsSpecial = true, long? Limit = null)
{
    /// <summary>Each document by itself, cut to the window.</summary>
    public static PerplexityProtocol Documents(int window) => new(PerplexityWindows.Documents, window, window);

    /// <summary>The papers' windows.</summary>
    public static PerplexityProtocol NonOverlapping(int window = 2048) => new(PerplexityWindows.NonOverlapping, window, window);

    /// <summary>Windows that overlap.</summary>
    public static PerplexityProtocol Sliding(int window, int stride) => new(PerplexityWindows.Sliding, window, stride);

    /// <summary>Window and stride in words, such as "windows of 2048, non-overlapping".</summary>
    public string Name => (Windows switch
    {
        PerplexityWindows.Documents => $"documents cut to {Window}",
        PerplexityWindows.NonOverlapping => $"windows of {Window}, non-overlapping",
        _ => $"windows of {Window}, stride {Stride}",
    }) + (Limit is { } limit ? $", first {limit} tokens" : "");

    /// <summary>Checks every value.</summary>
    /// <exception cref="InvalidSettingException">A value outside its range.</exception>
    public void Validate()
    {
        if (Window < 2)
            throw new InvalidSettingException($"a perplexity window of {Window}; it must hold at least 2 tokens");
        if (Stride < 1 || Stride >= Window && Windows == PerplexityWindows.Sliding)
            throw new InvalidSettingException($"a stride of {Stride} with a window of {Window}; it must be 1 to {Window - 1}");
        if (Limit is < 1)
            throw new InvalidSettingException($"a limit of {Limit} tokens; it must be at least 1");
    }
}

/// <summary>One document of an evaluation.</summary>
/// <param name="Text">The text.</param>
/// <param name="Domain">What it belongs to, for figures per domain.</param>
public sealed record EvaluationText(string Text, string Domain = "text");

/// <summary>The loss over some tokens.</summary>
/// <param name="Name">The domain or document.</param>
/// <param name="NatsPerToken">Mean of −ln p over the scored tokens.</param>
/// <param name="Tokens">How many tokens were scored.</param>
public sealed record LossSummary(string Name, double NatsPerToken, long Tokens)
{
    /// <summary>e to the mean loss.</summary>
    public double Perplexity => Math.Exp(NatsPerToken);
}

/// <summary>A measured perplexity with its protocol.</summary>
/// <param name="Protocol">How it was measured.</param>
/// <param name="Total">Over all scored tokens.</param>
/// <param name="Domains">Per domain, in order of first appearance.</param>
/// <param name="Pieces">Per document or window, in order; their mean losses show the spread.</param>
public sealed record PerplexityResult(PerplexityProtocol Protocol, LossSummary Total, IReadOnlyList<LossSummary> Domains, IReadOnlyList<LossSummary> Pieces)
{
    /// <summary>e to the mean loss over all tokens.</summary>
    public double Perplexity => Total.Perplexity;

    /// <summary>Mean loss in nats per token.</summary>
    public double NatsPerToken => Total.NatsPerToken;
}
