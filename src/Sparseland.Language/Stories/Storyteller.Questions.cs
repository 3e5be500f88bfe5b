using System.Globalization;
using static Sparseland.Language.Stories.StoryLexicon;

namespace Sparseland.Language.Stories;

// The questions. What is asked is chosen; the answer follows from the text before.
internal sealed partial class Storyteller
{
    private enum Query
    {
        Where,
        Who,
        Count,
        Sum,
        Said,
        Told,
        Colour,
        Key,
        Chain,
        Riddle,
    }

    private const int ThingTag = 64;
    private const int WorkedTag = 128;

    // What was asked since the last paragraph: the query times 1024 plus the tag of what it was about.
    private readonly HashSet<int> _asked = [];

    private int _questionOffset;

    private void TellQuestion()
    {
        _questionOffset = _pen.Length - "Q:".Length;
        OfferQueries();
        switch ((Query)_pen.Pick())
        {
            case Query.Where:
                AskWhere();
                break;
            case Query.Who:
                AskWho();
                break;
            case Query.Count:
                AskCount();
                break;
            case Query.Sum:
                AskSum();
                break;
            case Query.Said:
                AskSaid();
                break;
            case Query.Told:
                AskTold();
                break;
            case Query.Colour:
                AskColour();
                break;
            case Query.Key:
                AskKey();
                break;
            case Query.Chain:
                AskChain();
                break;
            case Query.Riddle:
                AskRiddle();
                break;
        }
    }

    private void OfferQueries()
    {
        ReadOnlySpan<string> beginnings =
        [
            " Where is", " Who has the", " How many", " Together, how many", " What did", " What was", " What colour is the", " What is the code of the",
            " A sum in", " A riddle of",
        ];
        for (var query = Query.Where; query <= Query.Riddle; query++)
            _pen.Offer(beginnings[(int)query], CanAskFor(query) ? ShareOf(query) : 0, (int)query);
    }

    private bool CanAsk
    {
        get
        {
            for (var query = Query.Where; query <= Query.Riddle; query++)
            {
                if (ShareOf(query) > 0 && CanAskFor(query))
                    return true;
            }
            return false;
        }
    }

    private double ShareOf(Query query) => query switch
    {
        Query.Where => _options.Shares.Where,
        Query.Who => _options.Shares.Who,
        Query.Count => _options.Shares.Count,
        Query.Sum => _options.Shares.Sum,
        Query.Said => _options.Shares.Said,
        Query.Told => _options.Shares.Told,
        Query.Colour => _options.Shares.Colour,
        Query.Key => _options.Shares.Key,
        Query.Chain => _options.Shares.Chain,
        _ => _options.Shares.Riddle,
    };

    // Whether something is left to ask that was not asked since the last paragraph.
    private bool CanAskFor(Query query) => query switch
    {
        Query.Count => _food >= 0 && _people.Exists(CanAskCount),
        Query.Where or Query.Said or Query.Told or Query.Sum when !_people.Exists(person => IsFresh(query, person)) => false,
        Query.Who or Query.Colour => _things.Exists(thing => IsFresh(query, thing)),
        Query.Sum => _food >= 0,
        Query.Said => _people.Exists(person => _world.Said[person] is not null),
        Query.Told => _people.Exists(person => _world.Heard[person] is not null),
        Query.Key => _world.Locks.Exists(IsAskable),
        _ => true,
    };

    private bool CanAskCount(int person) =>
        (_options.Shares.Worked < 1 && IsFresh(Query.Count, person)) || (_options.Shares.Worked > 0 && IsFresh(Query.Count, WorkedTag + person));

    private bool IsFresh(Query query, int tag) => !_asked.Contains(((int)query * 1024) + tag);

    // Picks what a question is about and remembers it.
    private int PickAsked(Query query)
    {
        var tag = _pen.Pick();
        _asked.Add(((int)query * 1024) + tag);
        return tag;
    }

    private void OfferAsked(Query query, string text, double weight, int tag) => _pen.Offer(text, IsFresh(query, tag) ? weight : 0, tag);

