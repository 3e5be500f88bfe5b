namespace Sparseland.Language.Tokenizers.PreTokenizers;

/// <summary>Takes one pre-token; the span is valid during the call only.</summary>
/// <param name="piece">The characters.</param>
/// <param name="first">Whether it begins where the whole text began.</param>
internal delegate void PieceAction(ReadOnlySpan<char> piece, bool first);

/// <summary>Cuts a text into pre-tokens, which are encoded each on its own. Immutable; thread-safe.</summary>
internal abstract class PreTokenizer
{
    /// <summary>Hands the pieces of a text on, in order.</summary>
    /// <param name="text">A text, or a piece that an earlier pre-tokeniser cut.</param>
    /// <param name="first">Whether <paramref name="text"/> begins where the whole text began.</param>
    /// <param name="next">Takes each piece.</param>
    public abstract void Split(ReadOnlySpan<char> text, bool first, PieceAction next);
}

/// <summary>Several pre-tokenisers, each cutting what the one before it made.</summary>
internal sealed class PreTokenizerSequence(IReadOnlyList<PreTokenizer> parts) : PreTokenizer
{
    /// <summary>The parts in order.</summary>
    public IReadOnlyList<PreTokenizer> Parts => parts;

    /// <inheritdoc/>
    public override void Split(ReadOnlySpan<char> text, bool first, PieceAction next)
    {
        var action = next;
        for (var i = parts.Count - 1; i > 0; i--)
        {
            var (part, following) = (parts[i], action);
            action = (piece, isFirst) => part.Split(piece, isFirst, following);
        }
        if (parts.Count == 0)
            next(text, first);
        else
            parts[0].Split(text, first, action);
    }
}
