using System.Runtime.InteropServices;
using Sparseland.Language.Tokenizers;

namespace Sparseland.Language.Generation;

/// <summary>
/// Turns ids that come one by one into text. A character goes out when it is whole: bytes of an unfinished one are held back, whether they come in byte-level
/// tokens or in byte-fallback tokens. For one stream; not thread-safe.
/// </summary>
/// <remarks>
/// Decoding depends on the neighbours (a first space is dropped, bytes join to characters), so a window of the last tokens is decoded anew for each id, and what is
/// longer than before is new. The window moves on where the text is whole, which is nearly always after every token.
/// </remarks>
public sealed class TextStream
{
    /// <summary>What a decoder shows for bytes that are no character, or not yet.</summary>
    private const char Replacement = '\uFFFD';

    // Bytes that never become characters would let the window grow for ever.
    private const int LongestWindow = 64;

    private const int LongestContext = 8;

    private readonly ITokenizer _tokenizer;
    private readonly List<int> _window = [];
    private int _newest;
    private int _given;

    /// <summary>Starts a stream.</summary>
    /// <param name="tokenizer">Decodes the ids.</param>
    /// <param name="context">The tokens before the stream, such as a prompt. Their text does not go out, but decides whether a first space belongs to what does.</param>
    public TextStream(ITokenizer tokenizer, ReadOnlySpan<int> context = default)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        _tokenizer = tokenizer;
        _window.AddRange(context[Math.Max(0, context.Length - LongestContext)..]);
        // A context that begins within a character would spoil the bytes that follow it.
        while (_window.Count > 0 && Decode().StartsWith(Replacement))
            _window.RemoveAt(0);
        _newest = _window.Count;
        _given = Decode().Length;
    }

    /// <summary>Takes the next token and returns the text that is now certain: often its own, sometimes none.</summary>
    /// <exception cref="Errors.MismatchException">The token is not of the tokenizer.</exception>
    public string Append(int token)
    {
        _window.Add(token);
        var text = Decode();
        var whole = _window.Count - _newest > LongestWindow ? text.Length : text.AsSpan().TrimEnd(Replacement).Length;
        var isWhole = whole == text.Length;
        var fresh = whole > _given ? text[_given..whole] : "";
        _given = Math.Max(_given, whole);
        // A special token gives no text and is no context: the tokens before it stay.
        if (isWhole && (fresh.Length > 0 || _window.Count > LongestWindow))
            Advance();
        return fresh;
    }

    /// <summary>What is left when no more tokens come: unfinished characters as the tokenizer decodes them.</summary>
    public string Flush()
    {
        var text = Decode();
        var fresh = text.Length > _given ? text[_given..] : "";
        _given = text.Length;
        return fresh;
    }

    private string Decode() => _tokenizer.Decode(CollectionsMarshal.AsSpan(_window));

    // The tokens since the text was last whole become the ones before; those that were before are not needed any more.
    private void Advance()
    {
        _window.RemoveRange(0, _newest);
        _newest = _window.Count;
        _given = Decode().Length;
    }
}