    private bool IsAskable(LockCode known) => known != _needle && IsFresh(Query.Key, known.Identity);

    private double DistantShare => _chapter > 1 ? _options.DistantShare : 0;

    // Those of the chapter, and with the distant share all that are known.
    private double ShareOfPerson(int person) =>
        (_people.Contains(person) ? (1 - DistantShare) / _people.Count : 0) + DistantShare / _world.KnownPeople.Count;

    private double ShareOfThing(int thing) =>
        (_things.Contains(thing) ? (1 - DistantShare) / _things.Count : 0) + DistantShare / _world.KnownThings.Count;

    private void AskWhere()
    {
        foreach (var person in _world.KnownPeople)
            OfferAsked(Query.Where, $" {People[person]}?", 0.4 * ShareOfPerson(person), person);
        foreach (var thing in _world.KnownThings)
        {
            var share = 0.6 * ShareOfThing(thing);
            OfferAsked(Query.Where, $" the {Things[thing]}?", share * (1 - _options.Shares.Worked), ThingTag + thing);
            OfferAsked(Query.Where, $" the {Things[thing]}, and why?", share * _options.Shares.Worked, WorkedTag + thing);
        }
        var tag = PickAsked(Query.Where);
        if (tag < ThingTag)
            Answer(StoryQuestionKind.Where, $"{People[tag]} is in the {Places[_world.PersonPlace[tag]]}.", _world.PersonPlaceOffset[tag], 1);
        else
            AnswerWhere(tag % ThingTag, tag >= WorkedTag);
    }

    private void AnswerWhere(int thing, bool isWorked)
    {
        var conclusion = $"the {Things[thing]} is in the {Places[_world.PlaceOf(thing)]}.";
        var direct = $"T{conclusion[1..]}";
        var offset = _world.ThingOffset[thing];
        if (!_world.IsHeld(thing))
        {
            if (isWorked)
                Answer(StoryQuestionKind.WorkedWhere, $"Nobody has the {Things[thing]}. {direct}", offset, 1);
            else
                Answer(StoryQuestionKind.Where, direct, offset, 1);
            return;
        }
        var holder = _world.ThingHolder[thing];
        offset = Math.Min(offset, _world.PersonPlaceOffset[holder]);
        if (isWorked)
        {
            var name = People[holder];
            Answer(StoryQuestionKind.WorkedWhere, $"{name} has the {Things[thing]}. {name} is in the {Places[_world.PersonPlace[holder]]}. So {conclusion}", offset, 2);
        }
        else
            Answer(StoryQuestionKind.WhereHeld, direct, offset, 2);
    }

    private int PickKnownThing(Query query)
    {
        foreach (var thing in _world.KnownThings)
            OfferAsked(query, $" {Things[thing]}", ShareOfThing(thing), thing);
        return PickAsked(query);
    }

    private void AskWho()
    {
        var thing = PickKnownThing(Query.Who);
        _pen.Write("?");
        var holder = _world.ThingHolder[thing];
        Answer(StoryQuestionKind.Who, $"{(holder < 0 ? "Nobody" : People[holder])} has the {Things[thing]}.", _world.ThingOffset[thing], 1);
    }

    private void AskColour()
    {
        var thing = PickKnownThing(Query.Colour);
        _pen.Write("?");
        Answer(StoryQuestionKind.Colour, $"The {Things[thing]} is {Colours[_world.ThingColour[thing]]}.", _world.ThingColourOffset[thing], 1);
    }

    private void AskCount()
    {
        _pen.Write($" {Foods[_food].Many} does");
        foreach (var person in _people)
        {
            var share = _world.CountUntold(person) > 0 ? 3 : 1;
            OfferAsked(Query.Count, $" {People[person]} have?", share * (1 - _options.Shares.Worked), person);
            OfferAsked(Query.Count, $" {People[person]} have, and why?", share * _options.Shares.Worked, WorkedTag + person);
        }
        var tag = PickAsked(Query.Count);
        var asked = tag % WorkedTag;
        var untold = _world.CountUntold(asked);
        var conclusion = $"{People[asked]} has {Amount(_world.Count[asked], _food)}.";
        if (tag >= WorkedTag)
            Answer(StoryQuestionKind.WorkedCount, $"{WorkedCount(asked)} So {conclusion}", _world.BaseOffset[asked], 1 + _world.Changes[asked].Count);
        else
            Answer(untold == 0 ? StoryQuestionKind.Count : StoryQuestionKind.CountChanged, conclusion, _world.StatedOffset[asked], 1 + untold);
        _world.StateCount(asked, _questionOffset);
    }

