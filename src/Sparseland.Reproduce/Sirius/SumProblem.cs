using Sparseland.Language.Generation;
using Sparseland.Language.Stories;
using Sparseland.Language.Tokenizers;

namespace Sparseland.Reproduce.Sirius;

/// <summary>A sum to be worked out after a few worked ones.</summary>
/// <param name="Prompt">The sheet up to the last answer.</param>
/// <param name="Answer">The number that the last line must end in.</param>
internal sealed record SumProblem(int[] Prompt, string Answer)
{
    /// <summary>An answer is one line; what comes after it is not asked for.</summary>
    public static GenerationSettings Settings { get; } = new() { MaximumTokens = 64, StopStrings = ["\n"] };

    /// <summary>The problems of a seed, one from each sheet: its last sum, after two to four others.</summary>
    public static IReadOnlyList<SumProblem> Draw(ITokenizer tokenizer, SheetOptions sheets, ulong seed, int count)
    {
        var options = new StoryOptions { Sheets = sheets with { Sums = 1, Lists = 0 } };
        return [.. StoryCorpus.Stories(seed, 0, count, options).Select(story =>
        {
            var question = story.Questions[^1];
            return new SumProblem(tokenizer.Encode(question.Prompt(story.Text)), Result(question.Answer));
        })];
    }

    /// <summary>Whether a line ends in the right number.</summary>
    public bool IsSolvedBy(string line) => Result(line) == Answer;

    private static string Result(string line) => line[(line.LastIndexOf('=') + 1)..].Trim().TrimEnd('.');
}
