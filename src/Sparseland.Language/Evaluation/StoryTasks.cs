using Sparseland.Errors;
using Sparseland.Language.Stories;

namespace Sparseland.Language.Evaluation;

/// <summary>Task sets from stories: each item is a story up to a question, with the answer that follows from it.</summary>
public static class StoryTasks
{
    // Of answers such as "Tom said nothing", which need no fact, at most every fourth item of a kind.
    private const int ItemsPerEmptyAnswer = 4;

    // A kind that has not been met often enough in so many stories per item is too rare to be asked for.
    private const int StoriesPerItem = 400;

    /// <summary>The kinds that one sentence of the story answers.</summary>
    public static IReadOnlyList<string> OneStep { get; } = Names(
        StoryQuestionKind.Where, StoryQuestionKind.Who, StoryQuestionKind.Count, StoryQuestionKind.Said, StoryQuestionKind.Told, StoryQuestionKind.Colour);

    /// <summary>The kinds that need two facts or sums and are answered at once.</summary>
    public static IReadOnlyList<string> TwoStep { get; } = Names(StoryQuestionKind.WhereHeld, StoryQuestionKind.CountChanged);

    /// <summary>A code that was given once.</summary>
    public static IReadOnlyList<string> Key { get; } = Names(StoryQuestionKind.Key);

    /// <summary>The kinds with worked answers.</summary>
    public static IReadOnlyList<string> Worked { get; } = Names(StoryQuestionKind.WorkedWhere, StoryQuestionKind.WorkedCount, StoryQuestionKind.WorkedSum);

    /// <summary>The puzzles that the usual stories do not hold: <see cref="StoryOptions.Reasoning"/> does.</summary>
    public static IReadOnlyList<string> Puzzles { get; } = Names(StoryQuestionKind.PuzzleChain, StoryQuestionKind.PuzzleRiddle);

    /// <summary>The problems of work sheets, which only stories with <see cref="StoryOptions.Sheets"/> hold.</summary>
    public static IReadOnlyList<string> Sheets { get; } = Names(StoryQuestionKind.SheetSum, StoryQuestionKind.SheetList);

    /// <summary>Gathers as many items of every kind from the stories of a seed, at most one of a kind from each story, so that the items are independent.</summary>
    /// <param name="seed">The seed of the stories: not one that was trained on.</param>
    /// <param name="itemsPerKind">Items of each kind, at least 1.</param>
    /// <param name="longestPrompt">Longest prompt in characters; a context of 512 tokens holds about 1,700 with a worked answer.</param>
    /// <param name="kinds">The kinds; none for all that the options ask for. WorkedWhere and WorkedCount take only answers of two steps or more.</param>
    /// <param name="options">How the stories are written; null for the usual ones.</param>
    /// <exception cref="InvalidSettingException">The stories of these options hardly ever ask for one of the kinds.</exception>
    public static TaskSet Make(ulong seed, int itemsPerKind, int longestPrompt = 1700, IReadOnlyList<StoryQuestionKind>? kinds = null, StoryOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(itemsPerKind);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(longestPrompt);
        var wanted = kinds is { Count: > 0 } ? [.. kinds.Distinct()] : KindsOf(options ?? new StoryOptions());
        var gathered = wanted.ToDictionary(kind => kind, _ => new List<TaskItem>());
        var empty = wanted.ToDictionary(kind => kind, _ => 0);
        var generator = new StoryGenerator(options);
        var missing = wanted.Length;
        for (long index = 0; missing > 0; index++)
        {
            if (index >= (long)StoriesPerItem * itemsPerKind)
                throw Rare(gathered, itemsPerKind, index);
            var story = generator.Generate(seed, index);
            foreach (var group in story.Questions.Where(question => question.AnswerOffset <= longestPrompt && IsWorthAsking(question)).GroupBy(question => question.Kind))
            {
                // The last of a kind has the longest way to its facts.
                var question = group.Last();
                if (!gathered.TryGetValue(group.Key, out var items) || items.Count == itemsPerKind)
                    continue;
                if (IsEmpty(question) && (empty[group.Key] + 1) * ItemsPerEmptyAnswer > items.Count + 1)
                    continue;
                empty[group.Key] += IsEmpty(question) ? 1 : 0;
                items.Add(Item(story, question));
                missing -= items.Count == itemsPerKind ? 1 : 0;
            }
        }
        return new TaskSet([.. wanted.SelectMany(kind => gathered[kind])]);
    }