    // "Tom had 3 apples. Then Tom found 2 apples. 3 + 2 = 5."
    private string WorkedCount(int person)
    {
        var count = _world.BaseCount[person];
        var answer = $"{People[person]} had {Amount(count, _food)}.";
        if (_world.Changes[person].Count == 0)
            return $"{answer} Nothing changed.";
        foreach (var change in _world.Changes[person])
        {
            var result = count + change.Amount;
            answer += string.Create(CultureInfo.InvariantCulture,
                $" Then {change.Sentence}. {count} {(change.Amount < 0 ? '-' : '+')} {Math.Abs(change.Amount)} = {result}.");
            count = result;
        }
        return answer;
    }

    private void AskSum()
    {
        _pen.Write($" {Foods[_food].Many} do");
        foreach (var person in _people)
            OfferAsked(Query.Sum, $" {People[person]} and", 1, person);
        var first = PickAsked(Query.Sum);
        foreach (var person in _people)
            _pen.Offer($" {People[person]} have?", person == first ? 0 : 1, person);
        var second = _pen.Pick();
        var (a, b) = (_world.Count[first], _world.Count[second]);
        var steps = 2 + _world.CountUntold(first) + _world.CountUntold(second);
        var offset = Math.Min(_world.StatedOffset[first], _world.StatedOffset[second]);
        Answer(StoryQuestionKind.WorkedSum,
            $"{People[first]} has {Amount(a, _food)}. {People[second]} has {Amount(b, _food)}. {a} + {b} = {a + b}. So they have {Amount(a + b, _food)}.", offset, steps);
        _world.StateCount(first, _questionOffset);
        _world.StateCount(second, _questionOffset);
    }

    private void AskSaid()
    {
        foreach (var person in _people)
            OfferAsked(Query.Said, $" {People[person]} say?", _world.Said[person] is null ? 1 : 3, person);
        var asked = PickAsked(Query.Said);
        if (_world.Said[asked] is { } words)
            Answer(StoryQuestionKind.Said, $"{People[asked]} said, \"{words}\"", _world.SaidOffset[asked], 1);
        else
            Answer(StoryQuestionKind.Said, $"{People[asked]} said nothing.", _questionOffset, 1);
    }

    private void AskTold()
    {
        foreach (var person in _people)
            OfferAsked(Query.Told, $" {People[person]} told?", _world.Heard[person] is null ? 1 : 3, person);
        var asked = PickAsked(Query.Told);
        if (_world.Heard[asked] is { } heard)
            Answer(StoryQuestionKind.Told, $"{People[heard.Teller]} told {People[asked]} that {heard.Content}.", heard.Offset, 1);
        else
            Answer(StoryQuestionKind.Told, $"Nobody told {People[asked]} anything.", _questionOffset, 1);
    }

    private void AskKey()
    {
        foreach (var known in _world.Locks)
            _pen.Offer($" {known.Name}?", IsAskable(known) ? 1 : 0, known.Identity);
        var identity = PickAsked(Query.Key);
        AnswerKey(_world.Locks.Find(known => known.Identity == identity)!);
    }

    private void AnswerKey(LockCode known) => Answer(StoryQuestionKind.Key, $"The code of the {known.Name} is {known.Code}.", known.Offset, 1);

    private void Answer(StoryQuestionKind kind, string answer, int factOffset, int steps)
    {
        _pen.Write("\nA: ");
        _questions.Add(new StoryQuestion(kind, _questionOffset, _pen.Length, answer, _questionOffset - factOffset, steps));
        _pen.Write($"{answer}\n");
    }
}
