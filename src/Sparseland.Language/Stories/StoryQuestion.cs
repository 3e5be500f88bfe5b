namespace Sparseland.Language.Stories;

/// <summary>A question in a story, with the answer that follows from the text before it.</summary>
/// <param name="Kind">What is asked.</param>
/// <param name="Offset">Character where the question's line begins ("Q: ...").</param>
/// <param name="AnswerOffset">Character where the answer begins, after "A: "; the answer ends before the next line feed.</param>
/// <param name="Answer">The answer's text.</param>
/// <param name="Distance">Characters from the oldest sentence that the answer needs to the question; 0 when it needs none ("nothing", "nobody").</param>
/// <param name="Steps">How many facts or sums have to be put together: 1 for a question that one sentence answers.</param>
public sealed record StoryQuestion(StoryQuestionKind Kind, int Offset, int AnswerOffset, string Answer, int Distance, int Steps)
{
    /// <summary>The text before the answer: everything up to and with "A:", without the space that the answer begins with.</summary>
    /// <param name="text">The story's text.</param>
    public string Prompt(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text[..(AnswerOffset - 1)];
    }
}
