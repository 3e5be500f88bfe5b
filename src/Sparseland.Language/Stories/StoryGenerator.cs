using Sparseland.Chance;

namespace Sparseland.Language.Stories;

/// <summary>
/// Writes stories from a simulated little world: people in places, things that lie somewhere or are held, food that is counted, words that
/// are said and passed on, codes that are given once. Every choice is drawn when it is written, from a finite distribution that the story
/// so far determines, so that a story's probability is known exactly; questions in the text have answers that follow from the text.
/// Time and memory are linear in the length. An instance may be used by several threads at once.
/// </summary>
public sealed class StoryGenerator
{
    /// <summary>Makes a generator.</summary>
    /// <param name="options">How stories are written; null for stories of one day, 290 tokens on average.</param>
    /// <exception cref="Errors.InvalidSettingException">An option is outside its range.</exception>
    public StoryGenerator(StoryOptions? options = null)
    {
        Options = options ?? new StoryOptions();
        Options.Validate();
    }

    /// <summary>How stories are written.</summary>
    public StoryOptions Options { get; }

    /// <summary>Writes one story.</summary>
    /// <param name="seed">The corpus's seed.</param>
    /// <param name="index">Which of the corpus's stories, from 0; equal seed and index give the equal story.</param>
    public Story Generate(ulong seed, long index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        var tokens = Options.MaximumTokens;
        if (tokens > Options.MinimumTokens)
            tokens = Options.MinimumTokens + new RandomStream(seed, "story lengths", (ulong)index).NextInt(tokens - Options.MinimumTokens + 1);
        var pen = new DrawingPen(new RandomStream(seed, "stories", (ulong)index));
        return new Storyteller(pen, Options, tokens).Tell(() => pen.Text);
    }
}
