using Sparseland.Language.Models;

namespace Sparseland.Language.Contextual;

/// <summary>
/// A way to say which feed-forward neurons take part while a text is continued. A mode is one file and one line in <see cref="ContextualModes"/>; attention is always dense.
/// </summary>
public interface IContextualMode
{
    /// <summary>The name on the command line.</summary>
    string Name { get; }

    /// <summary>One sentence for help texts.</summary>
    string Summary { get; }

    /// <summary>Whether the choice depends on the prompt, so that it is made anew for each.</summary>
    bool ReadsPrompt { get; }

    /// <summary>The share of a block's feed-forward parameters that one token touches, 0 to 1.</summary>
    /// <param name="configuration">The model.</param>
    /// <param name="block">The block.</param>
    /// <param name="keep">The share of neurons that is kept, above 0 and at most 1.</param>
    double FeedForwardShare(TransformerConfiguration configuration, int block, double keep);

    /// <summary>Makes the sparse way through the feed-forward layers.</summary>
    /// <param name="request">Model, share and prompt.</param>
    IFeedForwardPath Prepare(ContextualRequest request);
}

/// <summary>What a mode chooses from.</summary>
/// <param name="Model">The model.</param>
/// <param name="Keep">The share of neurons to keep, above 0 and at most 1.</param>
/// <param name="Seed">Seed of modes that draw.</param>
/// <param name="Prompt">How strongly the neurons fired on the prompt; null unless the mode reads it.</param>
public sealed record ContextualRequest(TransformerModel Model, double Keep, ulong Seed, PromptNeurons? Prompt);
