using static Sparseland.Language.Stories.StoryLexicon;

namespace Sparseland.Language.Stories;

// What somebody can do: every act is offered when the state of the world allows it.
internal sealed partial class Storyteller
{
    private enum Act
    {
        Go,
        GoTogether,
        Take,
        Leave,
        Give,
        Share,
        Find,
        Eat,
        Say,
        Tell,
        AskAbout,
        Wave,
        LookAround,
        Feel,
    }

    // An act and a person in one tag.
    private static int Tag(Act act, int person = 0) => (int)act * 32 + person;

    /// <summary>Tells what a person does, the person's name having been written.</summary>
    private void Sentence(int person)
    {
        var offset = _pen.Length;
        _subject = person;
        _isAfterAside = false;
        _changed.Clear();
        OfferActs(person);
        var tag = _pen.Pick();
        var other = tag % 32;
        switch ((Act)(tag / 32))
        {
            case Act.Go:
                Go(person, offset);
                break;
            case Act.GoTogether:
                GoTogether(person, other, offset);
                break;
            case Act.Take:
                _world.Hold(PickThing(ThingsAt(_world.PersonPlace[person]), "."), person, offset);
                break;
            case Act.Leave:
                Leave(person, offset);
                break;
            case Act.Give:
                Give(person, offset);
                break;
            case Act.Share:
                Share(person, other, offset);
                break;
            case Act.Find:
                ChangeByPick(person, 1, Math.Min(4, MaximumCount - _world.Count[person]), "found", offset);
                break;
            case Act.Eat:
                ChangeByPick(person, -1, Math.Min(3, _world.Count[person]), "ate", offset);
                break;
            case Act.Say:
                Say(person, offset);
                break;
            case Act.Tell:
                TellMessage(person, other, offset);
                break;
            case Act.AskAbout:
                AskAbout(person, other, offset);
                break;
            case Act.LookAround:
                LookAround(person);
                break;
        }
    }

    private void OfferActs(int person)
    {
        var company = CompanyOf(person);
        _pen.Offer(" went to the", 2.2, Tag(Act.Go));
        _pen.Offer(" walked to the", 1.1, Tag(Act.Go));
        _pen.Offer(" ran to the", 0.7, Tag(Act.Go));
        _pen.Offer(" hurried to the", 0.4, Tag(Act.Go));
        _pen.Offer(" said, \"", 1.4, Tag(Act.Say));
        _pen.Offer(" whispered, \"", 0.3, Tag(Act.Say));
        _pen.Offer(" shouted, \"", 0.3, Tag(Act.Say));
        _pen.Offer(" looked around and saw", 0.5, Tag(Act.LookAround));
        foreach (var mood in Moods)
            _pen.Offer(mood, 0.09, Tag(Act.Feel));
        if (ThingsAt(_world.PersonPlace[person]).Count > 0)
        {
            _pen.Offer(" took the", 2.6, Tag(Act.Take));
            _pen.Offer(" picked up the", 1.4, Tag(Act.Take));
        }
        if (ThingsOf(person).Count > 0)
        {
            _pen.Offer(" left the", 1.3, Tag(Act.Leave));
            _pen.Offer(" dropped the", 0.7, Tag(Act.Leave));
            _pen.Offer(" gave the", company.Count > 0 ? 2.2 : 0, Tag(Act.Give));
        }
        OfferFoodActs(person, company);
        var canTell = company.FindAll(other => CanTell(person, other));
        foreach (var other in canTell)
            _pen.Offer($" told {People[other]}", 2.4 / canTell.Count, Tag(Act.Tell, other));
        var canAsk = ThingsOf(person).Count < _things.Count;
        foreach (var other in company)
        {
            _pen.Offer($" asked {People[other]},", canAsk ? 1.6 / company.Count : 0, Tag(Act.AskAbout, other));
            _pen.Offer($" and {People[other]} went to the", 1.0 / company.Count, Tag(Act.GoTogether, other));
            _pen.Offer($" waved to {People[other]}.", 0.4 / company.Count, Tag(Act.Wave, other));
        }
    }

    private void OfferFoodActs(int person, List<int> company)
    {
        if (_food < 0)
            return;
        _pen.Offer(" found", _world.Count[person] < MaximumCount ? 1.6 : 0, Tag(Act.Find));
        if (_world.Count[person] == 0)
            return;
        _pen.Offer(" ate", 1, Tag(Act.Eat));
        var canTake = company.FindAll(other => _world.Count[other] < MaximumCount);
        foreach (var other in canTake)
            _pen.Offer($" gave {People[other]}", 1.8 / canTake.Count, Tag(Act.Share, other));
    }

    private int PickThing(List<int> candidates, string after)
    {
        foreach (var thing in candidates)
            _pen.Offer($" {Things[thing]}{after}", 1, thing);
        return _pen.Pick();
    }

