using Sparseland.Errors;

namespace Sparseland.Language.Stories;

/// <summary>The pen that reads its choices from a text that was written before.</summary>
internal sealed class ReadingPen(string text) : StoryPen
{
    private int _position;

    public override int Length => _position;

    public override void Write(string expected)
    {
        if (!Continues(expected))
            throw Fault($"expected '{expected}'");
        _position += expected.Length;
    }

    /// <summary>Checks that nothing is left.</summary>
    public void End()
    {
        if (_position != text.Length)
            throw Fault("expected the end of the text");
    }

    protected override (string Text, double Weight, int Tag) Decide(List<(string Text, double Weight, int Tag)> offers, double total)
    {
        var found = -1;
        for (var i = 0; i < offers.Count; i++)
        {
            if (!Continues(offers[i].Text))
                continue;
            if (found >= 0)
                throw new InvalidOperationException($"Two candidates fit the text: '{offers[found].Text}' and '{offers[i].Text}'.");
            found = i;
        }
        if (found < 0)
            throw Fault($"expected one of {offers.Count} continuations such as '{offers[0].Text}'");
        _position += offers[found].Text.Length;
        return offers[found];
    }

    private bool Continues(string candidate) => string.CompareOrdinal(text, _position, candidate, 0, candidate.Length) == 0;

    private MismatchException Fault(string expectation)
    {
        var end = Math.Min(text.Length, _position + 30);
        return new MismatchException(
            $"story text at character {_position}: {expectation}, found '{text[_position..end].ReplaceLineEndings(" ")}'; decode with the options and target length that the story was written with");
    }
}
