using System.Globalization;
using Sparseland.Language.Stories;

namespace Sparseland.Language.Tests.Stories;

public class SheetTests
{
    private static readonly StoryOptions Options = StorySettings.Named("sheets");

    [Fact]
    public void Every_rewriting_of_a_sum_has_the_value_of_the_whole_and_one_operation_less()
    {
        var asked = 0;
        foreach (var story in StoryCorpus.Stories(21, 0, 400, Options))
        {
            foreach (var question in story.Questions.Where(question => question.Kind == StoryQuestionKind.SheetSum))
            {
                var sum = Line(story.Text, question.Offset + "Q: ".Length);
                var steps = question.Answer.TrimEnd('.').Split('=');
                var value = Value(sum);
                Assert.InRange(value, 0, 999);
                Assert.Equal(question.Steps, Operations(sum));
                Assert.InRange(question.Steps, 2, 4);
                for (var i = 0; i < steps.Length; i++)
                {
                    Assert.Equal(value, Value(steps[i]));
                    Assert.Equal(question.Steps - 1 - i, Operations(steps[i]));
                }
                Assert.Equal(0, Operations(steps[^1]));
                asked++;
            }
        }
        Assert.InRange(asked, 500, 1100);
    }

    [Fact]
    public void The_lists_of_a_sheet_follow_the_rule_of_its_first_answer()
    {
        var rules = new Dictionary<string, Func<string[], string>>
        {
            ["first"] = items => items[0], ["second"] = items => items[1], ["last"] = items => items[^1],
            ["reversed"] = items => string.Join(", ", items.Reverse()), ["repeated"] = items => string.Join(", ", items),
            ["counted"] = items => items.Length.ToString(CultureInfo.InvariantCulture),
        };
        var seen = new HashSet<string>();
        foreach (var text in StoryCorpus.Texts(22, 0, 400, Options).Where(text => text.StartsWith("Lists.", StringComparison.Ordinal)))
        {
            var lines = text.Split('\n');
            var problems = Enumerable.Range(0, (lines.Length - 2) / 2).Select(i => (Items: lines[1 + 2 * i]["Q: ".Length..].Split(", "), Answer: lines[2 + 2 * i]["A: ".Length..].TrimEnd('.'))).ToArray();
            var rule = Assert.Single(rules, pair => problems.All(problem => pair.Value(problem.Items) == problem.Answer));
            seen.Add(rule.Key);
            Assert.InRange(problems.Length, 3, 5);
        }
        Assert.Equal(rules.Count, seen.Count);
    }

    [Fact]
    public void Sheets_take_the_share_of_texts_that_is_asked_for_and_the_rest_are_stories()
    {
        var first = StoryCorpus.Texts(23, 0, 2000, Options).Select(text => text[..text.IndexOf('\n', StringComparison.Ordinal)]).GroupBy(line => line).ToDictionary(group => group.Key, group => group.Count());
        Assert.Equal(["Lists.", "Story.", "Sums."], first.Keys.Order(StringComparer.Ordinal));
        Assert.InRange(first["Sums."], 900, 1100);
        Assert.InRange(first["Lists."], 520, 680);
    }

    private static string Line(string text, int start) => text[start..text.IndexOf('\n', start)];

    private static int Operations(string sum) => sum.Count(character => character is '+' or '-' or '*');

    private static int Value(string sum)
    {
        var total = 0;
        foreach (var term in sum.Replace("-", "+-", StringComparison.Ordinal).Split('+'))
        {
            var factors = term.TrimStart('-').Split('*').Select(factor => int.Parse(factor, CultureInfo.InvariantCulture)).ToArray();
            var product = factors.Aggregate(1, (left, right) => left * right);
            total += term[0] == '-' ? -product : product;
        }
        return total;
    }
}
