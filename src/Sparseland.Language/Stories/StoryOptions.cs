using Sparseland.Errors;

namespace Sparseland.Language.Stories;

/// <summary>How stories are written. Two generators with equal options and seeds write equal stories.</summary>
/// <param name="MinimumTokens">Least length in tokens; 0 (with <paramref name="MaximumTokens"/> 0) lets every story end by chance at the end of its day, at 290 tokens on average.</param>
/// <param name="MaximumTokens">Greatest length in tokens; the length of a story is drawn uniformly from the range and the story ends at the first sentence beyond it.</param>
/// <param name="QuestionRate">Chance that a question follows the opening and each paragraph; after each question another follows with a smaller chance, five in a row at most. In [0, 1].</param>
/// <param name="Shares">Shares of the questions, relative to one another; null for the usual ones.</param>
/// <param name="DistantShare">In stories of several chapters, the chance that a question is about anybody or anything known so far, not about those of the chapter.</param>
/// <param name="NeedleDepth">Where the needle is put, as a fraction of the length in [0, 1]: a code given there in a line of its own and asked for at the end. Null: no needle. Needs a length.</param>
/// <param name="RestateRate">Chance that the new number is told after somebody's count has changed. In [0, 1].</param>
/// <param name="LongestChain">After so many untold changes of one person's count the new number is always told: the longest chain of sums in a question. In 1..6.</param>
/// <param name="ShortestPuzzle">Fewest steps of a sum that a question brings with it, in 1..<paramref name="LongestPuzzle"/>.</param>
/// <param name="LongestPuzzle">Most steps of a sum that a question brings with it, in <paramref name="ShortestPuzzle"/>..9.</param>
/// <param name="Sheets">Work sheets that take the place of some stories; null for none. With them every text begins by saying what it is.</param>
public sealed record StoryOptions(
    int MinimumTokens = 0,
    int MaximumTokens = 0,
    double QuestionRate = 0.75,
    StoryQuestionShares? Shares = null,
    double DistantShare = 0.2,
    double? NeedleDepth = null,
    double RestateRate = 0.5,
    int LongestChain = 2,
    int ShortestPuzzle = 2,
    int LongestPuzzle = 4,
    SheetOptions? Sheets = null)
{
    /// <summary>Characters that one token stands for where a length is given in tokens: a byte-level BPE of about a thousand entries trained on stories comes near it.</summary>
    public const double CharactersPerToken = 3.6;

    /// <summary>The shortest length that can be asked for, in tokens.</summary>
    public const int ShortestTokens = 50;

    /// <summary>The longest length that can be asked for, in tokens.</summary>
    public const int LongestTokens = 1_000_000;

    /// <summary>Shares of the questions, relative to one another.</summary>
    public StoryQuestionShares Shares { get; init; } = Shares ?? new StoryQuestionShares();

    /// <summary>
    /// Stories for a model that has to reason: half of the questions are sums of two to four steps and riddles of three or four facts, and
    /// whatever has a worked answer gets one. Sparsity hurts these first.
    /// </summary>
    public static StoryOptions Reasoning { get; } = new()
    {
        RestateRate = 0.35,
        LongestChain = 3,
        Shares = new StoryQuestionShares { Worked = 0.7, Chain = 8, Riddle = 5 },
    };

    /// <summary>Whether a length is asked for.</summary>
    internal bool HasLength => MaximumTokens > 0;

    /// <summary>Stories of about so many tokens.</summary>
    public static StoryOptions OfTokens(int tokens) => new() { MinimumTokens = tokens, MaximumTokens = tokens };

    /// <summary>Checks every setting.</summary>
    /// <exception cref="InvalidSettingException">A setting is outside its range.</exception>
    public void Validate()
    {
        if (HasLength || MinimumTokens != 0)
        {
            Require(MinimumTokens is >= ShortestTokens and <= LongestTokens, $"the least length {MinimumTokens} is outside {ShortestTokens}..{LongestTokens} tokens");
            Require(MaximumTokens >= MinimumTokens && MaximumTokens <= LongestTokens, $"the greatest length {MaximumTokens} is outside {MinimumTokens}..{LongestTokens} tokens");
        }
        Require(QuestionRate is >= 0 and <= 1, $"the question rate {QuestionRate} is outside 0..1");
        Require(DistantShare is >= 0 and <= 1, $"the distant share {DistantShare} is outside 0..1");
        Require(RestateRate is >= 0 and <= 1, $"the restate rate {RestateRate} is outside 0..1");
        Require(LongestChain is >= 1 and <= 6, $"the longest chain {LongestChain} is outside 1..6");
        Require(ShortestPuzzle >= 1 && LongestPuzzle >= ShortestPuzzle && LongestPuzzle <= 9, $"the puzzles' steps {ShortestPuzzle} to {LongestPuzzle} are not a range within 1..9");
        Require(NeedleDepth is null or (>= 0 and <= 1), $"the needle's depth {NeedleDepth} is outside 0..1");
        Require(NeedleDepth is null || HasLength, "a needle needs a length: set the least and greatest tokens");
        Shares.Validate();
        Sheets?.Validate();
    }

    private static void Require(bool holds, string problem)
    {
        if (!holds)
            throw new InvalidSettingException($"story options: {problem}");
    }
}
