using Sparseland.Language.Stories;

namespace Sparseland.Language.Tests.Stories;

internal static class StorySettings
{
    public static StoryOptions Named(string name) => name switch
    {
        "usual" => new StoryOptions(),
        "short" => new StoryOptions { MinimumTokens = 50, MaximumTokens = 300 },
        "long" => StoryOptions.OfTokens(20_000),
        "needle" => StoryOptions.OfTokens(3_000) with { NeedleDepth = 0.25 },
        "chains" => new StoryOptions { RestateRate = 0.1, LongestChain = 4, Shares = new StoryQuestionShares { Worked = 1 } },
        "sheets" => new StoryOptions { MinimumTokens = 80, MaximumTokens = 180, Sheets = new SheetOptions(0.5, 0.3) },
        "reasoning" => StoryOptions.Reasoning,
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };
}
