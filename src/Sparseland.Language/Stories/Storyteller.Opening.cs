using static Sparseland.Language.Stories.StoryLexicon;

namespace Sparseland.Language.Stories;

// The opening of a story or a chapter: who is in it, which places there are, where everybody and everything is.
internal sealed partial class Storyteller
{
    private const int StopThings = -1;
    private const int LyingThing = -2;
    private const int TellFood = -3;
    private const int TellCode = -4;

    // Chance that the list goes on after its first, second, ... entry.
    private static readonly double[] MorePeople = [1, 0.7, 0.3, 0];
    private static readonly double[] MorePlaces = [1, 0.7, 0.35, 0];
    private static readonly double[] MoreThings = [1, 0.8, 0.55, 0.4, 0];
    private static readonly double[] Compact = [1, 0];

    private void Opening()
    {
        _chapter++;
        if (_chapter > 1)
            _pen.Write($" {_chapter}. ");
        _pen.Offer("A story about", 0.5, 0);
        _pen.Offer("A tale of", 0.25, 0);
        _pen.Offer("One day with", 0.25, 0);
        _pen.Pick();
        DrawList(_people, People, _compact ? Compact : MorePeople, "");
        _pen.Write("\n");
        _pen.Offer("They lived near the", 0.5, 0);
        _pen.Offer("They knew the", 0.25, 0);
        _pen.Offer("Not far away were the", 0.25, 0);
        _pen.Pick();
        DrawList(_places, Places, _compact ? Compact : MorePlaces, " the");
        _pen.Write(".");
        for (var i = 0; i < _people.Count; i++)
            PlacePerson(i);
        IntroduceThings();
    }

    // "A and B", "A, B and C": whether the list goes on is told by the sign before the next entry. Lists have at least two entries.
    private void DrawList(List<int> destination, string[] words, double[] more, string article)
    {
        destination.Clear();
        DrawWord(destination, words);
        var last = false;
        while (!last)
        {
            var goesOn = more[destination.Count];
            _pen.Offer($" and{article}", 1 - goesOn, 1);
            _pen.Offer($",{article}", goesOn, 0);
            last = _pen.Pick() == 1;
            DrawWord(destination, words);
        }
    }

    private void DrawWord(List<int> drawn, string[] words)
    {
        for (var i = 0; i < words.Length; i++)
            _pen.Offer($" {words[i]}", drawn.Contains(i) ? 0 : 1, i);
        drawn.Add(_pen.Pick());
    }

    private void PlacePerson(int index)
    {
        var person = _people[index];
        var before = index == 0 ? -1 : _world.PersonPlace[_people[index - 1]];
        var offset = _pen.Length;
        _pen.Write($" {People[person]} was in the");
        foreach (var place in _places)
            _pen.Offer(place == before ? $" {Places[place]}, too." : $" {Places[place]}.", 1, place);
        _world.Place(person, _pen.Pick(), offset);
    }

    private void IntroduceThings()
    {
        _things.Clear();
        _asked.Clear();
        _food = -1;
        var more = _compact ? Compact : MoreThings;
        while (true)
        {
            var goesOn = more[_things.Count];
            _pen.Offer(" There was", goesOn * 0.6, LyingThing);
            foreach (var person in _people)
                _pen.Offer($" {People[person]} had", goesOn * 0.4 / _people.Count, person);
            OfferRest(1 - goesOn);
            var offset = _pen.Length;
            var what = _pen.Pick();
            if (what == TellFood)
                IntroduceFood();
            if (what == TellFood || what == TellCode)
            {
                IntroduceLocks(what == TellCode);
                return;
            }
            if (what == StopThings)
                return;
            IntroduceThing(what, offset);
        }
    }

    // What may follow the things: the food, the codes, or the end of the line.
    private void OfferRest(double weight)
    {
        var food = _compact || _options.Shares.Count + _options.Shares.Sum <= 0 ? 0 : 0.75;
        var code = CanTellCode ? 0.45 : 0;
        _pen.Offer(" They all liked", weight * food, TellFood);
        _pen.Offer(" The code of the", weight * (1 - food) * code, TellCode);
        _pen.Offer("\n", weight * (1 - food) * (1 - code), StopThings);
    }

