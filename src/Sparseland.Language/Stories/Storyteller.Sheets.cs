using System.Globalization;
using static Sparseland.Language.Stories.StoryLexicon;

namespace Sparseland.Language.Stories;

// Work sheets: several problems of one kind. Sums are worked out by rewriting the whole sum after each operation; lists follow a rule that is not told.
internal sealed partial class Storyteller
{
    private const int SumSheet = 0;
    private const int ListSheet = 1;
    private const int NoSheet = 2;

    // Chance that a sheet goes on after its first, second, ... problem.
    private static readonly double[] MoreProblems = [1, 1, 0.7, 0.5, 0];

    private enum ListRule
    {
        First,
        Second,
        Last,
        Reversed,
        Repeated,
        Counted,
    }

    /// <summary>Writes what kind of text follows, and the whole text if it is a sheet.</summary>
    private bool TellSheet(SheetOptions sheets)
    {
        _pen.Offer("Sums.", sheets.Sums, SumSheet);
        _pen.Offer("Lists.", sheets.Lists, ListSheet);
        _pen.Offer("Story.\n", 1 - sheets.Sums - sheets.Lists, NoSheet);
        var kind = _pen.Pick();
        if (kind == NoSheet)
            return false;
        ListRule? rule = null;
        for (var problem = 0; problem == 0 || GoesOn(problem - 1); problem++)
        {
            if (problem == 0)
                _pen.Write("\nQ:");
            _questionOffset = _pen.Length - "Q:".Length;
            if (kind == SumSheet)
                AskSheetSum(sheets);
            else
                rule = AskSheetList(rule);
        }
        return true;
    }

    private bool GoesOn(int problem)
    {
        _pen.Offer("\nQ:", MoreProblems[problem], 1);
        _pen.Offer("\nThe end.", 1 - MoreProblems[problem], 0);
        return _pen.Pick() == 1;
    }

    // "Q: 12+7*3-4" "A: 12+21-4=33-4=29."
    private void AskSheetSum(SheetOptions sheets)
    {
        _pen.Write(" ");
        var sum = new SheetSum();
        while (!sum.IsComplete)
        {
            sum.Offer(_pen, sheets);
            sum.Append(_pen.Pick());
        }
        var operations = sum.OperationCount;
        var lines = new List<string>();
        while (sum.OperationCount > 0)
        {
            sum.Reduce();
            lines.Add(sum.ToString());
        }
        _pen.Write("A:");
        AnswerSheet(StoryQuestionKind.SheetSum, $"{string.Join('=', lines)}.", operations);
    }

    // "Q: lamp, kite, drum" "A: drum.": three to five different things; the first answer gives the rule away, so it is no question.
    private ListRule AskSheetList(ListRule? known)
    {
        var items = new List<string>();
        var last = false;
        while (!last)
        {
            foreach (var thing in Things)
            {
                if (items.Contains(thing))
                    continue;
                _pen.Offer($" {thing},", items.Count < 4 ? 1 : 0, Array.IndexOf(Things, thing));
                _pen.Offer($" {thing}\n", items.Count >= 2 ? 1 : 0, Things.Length + Array.IndexOf(Things, thing));
            }
            var tag = _pen.Pick();
            items.Add(Things[tag % Things.Length]);
            last = tag >= Things.Length;
        }
        _pen.Write("A:");
        if (known is { } rule)
        {
            AnswerSheet(StoryQuestionKind.SheetList, Apply(rule, items), 1);
            return rule;
        }
        foreach (var candidate in Enum.GetValues<ListRule>())
            _pen.Offer($" {Apply(candidate, items)}", 1, (int)candidate);
        return (ListRule)_pen.Pick();
    }

    private static string Apply(ListRule rule, List<string> items) => rule switch
    {
        ListRule.First => $"{items[0]}.",
        ListRule.Second => $"{items[1]}.",
        ListRule.Last => $"{items[^1]}.",
        ListRule.Reversed => $"{string.Join(", ", Enumerable.Reverse(items))}.",
        ListRule.Repeated => $"{string.Join(", ", items)}.",
        _ => string.Create(CultureInfo.InvariantCulture, $"{items.Count}."),
    };

    private void AnswerSheet(StoryQuestionKind kind, string answer, int steps)
    {
        _questions.Add(new StoryQuestion(kind, _questionOffset, _pen.Length + 1, answer, _pen.Length - _questionOffset, steps));
        _pen.Write($" {answer}");
    }
}
