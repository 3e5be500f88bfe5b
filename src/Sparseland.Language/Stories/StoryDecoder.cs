using Sparseland.Errors;

namespace Sparseland.Language.Stories;

/// <summary>Reads the choices of a story back from its text: the same choices, surprisal and questions as when it was written.</summary>
/// <param name="options">The options that the story was written with; null for the usual ones.</param>
public sealed class StoryDecoder(StoryOptions? options = null)
{
    private readonly StoryOptions _options = options ?? new StoryOptions();

    /// <summary>Decodes one story.</summary>
    /// <param name="text">The whole text, with nothing before or after it.</param>
    /// <param name="targetTokens"><see cref="Story.TargetTokens"/> of the story: the length is given, not chosen.</param>
    /// <exception cref="MismatchException">The text is not a story that these options can write; the message names the character.</exception>
    public Story Decode(string text, int targetTokens = 0)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentOutOfRangeException.ThrowIfNegative(targetTokens);
        _options.Validate();
        var pen = new ReadingPen(text);
        var story = new Storyteller(pen, _options, targetTokens).Tell(() => text);
        pen.End();
        return story;
    }
}
