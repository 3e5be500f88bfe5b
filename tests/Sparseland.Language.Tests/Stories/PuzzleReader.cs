using System.Globalization;
using System.Text.RegularExpressions;

namespace Sparseland.Language.Tests.Stories;

/// <summary>Solves the puzzles from their text alone.</summary>
internal static partial class PuzzleReader
{
    public static string Chain(string question)
    {
        var start = Start().Match(question);
        var steps = Parse(start.Groups[1].Value);
        var value = Parse(start.Groups[2].Value);
        var answer = $"The basket holds {start.Groups[2].Value} {start.Groups[3].Value}.";
        foreach (Match step in Step().Matches(question))
        {
            var word = step.Value.Split(' ', '.');
            var next = word[0] switch
            {
                "Add" => value + Parse(word[1]),
                "Take" => value - Parse(word[1]),
                "Double" => value + value,
                _ => value + value + value,
            };
            answer += word[0] switch
            {
                "Add" => $" {value} + {word[1]} = {next}.",
                "Take" => $" {value} - {word[1]} = {next}.",
                "Double" => $" 2 x {value} = {next}.",
                _ => $" 3 x {value} = {next}.",
            };
            value = next;
            steps--;
        }
        if (steps != 0 || value is < 0 or > 99)
            throw new InvalidDataException(question);
        var many = Many().Match(question).Groups[1].Value;
        var amount = value == 0 ? $"no {many}" : value == 1 ? $"1 {many[..^1]}" : $"{value} {many}";
        return $"{answer} So the basket holds {amount}.";
    }

    public static string Riddle(string question)
    {
        var inside = Inside().Matches(question).ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value);
        var has = Has().Matches(question).ToDictionary(match => match.Groups[2].Value, match => match.Groups[1].Value);
        var isIn = IsIn().Matches(question).ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value);
        var thing = Asked().Match(question).Groups[1].Value;
        var answer = "";
        var facts = 2;
        var outer = thing;
        while (inside.TryGetValue(outer, out var container))
        {
            answer += $"The {outer} is in the {container}. ";
            outer = container;
            facts++;
        }
        if (!question.StartsWith($"A riddle of {facts} facts. ", StringComparison.Ordinal))
            throw new InvalidDataException(question);
        var person = has[outer];
        return $"{answer}{person} has the {outer}. {person} is in the {isIn[person]}. So the {thing} is in the {isIn[person]}.";
    }

    private static int Parse(string number) => int.Parse(number, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^A sum in (\d) steps?\. A basket holds (\d+) (\w+)\.")]
    private static partial Regex Start();

    [GeneratedRegex(@"(?:Add|Take) \d+\.|(?:Double|Triple) it\.")]
    private static partial Regex Step();

    [GeneratedRegex(@"How many (\w+) are in it, and why\?$")]
    private static partial Regex Many();

    [GeneratedRegex(@"\bThe (\w+) is in the (\w+)\.")]
    private static partial Regex Inside();

    [GeneratedRegex(@"(\w+) has the (\w+)\.")]
    private static partial Regex Has();

    [GeneratedRegex(@"(?<!The )\b([A-Z]\w+) is in the (\w+)\.")]
    private static partial Regex IsIn();

    [GeneratedRegex(@"Where is the (\w+), and why\?$")]
    private static partial Regex Asked();
}
