using Sparseland.Errors;

namespace Sparseland.Language.Evaluation;

/// <summary>A model's scores on a task set.</summary>
/// <param name="Kinds">One score per kind, in the order in which the kinds first occur in the set.</param>
public sealed record TaskReport(IReadOnlyList<TaskScore> Kinds)
{
    /// <summary>The score over all items.</summary>
    public TaskScore All => Sum("all", Kinds);

    /// <summary>The score over the kinds of a group.</summary>
    /// <param name="name">The group's name, for the score.</param>
    /// <param name="kinds">The kinds that belong to it; those without items do not count.</param>
    /// <exception cref="MismatchException">No kind of the group is in the report.</exception>
    public TaskScore Of(string name, params IReadOnlyList<string> kinds)
    {
        var found = Kinds.Where(score => kinds.Contains(score.Kind)).ToList();
        if (found.Count == 0)
            throw new MismatchException($"task report: none of the kinds {string.Join(", ", kinds)} was scored; scored are {string.Join(", ", Kinds.Select(score => score.Kind))}");
        return Sum(name, found);
    }

    private static TaskScore Sum(string name, IReadOnlyList<TaskScore> scores) =>
        new(name, scores.Sum(score => score.Items), scores.Sum(score => score.Correct), scores.Sum(score => score.Concluded));
}
