using Sparseland.Language.Tokenizers.Patterns;

namespace Sparseland.Language.Tokenizers.PreTokenizers;

/// <summary>What becomes of the matches when a text is cut.</summary>
internal enum SplitBehavior
{
    /// <summary>Left out.</summary>
    Removed,

    /// <summary>Pieces of their own.</summary>
    Isolated,

    /// <summary>The end of the piece before.</summary>
    MergedWithPrevious,

    /// <summary>The beginning of the piece after.</summary>
    MergedWithNext,

    /// <summary>Neighbouring matches make one piece.</summary>
    Contiguous,
}

/// <summary>"Split" and its kin: cuts at the matches of a pattern, or with <paramref name="invert"/> at what lies between them.</summary>
internal sealed class SplitPreTokenizer(ITextMatcher matcher, SplitBehavior behavior, bool invert) : PreTokenizer
{
    /// <inheritdoc/>
    public override void Split(ReadOnlySpan<char> text, bool first, PieceAction next)
    {
        if (behavior == SplitBehavior.Isolated)
        {
            Isolate(text, first, next);
            return;
        }
        foreach (var (start, end) in Join(Segments(text)))
            next(text[start..end], first && start == 0);
    }

    // Both matches and what lies between are pieces: no list is needed, and turning round changes nothing.
    private void Isolate(ReadOnlySpan<char> text, bool first, PieceAction next)
    {
        var budget = MatchBudget.For(text.Length);
        var position = 0;
        while (position < text.Length && matcher.Find(text, position, ref budget, out var start, out var end))
        {
            if (start > position)
                next(text[position..start], first && position == 0);
            next(text[start..end], first && start == 0);
            position = end;
        }
        if (position < text.Length)
            next(text[position..], first && position == 0);
    }

    private List<(int Start, int End, bool IsMatch)> Segments(ReadOnlySpan<char> text)
    {
        var budget = MatchBudget.For(text.Length);
        var segments = new List<(int, int, bool)>();
        var position = 0;
        while (position < text.Length && matcher.Find(text, position, ref budget, out var start, out var end))
        {
            if (start > position)
                segments.Add((position, start, invert));
            segments.Add((start, end, !invert));
            position = end;
        }
        if (position < text.Length)
            segments.Add((position, text.Length, invert));
        return segments;
    }

    private IEnumerable<(int Start, int End)> Join(List<(int Start, int End, bool IsMatch)> segments) => behavior switch
    {
        SplitBehavior.Removed => segments.Where(segment => !segment.IsMatch).Select(segment => (segment.Start, segment.End)),
        SplitBehavior.MergedWithPrevious => Merge(segments, (previous, now) => now && !previous),
        SplitBehavior.MergedWithNext => MergeWithNext(segments),
        _ => Merge(segments, (previous, now) => now == previous),
    };

    private static List<(int Start, int End)> Merge(List<(int Start, int End, bool IsMatch)> segments, Func<bool, bool, bool> joins)
    {
        var pieces = new List<(int Start, int End)>();
        var previous = false;
        foreach (var (start, end, isMatch) in segments)
        {
            if (pieces.Count > 0 && joins(previous, isMatch))
                pieces[^1] = (pieces[^1].Start, end);
            else
                pieces.Add((start, end));
            previous = isMatch;
        }
        return pieces;
    }

    private static List<(int Start, int End)> MergeWithNext(List<(int Start, int End, bool IsMatch)> segments)
    {
        var pieces = new List<(int Start, int End)>();
        var following = false;
        for (var i = segments.Count - 1; i >= 0; i--)
        {
            var (start, end, isMatch) = segments[i];
            if (pieces.Count > 0 && isMatch && !following)
                pieces[^1] = (start, pieces[^1].End);
            else
                pieces.Add((start, end));
            following = isMatch;
        }
        pieces.Reverse();
        return pieces;
    }
}
