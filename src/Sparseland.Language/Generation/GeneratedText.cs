using System.Text;

namespace Sparseland.Language.Generation;

/// <summary>A text while it is made: its tokens, its text, the stop strings, and whoever listens.</summary>
internal sealed class GeneratedText(GenerationSettings settings, TextStream stream, Action<string>? onText)
{
    private readonly StopMatcher _stops = new(settings.StopStrings);
    private readonly StringBuilder _text = new();

    public List<int> Tokens { get; } = [];

    public string Text => _text.ToString();

    /// <summary>Whether a stop string appeared.</summary>
    public bool HasStopped => _stops.HasMatched;

    /// <summary>Whether the wanted number of tokens was made.</summary>
    public bool IsFull => Tokens.Count == settings.MaximumTokens;

    public void Append(int token)
    {
        Tokens.Add(token);
        Emit(_stops.Append(stream.Append(token)));
    }

    /// <summary>Lets out the held-back end of the text: a stop string may still be completed by a character that waited for its last byte.</summary>
    public FinishReason End(FinishReason reason)
    {
        if (HasStopped)
            return FinishReason.StopString;
        Emit(_stops.Append(stream.Flush()));
        if (_stops.HasMatched)
            return FinishReason.StopString;
        Emit(_stops.Flush());
        return reason;
    }

    private void Emit(string text)
    {
        if (text.Length == 0)
            return;
        _text.Append(text);
        onText?.Invoke(text);
    }
}
