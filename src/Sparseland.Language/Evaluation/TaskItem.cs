namespace Sparseland.Language.Evaluation;

/// <summary>A prompt with the one right continuation.</summary>
/// <param name="Kind">What is tested ("Where", "WorkedSum").</param>
/// <param name="Prompt">The text that the model is given; it ends without a space.</param>
/// <param name="Expected">The right continuation up to the line feed, without the leading space.</param>
public sealed record TaskItem(string Kind, string Prompt, string Expected)
{
    /// <summary>The last sentence of the right continuation: of a worked answer its conclusion, else the whole.</summary>
    public string ExpectedConclusion => ConclusionOf(Expected);

    /// <summary>The first line of a continuation, without surrounding spaces.</summary>
    /// <param name="continuation">What a model wrote after the prompt.</param>
    public static string FirstLineOf(string continuation)
    {
        ArgumentNullException.ThrowIfNull(continuation);
        var end = continuation.IndexOf('\n', StringComparison.Ordinal);
        return (end < 0 ? continuation : continuation[..end]).Trim();
    }

    /// <summary>The last sentence of an answer.</summary>
    /// <param name="answer">One line.</param>
    public static string ConclusionOf(string answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        var start = answer.LastIndexOf(". ", StringComparison.Ordinal);
        return start < 0 ? answer : answer[(start + 2)..];
    }
}
