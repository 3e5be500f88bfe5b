using static Sparseland.Language.Stories.StoryLexicon;

namespace Sparseland.Language.Stories;

// The paragraphs: who does something next, and what.
internal sealed partial class Storyteller
{
    private const int Restate = -4;
    private const int Aside = -5;
    private const int Connective = -6;

    private const double EndRate = 0.23;
    private const double AsideRate = 0.06;
    private const double ConnectiveRate = 0.18;
    private const double PronounShare = 0.45;

    private static readonly (string Text, double Weight)[] Connectives = [(" Then", 0.5), (" Soon", 0.25), (" After that,", 0.25)];

    // Whose count the last sentence changed, in the order of the telling.
    private readonly List<int> _changed = [];

    // Asides do not follow each other.
    private bool _isAfterAside;

    // Whom a pronoun would mean: the subject of the last sentence, or -1.
    private int _subject = -1;

    private void Paragraph()
    {
        _subject = -1;
        _changed.Clear();
        _asked.Clear();
        Sentence(PickSubject(lower: true));
        while (true)
        {
            if (IsLongEnough)
            {
                _pen.Write("\n");
                return;
            }
            switch (OfferSentence())
            {
                case End:
                    return;
                case Restate:
                    RestateCounts();
                    break;
                case Aside:
                    _changed.Clear();
                    _isAfterAside = true;
                    break;
                case Connective:
                    Sentence(PickSubject(lower: true));
                    break;
                case var person:
                    Sentence(person);
                    break;
            }
        }
    }

    private int OfferSentence()
    {
        var restate = 0.0;
        foreach (var person in _changed)
            restate = _world.CountUntold(person) >= _options.LongestChain ? 1 : Math.Max(restate, _options.RestateRate);
        if (restate == 1)
        {
            _pen.Write(" Now");
            return Restate;
        }
        var rest = 1 - restate;
        var asides = _isAfterAside ? 0 : AsideRate;
        _pen.Offer(" Now", restate, Restate);
        _pen.Offer("\n", rest * EndRate, End);
        foreach (var aside in Asides)
            _pen.Offer(aside, rest * asides / Asides.Length, Aside);
        foreach (var (text, weight) in Connectives)
            _pen.Offer(text, rest * ConnectiveRate * weight, Connective);
        OfferSubjects(rest * (1 - EndRate - asides - ConnectiveRate), lower: false);
        return _pen.Pick();
    }

    private int PickSubject(bool lower)
    {
        OfferSubjects(1, lower);
        return _pen.Pick();
    }

    private void OfferSubjects(double weight, bool lower)
    {
        var share = _subject < 0 ? 0 : PronounShare;
        if (_subject >= 0)
            _pen.Offer(lower ? $" {Pronoun(_subject)}" : $" {PronounAtStart(_subject)}", weight * share, _subject);
        var others = _people.Count - (_subject < 0 ? 0 : 1);
        foreach (var person in _people)
            _pen.Offer($" {People[person]}", person == _subject ? 0 : weight * (1 - share) / others, person);
    }

    // "Now Tom had 5 apples and Anna had 2 apples."
    private void RestateCounts()
    {
        for (var i = 0; i < _changed.Count; i++)
        {
            var person = _changed[i];
            var offset = _pen.Length;
            _pen.Write($"{(i == 0 ? "" : " and")} {People[person]} had {Amount(_world.Count[person], _food)}");
            _world.StateCount(person, offset);
        }
        _pen.Write(".");
        _changed.Clear();
    }

    private List<int> CompanyOf(int person)
    {
        List<int> company = [];
        foreach (var other in _people)
        {
            if (other != person && _world.PersonPlace[other] == _world.PersonPlace[person])
                company.Add(other);
        }
        return company;
    }

    private List<int> ThingsAt(int place) => _things.FindAll(thing => !_world.IsHeld(thing) && _world.ThingPlace[thing] == place);

    private List<int> ThingsOf(int person) => _things.FindAll(thing => _world.ThingHolder[thing] == person);
}
