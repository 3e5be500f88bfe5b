using Sparseland.Progress;

namespace Sparseland.Language.Evaluation;

/// <summary>A fixed set of prompts with exact answers, and the scoring of whatever continues them.</summary>
public sealed class TaskSet
{
    /// <summary>Makes a set.</summary>
    /// <param name="items">At least one.</param>
    public TaskSet(IReadOnlyList<TaskItem> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentOutOfRangeException.ThrowIfZero(items.Count);
        Items = items;
        LongestAnswer = items.Max(item => item.Expected.Length) + 2;
    }

    /// <summary>The items, in the order in which they are asked.</summary>
    public IReadOnlyList<TaskItem> Items { get; }

    /// <summary>Characters of the longest right continuation with its space and line feed: a model need not write more.</summary>
    public int LongestAnswer { get; }

    /// <summary>Asks every item and compares the first line of what comes back, without surrounding spaces, with the expected answer.</summary>
    /// <param name="continueText">Continues a prompt greedily, up to a line feed or <see cref="LongestAnswer"/> characters; more does no harm.</param>
    /// <param name="progress">Told after every item.</param>
    /// <param name="cancellation">Stops between two items.</param>
    /// <exception cref="OperationCanceledException">The cancellation was asked for.</exception>
    public TaskReport Score(Func<string, string> continueText, IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(continueText);
        List<string> kinds = [];
        Dictionary<string, TaskScore> scores = [];
        for (var i = 0; i < Items.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var item = Items[i];
            var answer = TaskItem.FirstLineOf(continueText(item.Prompt));
            if (!scores.TryGetValue(item.Kind, out var score))
            {
                kinds.Add(item.Kind);
                score = new TaskScore(item.Kind, 0, 0, 0);
            }
            scores[item.Kind] = score with
            {
                Items = score.Items + 1,
                Correct = score.Correct + (answer == item.Expected ? 1 : 0),
                Concluded = score.Concluded + (TaskItem.ConclusionOf(answer) == item.ExpectedConclusion ? 1 : 0),
            };
            progress?.Report(new ProgressReport("asking", i + 1, Items.Count));
        }
        return new TaskReport(kinds.ConvertAll(kind => scores[kind]));
    }
}
