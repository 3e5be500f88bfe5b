using System.Globalization;
using static Sparseland.Language.Stories.StoryLexicon;

namespace Sparseland.Language.Stories;

// Puzzles: questions that bring their own facts and need a chain of steps, with the chain written out in the answer.
internal sealed partial class Storyteller
{
    private const int GreatestResult = 99;
    private const int GreatestOperand = 20;

    private enum Operation
    {
        Add,
        Take,
        Double,
        Triple,
    }

    // "A sum in 3 steps. A basket holds 7 eggs. Add 5. Take 3. Double it. How many eggs are in it, and why?"
    private void AskChain()
    {
        MarkAsked(Query.Chain);
        var steps = PickSteps(_options.ShortestPuzzle, _options.LongestPuzzle, steps => $" {steps} steps.");
        _pen.Write(" A basket holds");
        var (result, food) = PickBasket();
        var answer = $"The basket holds {Amount(result, food)}.";
        for (var i = 0; i < steps; i++)
        {
            var before = result;
            var (operation, operand) = PickOperation(result);
            (result, var line) = operation switch
            {
                Operation.Add => (before + operand, $"{before} + {operand}"),
                Operation.Take => (before - operand, $"{before} - {operand}"),
                Operation.Double => (before * 2, $"2 x {before}"),
                _ => (before * 3, $"3 x {before}"),
            };
            answer += string.Create(CultureInfo.InvariantCulture, $" {line} = {result}.");
        }
        _pen.Write($" How many {Foods[food].Many} are in it, and why?");
        Answer(StoryQuestionKind.PuzzleChain, $"{answer} So the basket holds {Amount(result, food)}.", _questionOffset, steps);
    }

    private void MarkAsked(Query query) => _asked.Add(((int)query * 1024) + _asked.Count);

    private int PickSteps(int least, int most, Func<int, string> text)
    {
        for (var steps = least; steps <= most; steps++)
            _pen.Offer(text(steps), 1, steps);
        return _pen.Pick();
    }

    private (int Count, int Food) PickBasket()
    {
        for (var food = 0; food < Foods.Length; food++)
        {
            for (var count = 1; count <= GreatestOperand; count++)
                _pen.Offer($" {Amount(count, food)}.", 1, food * 100 + count);
        }
        var tag = _pen.Pick();
        return (tag % 100, tag / 100);
    }

    private (Operation Operation, int Operand) PickOperation(int before)
    {
        _pen.Offer(" Add", before < GreatestResult ? 0.4 : 0, (int)Operation.Add);
        _pen.Offer(" Take", before > 0 ? 0.3 : 0, (int)Operation.Take);
        _pen.Offer(" Double it.", before * 2 <= GreatestResult ? 0.15 : 0, (int)Operation.Double);
        _pen.Offer(" Triple it.", before * 3 <= GreatestResult ? 0.15 : 0, (int)Operation.Triple);
        var operation = (Operation)_pen.Pick();
        if (operation is Operation.Double or Operation.Triple)
            return (operation, 0);
        var greatest = Math.Min(GreatestOperand, operation == Operation.Add ? GreatestResult - before : before);
        for (var operand = 1; operand <= greatest; operand++)
            _pen.Offer($" {operand}.", 1, operand);
        return (operation, _pen.Pick());
    }

    // "A riddle of 4 facts. The box is in the chest. Rose is in the mill. The ring is in the box. Rose has the chest. Where is the ring, and why?"
    private void AskRiddle()
    {
        MarkAsked(Query.Riddle);
        var facts = PickSteps(3, 4, facts => $" {facts} facts.");
        var riddle = new Riddle(facts);
        while (riddle.Open.Count > 0)
            TellFact(riddle);
        _pen.Write($" Where is the {riddle.Thing}, and why?");
        var inner = facts == 4 ? $" The {riddle.Inner} is in the {riddle.Outer}." : "";
        Answer(StoryQuestionKind.PuzzleRiddle,
            $"The {riddle.Thing} is in the {riddle.Inner}.{inner} {riddle.Person} has the {riddle.Outer}. {riddle.Person} is in the {riddle.Place}. So the {riddle.Thing} is in the {riddle.Place}.",
            _questionOffset, facts);
    }

    // The facts come in any order; a word is drawn where it is first needed, and every fact is known by the kind of word that it begins with.
    private void TellFact(Riddle riddle)
    {
        var share = 1.0 / riddle.Open.Count;
        foreach (var fact in riddle.Open)
        {
            var (candidates, before, after) = fact switch
            {
                Fact.ThingInContainer => (Known(riddle.Thing, Things), " The ", " is in the"),
                Fact.ContainerInContainer => (Known(riddle.Inner, [.. Locks.Where(word => word != riddle.Outer)]), " The ", " is in the"),
                Fact.PersonHas => (Known(riddle.Person, People), " ", " has the"),
                _ => (Known(riddle.Person, People), " ", " is in the"),
            };
            foreach (var word in candidates)
                _pen.Offer($"{before}{word}{after}", share / candidates.Length, ((int)fact * 64) + Array.IndexOf(WordsOf(fact), word));
        }
        var tag = _pen.Pick();
        var told = (Fact)(tag / 64);
        var subject = WordsOf(told)[tag % 64];
        riddle.Open.Remove(told);
        switch (told)
        {
            case Fact.ThingInContainer:
                riddle.Thing = subject;
                riddle.Inner = PickWord(riddle.Inner, Locks, riddle.HasInner ? riddle.Outer : "");
                break;
            case Fact.ContainerInContainer:
                riddle.Inner = subject;
                riddle.Outer = PickWord(riddle.Outer, Locks, subject);
                break;
            case Fact.PersonHas:
                riddle.Person = subject;
                riddle.Outer = PickWord(riddle.Outer, Locks, riddle.HasInner ? riddle.Inner : "");
                break;
            case Fact.PersonIsIn:
                riddle.Person = subject;
                riddle.Place = PickWord("", Places, "");
                break;
        }
        if (!riddle.HasInner)
            riddle.ShareContainer();
    }

    private static string[] WordsOf(Fact fact) => fact switch
    {
        Fact.ThingInContainer => Things,
        Fact.ContainerInContainer => Locks,
        _ => People,
    };

    private static string[] Known(string word, string[] all) => word.Length > 0 ? [word] : all;

    private string PickWord(string known, string[] words, string excluded)
    {
        for (var i = 0; i < words.Length; i++)
            _pen.Offer($" {words[i]}.", words[i] != excluded && (known.Length == 0 || known == words[i]) ? 1 : 0, i);
        return words[_pen.Pick()];
    }

    private enum Fact
    {
        ThingInContainer,
        ContainerInContainer,
        PersonHas,
        PersonIsIn,
    }

    /// <summary>The words of a riddle, empty until they are drawn. With three facts the inner and the outer container are one.</summary>
    private sealed class Riddle(int facts)
    {
        public bool HasInner { get; } = facts == 4;

        public List<Fact> Open { get; } =
            facts == 4 ? [Fact.ThingInContainer, Fact.ContainerInContainer, Fact.PersonHas, Fact.PersonIsIn] : [Fact.ThingInContainer, Fact.PersonHas, Fact.PersonIsIn];

        public string Thing { get; set; } = "";

        public string Inner { get; set; } = "";

        public string Outer { get; set; } = "";

        public string Person { get; set; } = "";

        public string Place { get; set; } = "";

        public void ShareContainer()
        {
            var known = Inner.Length > 0 ? Inner : Outer;
            Inner = known;
            Outer = known;
        }
    }
}
