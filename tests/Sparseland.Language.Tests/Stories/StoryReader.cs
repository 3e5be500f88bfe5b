using System.Globalization;
using System.Text.RegularExpressions;

namespace Sparseland.Language.Tests.Stories;

/// <summary>
/// Reads a story as a person would, sentence by sentence with regular expressions, and answers questions from what it read. It shares no
/// code with the generator: the judge of its answers. It also complains when a sentence contradicts what it knows.
/// </summary>
internal sealed partial class StoryReader
{
    private readonly Dictionary<string, string> _placeOf = [];
    private readonly Dictionary<string, string> _holderOf = [];
    private readonly Dictionary<string, string> _lyingIn = [];
    private readonly Dictionary<string, string> _colourOf = [];
    private readonly Dictionary<string, int> _countOf = [];
    private readonly Dictionary<string, string> _said = [];
    private readonly Dictionary<string, string> _told = [];
    private readonly Dictionary<string, string> _codeOf = [];

    // For the worked answers: the number told before the latest changes, the changes, and whether the present number was told since.
    private readonly Dictionary<string, (int Base, List<(string Sentence, int Amount)> Changes, bool IsTold)> _history = [];
    private string _foods = "";
    private string _subject = "";

    /// <summary>Reads a prompt that ends in a question and "A:", and answers it.</summary>
    public static string Answer(string prompt)
    {
        var reader = new StoryReader();
        var lines = prompt.Split('\n');
        foreach (var line in lines[..^2])
            reader.ReadLine(line);
        return reader.AnswerTo(lines[^2][3..]);
    }

    /// <summary>Reads one line of a story; the answer's line is not compared.</summary>
    public void ReadLine(string line)
    {
        if (line.StartsWith("Q: ", StringComparison.Ordinal))
        {
            Remark(line[3..]);
            return;
        }
        if (line.StartsWith("A: ", StringComparison.Ordinal) || Title().IsMatch(line))
            return;
        _subject = "";
        foreach (Match sentence in Sentences().Matches(line))
            ReadSentence(Opening().Replace(sentence.Value.Trim(), ""));
    }

    /// <summary>The answer to a question.</summary>
    public string AnswerTo(string question)
    {
        if (question.StartsWith("A sum in ", StringComparison.Ordinal))
            return PuzzleReader.Chain(question);
        if (question.StartsWith("A riddle of ", StringComparison.Ordinal))
            return PuzzleReader.Riddle(question);
        if (Match(question, @"^Where is the (\w+)(, and why)?\?$") is { } thing)
            return WhereIs(thing[0], thing[1].Length > 0);
        if (Match(question, @"^Where is (\w+)\?$") is { } person)
            return $"{person[0]} is in the {_placeOf[person[0]]}.";
        if (Match(question, @"^Who has the (\w+)\?$") is { } held)
            return $"{_holderOf.GetValueOrDefault(held[0], "Nobody")} has the {held[0]}.";
        if (Match(question, @"^What colour is the (\w+)\?$") is { } coloured)
            return $"The {coloured[0]} is {_colourOf[coloured[0]]}.";
        if (Match(question, @"^What is the code of the (\w+ \w+)\?$") is { } locked)
            return $"The code of the {locked[0]} is {_codeOf[locked[0]]}.";
        if (Match(question, @"^What did (\w+) say\?$") is { } speaker)
            return _said.TryGetValue(speaker[0], out var words) ? $"{speaker[0]} said, \"{words}\"" : $"{speaker[0]} said nothing.";
        if (Match(question, @"^What was (\w+) told\?$") is { } hearer)
            return _told.TryGetValue(hearer[0], out var message) ? message : $"Nobody told {hearer[0]} anything.";
        return Number(question);
    }

    private string Number(string question)
    {
        if (Match(question, @"^How many \w+ does (\w+) have(, and why)?\?$") is { } counted)
        {
            var conclusion = $"{counted[0]} has {Amount(_countOf[counted[0]])}.";
            return counted[1].Length > 0 ? $"{Why(counted[0])} So {conclusion}" : conclusion;
        }
        var pair = Match(question, @"^Together, how many \w+ do (\w+) and (\w+) have\?$") ?? throw new InvalidDataException(question);
        var (a, b) = (_countOf[pair[0]], _countOf[pair[1]]);
        return $"{pair[0]} has {Amount(a)}. {pair[1]} has {Amount(b)}. {a} + {b} = {a + b}. So they have {Amount(a + b)}.";
    }

    private string WhereIs(string thing, bool withReason)
    {
        var isHeld = _holderOf.TryGetValue(thing, out var holder);
        var place = isHeld ? _placeOf[holder!] : _lyingIn[thing];
        return (withReason, isHeld) switch
        {
            (true, true) => $"{holder} has the {thing}. {holder} is in the {place}. So the {thing} is in the {place}.",
            (true, false) => $"Nobody has the {thing}. The {thing} is in the {place}.",
            _ => $"The {thing} is in the {place}.",
        };
    }