    private bool CanTellCode => !_compact && _options.Shares.Key > 0 && _world.Locks.Count < Locks.Length * Colours.Length - 1;

    private void IntroduceThing(int holder, int offset)
    {
        var known = 0;
        foreach (var thing in _world.KnownThings)
            known += _things.Contains(thing) ? 0 : 1;
        var unknown = Things.Length - _world.KnownThings.Count;
        for (var i = 0; i < Colours.Length; i++)
            _pen.Offer($" {WithArticle(Colours[i])}", (double)unknown / Colours.Length, i);
        _pen.Offer(" the", known, End);
        var colour = _pen.Pick();
        for (var i = 0; i < Things.Length; i++)
        {
            var isKnown = _world.ThingColour[i] >= 0;
            var fits = isKnown == (colour == End) && !_things.Contains(i);
            _pen.Offer(isKnown ? $" {Colours[_world.ThingColour[i]]} {Things[i]}" : $" {Things[i]}", fits ? 1 : 0, i);
        }
        var picked = _pen.Pick();
        _things.Add(picked);
        if (colour != End)
        {
            _world.ThingColour[picked] = colour;
            _world.KnownThings.Add(picked);
        }
        _world.ThingColourOffset[picked] = offset;
        if (holder >= 0)
        {
            _pen.Write(".");
            _world.Hold(picked, holder, offset);
            return;
        }
        _pen.Write(" in the");
        foreach (var place in _places)
            _pen.Offer($" {Places[place]}.", 1, place);
        _world.Lay(picked, _pen.Pick(), offset);
    }

    private void IntroduceFood()
    {
        for (var i = 0; i < Foods.Length; i++)
            _pen.Offer($" {Foods[i].Many}.", 1, i);
        _food = _pen.Pick();
        foreach (var person in _people)
        {
            var offset = _pen.Length;
            _pen.Write($" {People[person]} had");
            for (var count = 0; count <= 6; count++)
                _pen.Offer($" {Amount(count, _food)}.", 1, count);
            _world.BeginCount(person, _pen.Pick(), offset);
        }
    }

    private void IntroduceLocks(bool hasBegun)
    {
        var more = 0.45;
        if (hasBegun)
        {
            TellCodeOfLock(_pen.Length);
            more = 0.15;
        }
        while (true)
        {
            var offset = _pen.Length;
            _pen.Offer(" The code of the", CanTellCode ? more : 0, TellCode);
            _pen.Offer("\n", CanTellCode ? 1 - more : 1, StopThings);
            if (_pen.Pick() == StopThings)
                return;
            TellCodeOfLock(offset);
            more = more > 0.4 ? 0.15 : 0;
        }
    }

    /// <summary>A line of its own that gives a code.</summary>
    private void TellLock()
    {
        var offset = _pen.Length;
        _pen.Write(" The code of the");
        TellCodeOfLock(offset);
        _pen.Write("\n");
    }

    private void TellCodeOfLock(int offset)
    {
        for (var i = 0; i < Colours.Length; i++)
            _pen.Offer($" {Colours[i]}", CountUnusedLocks(i) > 0 ? 1 : 0, i);
        var colour = _pen.Pick();
        for (var i = 0; i < Locks.Length; i++)
            _pen.Offer($" {Locks[i]} is", IsUsed(colour, i) ? 0 : 1, i);
        var kind = _pen.Pick();
        var digits = new int[3];
        for (var i = 0; i < digits.Length; i++)
        {
            for (var digit = 1; digit <= 9; digit++)
                _pen.Offer($" {digit}", 1, digit);
            digits[i] = _pen.Pick();
        }
        _pen.Write(".");
        _world.Locks.Add(new LockCode($"{Colours[colour]} {Locks[kind]}", colour * Locks.Length + kind, string.Join(' ', digits), offset));
    }

    private int CountUnusedLocks(int colour)
    {
        var unused = 0;
        for (var kind = 0; kind < Locks.Length; kind++)
            unused += IsUsed(colour, kind) ? 0 : 1;
        return unused;
    }

    private bool IsUsed(int colour, int kind)
    {
        foreach (var known in _world.Locks)
        {
            if (known.Identity == colour * Locks.Length + kind)
                return true;
        }
        return false;
    }
}
