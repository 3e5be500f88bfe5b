using static Sparseland.Language.Stories.StoryLexicon;

namespace Sparseland.Language.Stories;

/// <summary>
/// Tells one story with a pen. The same code writes a story (with a pen that draws) and decodes one (with a pen that reads), so that both
/// run through the same states, candidates and probabilities. The parts: the opening, the sentences, the questions.
/// </summary>
internal sealed partial class Storyteller
{
    private const int End = -1;
    private const int Ask = -2;
    private const int Secret = -3;
    private const double SecretRate = 0.03;

    /// <summary>Below this length a story has a small cast, so that it can end in time.</summary>
    private const int CompactTokens = 150;

    // What becomes of the question rate after each question in a row.
    private static readonly double[] MoreQuestions = [1, 0.8, 0.65, 0.5, 0.3, 0];

    private readonly StoryPen _pen;
    private readonly StoryOptions _options;
    private readonly StoryWorld _world = new();
    private readonly List<StoryQuestion> _questions = [];
    private readonly List<int> _people = [];
    private readonly List<int> _places = [];
    private readonly List<int> _things = [];
    private readonly int _targetTokens;
    private readonly int _target;
    private readonly bool _compact;
    private int _food = -1;
    private int _chapter;
    private LockCode? _needle;

    /// <summary>Makes the teller of one story.</summary>
    /// <param name="pen">Where choices come from.</param>
    /// <param name="options">Validated options.</param>
    /// <param name="targetTokens">The length in tokens, or 0 to end by chance.</param>
    public Storyteller(StoryPen pen, StoryOptions options, int targetTokens)
    {
        _pen = pen;
        _options = options;
        _targetTokens = targetTokens;
        _target = (int)(targetTokens * StoryOptions.CharactersPerToken);
        _compact = targetTokens is > 0 and < CompactTokens;
    }

    private bool IsLongEnough => _target > 0 && _pen.Length >= _target;

    /// <summary>Tells the story to its end.</summary>
    /// <param name="text">Gives the finished text.</param>
    public Story Tell(Func<string> text)
    {
        if (_options.Sheets is { } sheets && TellSheet(sheets))
            return Finish(text);
        Opening();
        var phase = 0;
        while (true)
        {
            if (IsNeedleDue)
                TellNeedle();
            if (IsLongEnough && phase > 0)
                break;
            var next = NextParagraph(phase);
            if (next == End)
            {
                if (_target == 0)
                    return Finish(text);
                phase = 0;
                Opening();
            }
            else if (next == Ask)
                TellQuestion();
            else if (next == Secret)
                TellLock();
            else
            {
                phase = next + 1;
                Paragraph();
            }
        }
        if (_needle is not null)
        {
            _questionOffset = _pen.Length;
            _pen.Write($"Q: What is the code of the {_needle.Name}?");
            AnswerKey(_needle);
        }
        _pen.Write("The end.");
        return Finish(text);
    }

    private bool IsNeedleDue => _options.NeedleDepth is double depth && _needle is null && (_pen.Length >= depth * _target || IsLongEnough) && Locks.Length * Colours.Length > _world.Locks.Count;

    private Story Finish(Func<string> text) => new(text(), _pen.Choices, _pen.Surprisal, _targetTokens, _questions);

    private void TellNeedle()
    {
        _pen.Write("Here is a secret.");
        TellLock();
        _needle = _world.Locks[^1];
    }

    /// <summary>Chooses what comes after a line: a question, a secret, a time of the day, or the end.</summary>
    private int NextParagraph(int phase)
    {
        var canTellSecret = phase > 0 && _world.Locks.Count == 0 && _options.Shares.Key > 0 && !_compact;
        var questions = CanAsk ? _options.QuestionRate * MoreQuestions[_asked.Count] : 0;
        var rest = 1 - questions;
        _pen.Offer("Q:", questions, Ask);
        if (canTellSecret)
            _pen.Offer("Here is a secret.", rest * SecretRate, Secret);
        var told = rest * (canTellSecret ? 1 - SecretRate : 1);
        var row = NextPhase[phase];
        for (var i = 0; i < Phases.Length; i++)
        {
            _pen.Offer(Phases[i].Usual, told * row[i] * 0.75, i);
            _pen.Offer(Phases[i].Rare, told * row[i] * 0.25, i);
        }
        _pen.Offer(_target == 0 ? "The end." : "Chapter", told * row[^1], End);
        return _pen.Pick();
    }
}