    /// <summary>Long stories with a code given at a chosen depth and asked for at the end: the needle in the haystack.</summary>
    /// <param name="seed">The seed of the stories.</param>
    /// <param name="items">How many stories.</param>
    /// <param name="tokens">Their length, in tokens of <see cref="StoryOptions.CharactersPerToken"/> characters.</param>
    /// <param name="depth">Where the code is given, as a fraction of the length in [0, 1].</param>
    public static TaskSet Needles(ulong seed, int items, int tokens, double depth)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(items);
        var stories = StoryCorpus.Stories(seed, 0, items, StoryOptions.OfTokens(tokens) with { NeedleDepth = depth });
        return new TaskSet([.. stories.Select(story => Item(story, story.Questions[^1]))]);
    }

    private static StoryQuestionKind[] KindsOf(StoryOptions options) => [.. Enum.GetValues<StoryQuestionKind>().Where(kind => IsAsked(kind, options.Shares, options.Sheets))];

    private static bool IsAsked(StoryQuestionKind kind, StoryQuestionShares shares, SheetOptions? sheets) => kind switch
    {
        StoryQuestionKind.Where => shares.Where > 0,
        StoryQuestionKind.WhereHeld => shares is { Where: > 0, Worked: < 1 },
        StoryQuestionKind.WorkedWhere => shares is { Where: > 0, Worked: > 0 },
        StoryQuestionKind.Who => shares.Who > 0,
        StoryQuestionKind.Count or StoryQuestionKind.CountChanged => shares is { Count: > 0, Worked: < 1 },
        StoryQuestionKind.WorkedCount => shares is { Count: > 0, Worked: > 0 },
        StoryQuestionKind.WorkedSum => shares.Sum > 0,
        StoryQuestionKind.Said => shares.Said > 0,
        StoryQuestionKind.Told => shares.Told > 0,
        StoryQuestionKind.Colour => shares.Colour > 0,
        StoryQuestionKind.Key => shares.Key > 0,
        StoryQuestionKind.PuzzleChain => shares.Chain > 0,
        StoryQuestionKind.PuzzleRiddle => shares.Riddle > 0,
        StoryQuestionKind.SheetSum => sheets is { Sums: > 0 },
        _ => sheets is { Lists: > 0 },
    };

    private static string[] Names(params IEnumerable<StoryQuestionKind> kinds) => [.. kinds.Select(kind => kind.ToString())];

    private static TaskItem Item(Story story, StoryQuestion question) => new(question.Kind.ToString(), question.Prompt(story.Text), question.Answer);

    private static bool IsWorthAsking(StoryQuestion question) =>
        question.Steps > 1 || question.Kind is not (StoryQuestionKind.WorkedWhere or StoryQuestionKind.WorkedCount);

    private static bool IsEmpty(StoryQuestion question) =>
        question.Kind switch
        {
            StoryQuestionKind.Said or StoryQuestionKind.Told => question.Distance == 0,
            StoryQuestionKind.Who => question.Answer.StartsWith("Nobody", StringComparison.Ordinal),
            _ => false,
        };

    private static InvalidSettingException Rare(Dictionary<StoryQuestionKind, List<TaskItem>> gathered, int itemsPerKind, long stories)
    {
        var (kind, items) = gathered.MinBy(pair => pair.Value.Count);
        return new InvalidSettingException(
            $"story tasks: {stories} stories hold {items.Count} usable questions of kind {kind} instead of {itemsPerKind}; raise its share in the story options, allow longer prompts, or leave the kind out");
    }
}
