using Sparseland.Language.Pruning;
using Sparseland.Language.Stories;
using Sparseland.Language.Tokenizers;

namespace Sparseland.Language.Evaluation;

/// <summary>Texts to judge a model by, with the protocol that fits them and, where it is known, the best perplexity possible.</summary>
/// <param name="Source">Where the texts come from, for reports.</param>
/// <param name="Texts">The documents.</param>
/// <param name="Protocol">How they are cut and scored.</param>
/// <param name="BoundNats">The information of all texts in nats, where the texts' own source tells it; null otherwise.</param>
public sealed record EvaluationData(string Source, IReadOnlyList<EvaluationText> Texts, PerplexityProtocol Protocol, double? BoundNats)
{
    // Held-out stories come from seeds that no training leg uses.
    private const ulong HeldOutSeeds = 7_000_000;

    /// <summary>Held-out stories, each scored whole; those longer than the context are passed over.</summary>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="context">The model's context, in tokens.</param>
    /// <param name="seed">Which stories.</param>
    /// <param name="count">How many.</param>
    public static EvaluationData Stories(ITokenizer tokenizer, int context, ulong seed, int count)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        var stories = StoryCorpus.Stories(HeldOutSeeds + seed, 0, count).Where(story => tokenizer.Encode(story.Text).Length <= context).ToList();
        return new($"{stories.Count} held-out stories, seed {seed}", [.. stories.Select(story => new EvaluationText(story.Text, "stories"))], PerplexityProtocol.Documents(context), stories.Sum(story => story.Surprisal));
    }

    /// <summary>A person's text: plain text as one stream in windows of the whole context, or JSON lines with a "text" field, one document each.</summary>
    /// <param name="path">The file.</param>
    /// <param name="context">The model's context, in tokens.</param>
    /// <param name="stride">Tokens from one window to the next; null for windows side by side, as papers do it.</param>
    /// <exception cref="Errors.InvalidFileException">It cannot be read, is empty, or a line is no JSON object with a text.</exception>
    public static EvaluationData File(string path, int context, int? stride = null)
    {
        var documents = CalibrationText.ReadDocuments(path);
        return new(Path.GetFileName(path), [.. documents.Select(text => new EvaluationText(text))],
            stride is { } step ? PerplexityProtocol.Sliding(context, step) : PerplexityProtocol.NonOverlapping(context), null);
    }
}