    private string Why(string person)
    {
        var (count, changes, _) = _history[person];
        var text = $"{person} had {Amount(count)}.";
        foreach (var (sentence, amount) in changes)
        {
            text += $" Then {sentence} {count} {(amount < 0 ? "-" : "+")} {Math.Abs(amount)} = {count + amount}.";
            count += amount;
        }
        return changes.Count > 0 ? text : $"{text} Nothing changed.";
    }

    // A question about a number is followed by its answer, which tells the number.
    private void Remark(string question)
    {
        foreach (var person in Match(question, @"^How many \w+ does (\w+) have") ?? Match(question, @"^Together, how many \w+ do (\w+) and (\w+) have") ?? [])
            TellCount(person);
    }

    private void ReadSentence(string sentence)
    {
        var text = Pronouns().Replace(sentence, _subject, 1);
        if (ReadOpening(text) || ReadJourney(text) || ReadHandling(text) || ReadCounting(text) || ReadSpeech(text))
            return;
        if (Match(text, @"^(\w+) looked around and saw (.*)\.$") is { } seen)
        {
            var things = _lyingIn.Where(pair => pair.Value == _placeOf[seen[0]] && seen[1] != "nothing").Select(pair => $"the {pair.Key}").ToHashSet();
            Require(seen[1] == "nothing" || seen[1].Split([", ", " and "], StringSplitOptions.None).All(things.Contains), text);
            _subject = seen[0];
        }
        else if (Match(text, @"^(\w+) (was \w+|was in a hurry|smiled|laughed|sat down .*|sang a song|felt .*|looked at the sky|yawned|whistled .*|thought .*|counted the clouds|closed both eyes|scratched one ear|remembered last summer|drew a circle on the ground|danced with joy|sneezed twice|hid behind a tree|waved to \w+)\.$") is { } feeling && _placeOf.ContainsKey(feeling[0]))
            _subject = feeling[0];
        else
            Require(Aside().IsMatch(text), $"an unknown sentence '{text}'");
    }

    private bool ReadOpening(string text)
    {
        if (Match(text, @"^(\w+) was in the (\w+)(?:, too)?\.$") is { } person)
            _placeOf[person[0]] = person[1];
        else if (Match(text, @"^There was (?:an?|the) (\w+) (\w+) in the (\w+)\.$") is { } lying)
        {
            _colourOf[lying[1]] = lying[0];
            Lay(lying[1], lying[2]);
        }
        else if (Match(text, @"^(\w+) had (?:an?|the) (\w+) (\w+)\.$") is { } held)
        {
            _colourOf[held[2]] = held[1];
            Hold(held[2], held[0]);
        }
        else if (Match(text, @"^They all liked (\w+)\.$") is { } food)
            _foods = food[0];
        else if (Match(text, @"^The code of the (\w+ \w+) is (\d \d \d)\.$") is { } code)
            _codeOf[code[0]] = code[1];
        else
            return Places().IsMatch(text) || text == "Here is a secret.";
        return true;
    }

    private bool ReadJourney(string text)
    {
        if (Match(text, @"^(\w+) and (\w+) went to the (\w+) together\.$") is { } pair)
        {
            Require(_placeOf[pair[0]] == _placeOf[pair[1]] && _placeOf[pair[0]] != pair[2], text);
            _placeOf[pair[0]] = _placeOf[pair[1]] = pair[2];
            _subject = "";
            return true;
        }
        if (Match(text, @"^(\w+) (?:went|walked|ran|hurried) to the (\w+)(?: and met (.*))?\.$") is not { } going)
            return false;
        Require(_placeOf[going[0]] != going[1], text);
        foreach (var met in going[2].Split([", ", " and "], StringSplitOptions.RemoveEmptyEntries))
            Require(_placeOf[met] == going[1], text);
        _placeOf[going[0]] = going[1];
        _subject = going[0];
        return true;
    }

    private bool ReadHandling(string text)
    {
        if (Match(text, @"^(\w+) (?:took|picked up) the (\w+)\.$") is { } taken)
        {
            Require(_lyingIn[taken[1]] == _placeOf[taken[0]], text);
            Hold(taken[1], taken[0]);
            _subject = taken[0];
        }
        else if (Match(text, @"^(\w+) (?:left|dropped) the (\w+) in the (\w+)\.$") is { } left)
        {
            Require(_holderOf[left[1]] == left[0] && _placeOf[left[0]] == left[2], text);
            Lay(left[1], left[2]);
            _subject = left[0];
        }
        else if (Match(text, @"^(\w+) gave the (\w+) to (\w+)\.$") is { } given)
        {
            Require(_holderOf[given[1]] == given[0] && _placeOf[given[0]] == _placeOf[given[2]], text);
            Hold(given[1], given[2]);
            _subject = given[0];
        }
        else
            return false;
        return true;
    }

