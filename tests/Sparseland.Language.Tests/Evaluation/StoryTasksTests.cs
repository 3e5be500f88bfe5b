using Sparseland.Errors;
using Sparseland.Language.Evaluation;
using Sparseland.Language.Stories;
using Sparseland.Language.Tests.Stories;

namespace Sparseland.Language.Tests.Evaluation;

public class StoryTasksTests
{
    private const int ItemsPerKind = 40;

    private static readonly TaskSet Set = StoryTasks.Make(77, ItemsPerKind);

    [Fact]
    public void Every_kind_has_its_items_and_the_groups_cover_all_kinds()
    {
        var counts = Set.Items.GroupBy(item => item.Kind).ToDictionary(group => group.Key, group => group.Count());
        Assert.Equal(Enum.GetNames<StoryQuestionKind>().Except(StoryTasks.Puzzles).Except(StoryTasks.Sheets).Order(), counts.Keys.Order());
        Assert.All(counts.Values, count => Assert.Equal(ItemsPerKind, count));
        Assert.Equal(counts.Keys.Order(), StoryTasks.OneStep.Concat(StoryTasks.TwoStep).Concat(StoryTasks.Key).Concat(StoryTasks.Worked).Order());
    }

    [Fact]
    public void A_reader_who_knows_nothing_but_the_prompt_solves_every_item()
    {
        var report = Set.Score(StoryReader.Answer);
        Assert.Equal(report.All.Items, report.All.Correct);
        Assert.Equal(1, report.Of("one step", StoryTasks.OneStep).Accuracy);
    }

    [Fact]
    public void Prompts_end_before_the_answer_are_short_enough_and_differ()
    {
        Assert.All(Set.Items, item => Assert.EndsWith("?\nA:", item.Prompt, StringComparison.Ordinal));
        Assert.All(Set.Items, item => Assert.InRange(item.Prompt.Length, 100, 1700));
        Assert.Equal(Set.Items.Count, Set.Items.Select(item => item.Prompt).Distinct().Count());
    }

    [Fact]
    public void Answers_that_need_no_fact_are_a_minority_of_every_kind()
    {
        foreach (var kind in new[] { "Said", "Told", "Who" })
        {
            var empty = Set.Items.Count(item => item.Kind == kind && (item.Expected.StartsWith("Nobody", StringComparison.Ordinal) || item.Expected.EndsWith("said nothing.", StringComparison.Ordinal)));
            Assert.InRange(empty, 1, ItemsPerKind / 4);
        }
    }

    [Fact]
    public void Stories_for_reasoning_give_items_of_every_kind_and_the_reader_solves_them()
    {
        var set = StoryTasks.Make(78, 12, options: StoryOptions.Reasoning);
        Assert.Equal(Enum.GetNames<StoryQuestionKind>().Except(StoryTasks.Sheets).Order(), set.Items.Select(item => item.Kind).Distinct().Order());
        var report = set.Score(StoryReader.Answer);
        Assert.Equal(12 * StoryTasks.Puzzles.Count, report.Of("puzzles", StoryTasks.Puzzles).Correct);
        Assert.Equal(report.All.Items, report.All.Correct);
    }

    [Fact]
    public void Needles_lie_as_deep_as_asked_and_are_asked_for_at_the_end()
    {
        foreach (var depth in new[] { 0.0, 0.5, 0.9 })
        {
            var needles = StoryTasks.Needles(5, 3, 4000, depth);
            foreach (var item in needles.Items)
            {
                var given = item.Prompt.IndexOf(item.Expected, StringComparison.Ordinal);
                Assert.InRange(given / (double)item.Prompt.Length, depth - 0.03, depth + 0.1);
                Assert.Equal(item.Expected, StoryReader.Answer(item.Prompt));
                Assert.Equal(given, item.Prompt.LastIndexOf(item.Expected, StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public void A_kind_that_the_stories_never_ask_for_is_refused_by_name()
    {
        var options = new StoryOptions { Shares = new StoryQuestionShares { Key = 0 } };
        var fault = Assert.Throws<InvalidSettingException>(() => StoryTasks.Make(1, 1, kinds: [StoryQuestionKind.Key], options: options));
        Assert.Contains("Key", fault.Message, StringComparison.Ordinal);
    }
}
