using System.Text;

namespace Sparseland.Language.Tokenizers.PreTokenizers;

/// <summary>When a text that does not begin with a space gets one.</summary>
internal enum PrependScheme
{
    /// <summary>Every piece.</summary>
    Always,

    /// <summary>Only the piece that begins the text.</summary>
    First,

    /// <summary>None.</summary>
    Never,
}

/// <summary>"Metaspace": spaces become a visible stand-in ('▁'), which begins the word that follows (Kudo and Richardson 2018, SentencePiece).</summary>
internal sealed class MetaspacePreTokenizer(Rune standIn, PrependScheme scheme, bool split) : PreTokenizer
{
    private readonly string mark = standIn.ToString();

    /// <inheritdoc/>
    public override void Split(ReadOnlySpan<char> text, bool first, PieceAction next)
    {
        var marked = text.ToString().Replace(" ", mark, StringComparison.Ordinal);
        if ((scheme == PrependScheme.Always || (scheme == PrependScheme.First && first)) && !marked.StartsWith(mark, StringComparison.Ordinal))
            marked = mark + marked;
        for (var start = 0; start < marked.Length; first = false)
        {
            var at = split ? marked.IndexOf(mark, start + 1, StringComparison.Ordinal) : -1;
            var end = at < 0 ? marked.Length : at;
            next(marked.AsSpan(start, end - start), first);
            start = end;
        }
    }
}
