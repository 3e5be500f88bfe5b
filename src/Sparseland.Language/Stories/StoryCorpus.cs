namespace Sparseland.Language.Stories;

/// <summary>Ranges of the endless series of stories that a seed stands for. Training and evaluation take different seeds.</summary>
public static class StoryCorpus
{
    /// <summary>The stories of a range, written as they are asked for.</summary>
    /// <param name="seed">The corpus's seed.</param>
    /// <param name="first">The first story's index, from 0.</param>
    /// <param name="count">How many.</param>
    /// <param name="options">How they are written; null for the usual stories of one day.</param>
    public static IEnumerable<Story> Stories(ulong seed, long first, int count, StoryOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return Write(new StoryGenerator(options), seed, first, count);
    }

    /// <summary>The texts of a range of stories.</summary>
    /// <inheritdoc cref="Stories"/>
    public static IEnumerable<string> Texts(ulong seed, long first, int count, StoryOptions? options = null) =>
        Stories(seed, first, count, options).Select(story => story.Text);

    private static IEnumerable<Story> Write(StoryGenerator generator, ulong seed, long first, int count)
    {
        for (var i = 0; i < count; i++)
            yield return generator.Generate(seed, first + i);
    }
}
