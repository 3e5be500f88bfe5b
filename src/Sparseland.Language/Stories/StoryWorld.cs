namespace Sparseland.Language.Stories;

/// <summary>A change of how many one person has.</summary>
/// <param name="Amount">What it added; negative for what was eaten or given away.</param>
/// <param name="Sentence">What happened, as it is told in a worked answer, without the full stop.</param>
/// <param name="Offset">Character of the sentence that told it.</param>
internal readonly record struct CountChange(int Amount, string Sentence, int Offset);

/// <summary>What somebody was told.</summary>
/// <param name="Teller">Who said it.</param>
/// <param name="Holder">Whom the message names as holder of the thing; -1 if it lay somewhere.</param>
/// <param name="Content">The message, without the full stop.</param>
/// <param name="Offset">Character of the sentence.</param>
internal sealed record Message(int Teller, int Holder, string Content, int Offset);

/// <summary>A lock with its code.</summary>
/// <param name="Name">"blue box".</param>
/// <param name="Identity">Colour times the number of kinds of locks, plus the kind.</param>
/// <param name="Code">"4 7 2".</param>
/// <param name="Offset">Character of the sentence that gave the code.</param>
internal sealed record LockCode(string Name, int Identity, string Code, int Offset);

/// <summary>The truth of the little world: who is where, who holds what, how many each has, what was said. Indices are those of the lexicon; -1 is unknown or nobody.</summary>
internal sealed class StoryWorld
{
    public StoryWorld()
    {
        PersonPlace.AsSpan().Fill(-1);
        ThingPlace.AsSpan().Fill(-1);
        ThingHolder.AsSpan().Fill(-1);
        ThingColour.AsSpan().Fill(-1);
    }

    public int[] PersonPlace { get; } = new int[StoryLexicon.People.Length];

    /// <summary>Character of the latest sentence that tells a person's place.</summary>
    public int[] PersonPlaceOffset { get; } = new int[StoryLexicon.People.Length];

    /// <summary>Where a thing lies; -1 while somebody holds it.</summary>
    public int[] ThingPlace { get; } = new int[StoryLexicon.Things.Length];

    public int[] ThingHolder { get; } = new int[StoryLexicon.Things.Length];

    /// <summary>Character of the latest sentence that tells who holds a thing or where it lies.</summary>
    public int[] ThingOffset { get; } = new int[StoryLexicon.Things.Length];

    public int[] ThingColour { get; } = new int[StoryLexicon.Things.Length];

    public int[] ThingColourOffset { get; } = new int[StoryLexicon.Things.Length];

    /// <summary>How many of the chapter's food each person has.</summary>
    public int[] Count { get; } = new int[StoryLexicon.People.Length];

    /// <summary>Character of the latest sentence that tells how many a person has.</summary>
    public int[] StatedOffset { get; } = new int[StoryLexicon.People.Length];

    /// <summary>Whether the present number has been told since it changed last.</summary>
    public bool[] IsStated { get; } = new bool[StoryLexicon.People.Length];

    /// <summary>The number that was told last before <see cref="Changes"/>.</summary>
    public int[] BaseCount { get; } = new int[StoryLexicon.People.Length];

    public int[] BaseOffset { get; } = new int[StoryLexicon.People.Length];

    /// <summary>The latest changes: those since the present number was told, or, where it has been told since, those that led to it.</summary>
    public List<CountChange>[] Changes { get; } = [.. StoryLexicon.People.Select(_ => new List<CountChange>())];

    public string?[] Said { get; } = new string?[StoryLexicon.People.Length];

    public int[] SaidOffset { get; } = new int[StoryLexicon.People.Length];

    public Message?[] Heard { get; } = new Message?[StoryLexicon.People.Length];

    /// <summary>Every lock so far, in the order in which the codes were given.</summary>
    public List<LockCode> Locks { get; } = [];

    /// <summary>Everybody met so far.</summary>
    public List<int> KnownPeople { get; } = [];

    /// <summary>Everything met so far.</summary>
    public List<int> KnownThings { get; } = [];

    public bool IsHeld(int thing) => ThingHolder[thing] >= 0;

    /// <summary>Where a thing is: its own place or its holder's.</summary>
    public int PlaceOf(int thing) => IsHeld(thing) ? PersonPlace[ThingHolder[thing]] : ThingPlace[thing];

    public void Place(int person, int place, int offset)
    {
        PersonPlace[person] = place;
        PersonPlaceOffset[person] = offset;
        if (!KnownPeople.Contains(person))
            KnownPeople.Add(person);
    }

    public void Hold(int thing, int holder, int offset)
    {
        ThingHolder[thing] = holder;
        ThingPlace[thing] = -1;
        ThingOffset[thing] = offset;
    }

    public void Lay(int thing, int place, int offset)
    {
        ThingHolder[thing] = -1;
        ThingPlace[thing] = place;
        ThingOffset[thing] = offset;
    }

    /// <summary>How many changes have not been told as a number yet.</summary>
    public int CountUntold(int person) => IsStated[person] ? 0 : Changes[person].Count;

    /// <summary>Gives a person a number, as told in the opening.</summary>
    public void BeginCount(int person, int count, int offset)
    {
        Count[person] = count;
        BaseCount[person] = count;
        BaseOffset[person] = offset;
        Changes[person].Clear();
        StateCount(person, offset);
    }

    public void StateCount(int person, int offset)
    {
        IsStated[person] = true;
        StatedOffset[person] = offset;
    }

    public void ChangeCount(int person, CountChange change)
    {
        if (IsStated[person])
        {
            BaseCount[person] = Count[person];
            BaseOffset[person] = StatedOffset[person];
            Changes[person].Clear();
            IsStated[person] = false;
        }
        Count[person] += change.Amount;
        Changes[person].Add(change);
    }
}
