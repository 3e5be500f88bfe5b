namespace Sparseland.Language.Generation;

/// <summary>Why a generation ended.</summary>
public enum FinishReason
{
    /// <summary>The model made an end token.</summary>
    EndToken,

    /// <summary>A stop string appeared.</summary>
    StopString,

    /// <summary>The wanted number of tokens was made.</summary>
    MaximumTokens,

    /// <summary>The context is full.</summary>
    ContextFull,
}

/// <summary>What a generation cost.</summary>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="ReusedTokens">Those of them that were in the session's cache already.</param>
/// <param name="GeneratedTokens">Tokens made, an end token not counted.</param>
/// <param name="DecodeSteps">Tokens that were run through the model one by one; the first made token comes from the prompt's logits.</param>
/// <param name="PromptSeconds">Time for the prompt.</param>
/// <param name="DecodeSeconds">Time for the steps, the choice of tokens included.</param>
public sealed record GenerationStatistics(int PromptTokens, int ReusedTokens, int GeneratedTokens, int DecodeSteps, double PromptSeconds, double DecodeSeconds)
{
    /// <summary>Prompt tokens per second, without those reused; 0 when no time was measured.</summary>
    public double PromptTokensPerSecond => PromptSeconds > 0 ? (PromptTokens - ReusedTokens) / PromptSeconds : 0;

    /// <summary>Decode steps per second; 0 when no time was measured.</summary>
    public double DecodeTokensPerSecond => DecodeSeconds > 0 ? DecodeSteps / DecodeSeconds : 0;
}

/// <summary>A finished generation.</summary>
/// <param name="Text">The text made, without a stop string.</param>
/// <param name="Tokens">The tokens made, without an end token; they may reach beyond the text where a stop string cut it.</param>
/// <param name="Reason">Why it ended.</param>
/// <param name="Statistics">Usage counts and speed.</param>
public sealed record GenerationResult(string Text, IReadOnlyList<int> Tokens, FinishReason Reason, GenerationStatistics Statistics);

/// <summary>A piece of a text that is being made.</summary>
/// <param name="Text">Whole characters; may be empty in the last piece.</param>
/// <param name="Result">The finished generation, in the last piece only.</param>
public sealed record GenerationPiece(string Text, GenerationResult? Result = null);