    // "went to the garden." or, where somebody is there, perhaps "went to the garden and met Anna."
    private void Go(int person, int offset)
    {
        foreach (var place in _places)
        {
            if (place == _world.PersonPlace[person])
                continue;
            var there = _people.FindAll(other => _world.PersonPlace[other] == place);
            if (there.Count > 0)
                _pen.Offer($" {Places[place]} and met {Join(there.ConvertAll(other => People[other]))}.", 0.5, place);
            _pen.Offer($" {Places[place]}.", there.Count > 0 ? 0.5 : 1, place);
        }
        _world.Place(person, _pen.Pick(), offset);
    }

    private void GoTogether(int person, int other, int offset)
    {
        foreach (var place in _places)
            _pen.Offer($" {Places[place]} together.", place == _world.PersonPlace[person] ? 0 : 1, place);
        var destination = _pen.Pick();
        _world.Place(person, destination, offset);
        _world.Place(other, destination, offset);
        _subject = -1;
    }

    private void Leave(int person, int offset)
    {
        var place = _world.PersonPlace[person];
        _world.Lay(PickThing(ThingsOf(person), $" in the {Places[place]}."), place, offset);
    }

    private void Give(int person, int offset)
    {
        var thing = PickThing(ThingsOf(person), " to");
        foreach (var other in CompanyOf(person))
            _pen.Offer($" {People[other]}.", 1, other);
        _world.Hold(thing, _pen.Pick(), offset);
    }

    private void Share(int person, int other, int offset)
    {
        var amount = PickAmount(Math.Min(4, Math.Min(_world.Count[person], MaximumCount - _world.Count[other])));
        var sentence = $"{People[person]} gave {People[other]} {Amount(amount, _food)}";
        Change(person, new CountChange(-amount, sentence, offset));
        Change(other, new CountChange(amount, sentence, offset));
    }

    private void ChangeByPick(int person, int sign, int greatest, string verb, int offset)
    {
        var amount = PickAmount(greatest);
        Change(person, new CountChange(sign * amount, $"{People[person]} {verb} {Amount(amount, _food)}", offset));
    }

    private void Change(int person, CountChange change)
    {
        _world.ChangeCount(person, change);
        _changed.Add(person);
    }

    private int PickAmount(int greatest)
    {
        for (var amount = 1; amount <= greatest; amount++)
            _pen.Offer($" {Amount(amount, _food)}.", 1, amount);
        return _pen.Pick();
    }

    private void Say(int person, int offset)
    {
        for (var i = 0; i < Utterances.Length; i++)
            _pen.Offer($"{Utterances[i]}\"", 1, i);
        _world.Said[person] = Utterances[_pen.Pick()];
        _world.SaidOffset[person] = offset;
    }

    private void LookAround(int person)
    {
        var things = ThingsAt(_world.PersonPlace[person]);
        _pen.Write(things.Count == 0 ? " nothing." : $" {Join(things.ConvertAll(thing => $"the {Things[thing]}"))}.");
    }

    // Nobody is told what he holds himself, nor what the teller holds; and nobody is told his own words again.
    private List<int> TellableThings(int person, int other) =>
        _things.FindAll(thing => _world.ThingHolder[thing] != person && _world.ThingHolder[thing] != other);

    private bool CanRetell(int person, int other) =>
        _world.Heard[person] is { } heard && heard.Teller != other && heard.Holder != other && heard.Holder != person;

    private bool CanTell(int person, int other) => TellableThings(person, other).Count > 0 || CanRetell(person, other);

    private void TellMessage(int person, int other, int offset)
    {
        const int retold = -1;
        var things = TellableThings(person, other);
        var canRetell = CanRetell(person, other);
        foreach (var thing in things)
            _pen.Offer($" that {Content(thing)}.", (canRetell ? 0.65 : 1) / things.Count, thing);
        if (canRetell)
            _pen.Offer($" what {People[_world.Heard[person]!.Teller]} had said: {_world.Heard[person]!.Content}.", things.Count > 0 ? 0.35 : 1, retold);
        var picked = _pen.Pick();
        _world.Heard[other] = picked == retold
            ? _world.Heard[person]! with { Teller = person, Offset = offset }
            : new Message(person, _world.ThingHolder[picked], Content(picked), offset);
        if (picked != retold)
            _world.ThingOffset[picked] = offset;
    }

    // Asked for a thing that the asker does not hold, everybody knows the truth.
    private void AskAbout(int person, int other, int offset)
    {
        _pen.Write(" \"Where is the");
        foreach (var candidate in _things)
            _pen.Offer($" {Things[candidate]}?\"", _world.ThingHolder[candidate] == person ? 0 : 1, candidate);
        var thing = _pen.Pick();
        var holder = _world.ThingHolder[thing];
        var answer = holder < 0 ? $"It is in the {Places[_world.ThingPlace[thing]]}." : holder == other ? "I have it." : $"{People[holder]} has it.";
        _pen.Write($" {People[other]} answered, \"{answer}\"");
        _world.ThingOffset[thing] = offset;
        _subject = other;
    }

    private string Content(int thing) => _world.IsHeld(thing)
        ? $"{People[_world.ThingHolder[thing]]} had the {Things[thing]}"
        : $"the {Things[thing]} was in the {Places[_world.ThingPlace[thing]]}";
}
