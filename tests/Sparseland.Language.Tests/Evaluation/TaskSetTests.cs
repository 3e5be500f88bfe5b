using Sparseland.Errors;
using Sparseland.Language.Evaluation;
using Sparseland.Progress;

namespace Sparseland.Language.Tests.Evaluation;

public class TaskSetTests
{
    private static readonly TaskSet Set = new(
    [
        new TaskItem("Where", "Q: Where is Tom?\nA:", "Tom is in the park."),
        new TaskItem("WorkedSum", "Q: Together?\nA:", "A has 1 egg. 1 + 1 = 2. So they have 2 eggs."),
        new TaskItem("Where", "Q: Where is Ben?\nA:", "Ben is in the mill."),
    ]);

    [Fact]
    public void The_first_line_without_its_space_is_what_counts()
    {
        var report = Set.Score(prompt => prompt.Contains("Tom", StringComparison.Ordinal) ? " Tom is in the park.\nQ: more" : " Ben is in the mill");
        Assert.Equal(["Where", "WorkedSum"], report.Kinds.Select(score => score.Kind));
        Assert.Equal(new TaskScore("Where", 2, 1, 1), report.Kinds[0]);
        Assert.Equal(new TaskScore("all", 3, 1, 1), report.All);
    }

    [Fact]
    public void A_worked_answer_that_errs_on_the_way_may_still_conclude_rightly()
    {
        var report = Set.Score(_ => " A has 2 eggs. 2 + 0 = 2. So they have 2 eggs.");
        Assert.Equal(new TaskScore("worked", 1, 0, 1), report.Of("worked", "WorkedSum", "WorkedCount"));
        Assert.Throws<MismatchException>(() => report.Of("other", "Who"));
    }

    [Fact]
    public void Progress_is_told_and_cancellation_stops_between_items()
    {
        using var source = new CancellationTokenSource();
        var asked = 0;
        var seen = new List<ProgressReport>();
        var progress = new Direct(seen);
        Assert.Throws<OperationCanceledException>(() => Set.Score(
            _ =>
            {
                asked++;
                source.Cancel();
                return "";
            },
            progress,
            source.Token));
        Assert.Equal(1, asked);
        Assert.Equal([new ProgressReport("asking", 1, 3)], seen);
    }

    [Fact]
    public void The_longest_answer_has_room_for_its_space_and_line_feed() => Assert.Equal("A has 1 egg. 1 + 1 = 2. So they have 2 eggs.".Length + 2, Set.LongestAnswer);

    private sealed class Direct(List<ProgressReport> seen) : IProgress<ProgressReport>
    {
        public void Report(ProgressReport value) => seen.Add(value);
    }
}