    private bool ReadCounting(string text)
    {
        if (Match(text, @"^Now (\w+) had (\w+) \w+(?: and (\w+) had (\w+) \w+)?\.$") is { } now)
        {
            for (var i = 0; i < 4 && now[i].Length > 0; i += 2)
            {
                Require(_countOf[now[i]] == Parse(now[i + 1]), text);
                TellCount(now[i]);
            }
        }
        else if (Match(text, @"^(\w+) had (no|\d+) \w+\.$") is { } had)
        {
            _countOf[had[0]] = Parse(had[1]);
            _history[had[0]] = (Parse(had[1]), [], true);
        }
        else if (Match(text, @"^(\w+) (found|ate) (\d+) \w+\.$") is { } changed)
        {
            Change(changed[0], changed[1] == "ate" ? -Parse(changed[2]) : Parse(changed[2]), text);
            _subject = changed[0];
        }
        else if (Match(text, @"^(\w+) gave (\w+) (\d+) \w+\.$") is { } shared)
        {
            Require(_placeOf[shared[0]] == _placeOf[shared[1]], text);
            Change(shared[0], -Parse(shared[2]), text);
            Change(shared[1], Parse(shared[2]), text);
            _subject = shared[0];
        }
        else
            return false;
        return true;
    }

    private bool ReadSpeech(string text)
    {
        if (Match(text, "^(\\w+) (?:said|whispered|shouted), \"(.*)\"$") is { } said)
        {
            _said[said[0]] = said[1];
            _subject = said[0];
        }
        else if (Match(text, @"^(\w+) told (\w+) (?:that|what (\w+) had said:) (.*)\.$") is { } told)
        {
            Require(_placeOf[told[0]] == _placeOf[told[1]], text);
            Require(told[2].Length == 0 ? IsTrue(told[3]) : _told[told[0]] == $"{told[2]} told {told[0]} that {told[3]}.", text);
            _told[told[1]] = $"{told[0]} told {told[1]} that {told[3]}.";
            _subject = told[0];
        }
        else if (Match(text, "^(\\w+) asked (\\w+), \"Where is the (\\w+)\\?\" \\w+ answered, \"(?:It is in the (\\w+)|(I) have it|(\\w+) has it)\\.\"$") is { } asked)
        {
            Require(_placeOf[asked[0]] == _placeOf[asked[1]], text);
            Require(asked[3].Length > 0 ? _lyingIn[asked[2]] == asked[3] : _holderOf[asked[2]] == (asked[4].Length > 0 ? asked[1] : asked[5]), text);
            _subject = asked[1];
        }
        else
            return false;
        return true;
    }

    private bool IsTrue(string content) =>
        Match(content, @"^the (\w+) was in the (\w+)$") is { } lying ? _lyingIn[lying[0]] == lying[1]
        : Match(content, @"^(\w+) had the (\w+)$") is { } held && _holderOf[held[1]] == held[0];

    private void Hold(string thing, string holder)
    {
        _lyingIn.Remove(thing);
        _holderOf[thing] = holder;
    }

    private void Lay(string thing, string place)
    {
        _holderOf.Remove(thing);
        _lyingIn[thing] = place;
    }

    private void TellCount(string person) => _history[person] = _history[person] with { IsTold = true };

    private void Change(string person, int amount, string sentence)
    {
        var before = _history[person];
        if (before.IsTold)
            before = (_countOf[person], [], false);
        before.Changes.Add((sentence, amount));
        _history[person] = before;
        _countOf[person] += amount;
        Require(_countOf[person] is >= 0 and <= 12, sentence);
    }

    private string Amount(int count) => count switch
    {
        0 => $"no {_foods}",
        1 => $"1 {_foods[..^1]}",
        _ => $"{count} {_foods}",
    };

    private static int Parse(string number) => number == "no" ? 0 : int.Parse(number, CultureInfo.InvariantCulture);

    private static string[]? Match(string text, string pattern)
    {
        var match = Regex.Match(text, pattern);
        return match.Success ? [.. match.Groups.Values.Skip(1).Select(group => group.Value)] : null;
    }

    private static void Require(bool holds, string sentence)
    {
        if (!holds)
            throw new InvalidDataException($"The story contradicts itself: {sentence}");
    }

    [GeneratedRegex(@"^(?:Chapter \d+\. )?(?:A story about|A tale of|One day with) |^The end\.$")]
    private static partial Regex Title();

    // A question with its reply is one sentence here; speech may end in any sign before the quotation mark.
    [GeneratedRegex("""[^.?!"]+(?:"[^"]*" \w+ answered, "[^"]*"|"[^"]*"|\.)""")]
    private static partial Regex Sentences();

    [GeneratedRegex(@"^(?:(?:In the|Early in the) \w+, |(?:At|Around) noon, |Later in the day, |When evening came, |(?:At|Late at) night, |Then |Soon |After that, )")]
    private static partial Regex Opening();

    [GeneratedRegex(@"^(?:[Ss]he|[Hh]e)\b")]
    private static partial Regex Pronouns();

    [GeneratedRegex(@"^(?:They lived near|They knew|Not far away were) the ")]
    private static partial Regex Places();

    [GeneratedRegex(@"^(?:It was \w+|The sun was shining|The wind was cold|A bird was singing|Everything was quiet|A dog barked far away|Clouds went by|The air smelled of bread|Leaves were falling|Thunder rolled over the hills|Butterflies filled the air|An owl called somewhere|Snow lay on every roof|Thick fog hid the road|Church bells rang)\.$")]
    private static partial Regex Aside();
}
