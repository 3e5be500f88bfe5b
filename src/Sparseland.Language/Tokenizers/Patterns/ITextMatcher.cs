namespace Sparseland.Language.Tokenizers.Patterns;

/// <summary>Finds stretches of a text. Immutable; thread-safe.</summary>
internal interface ITextMatcher
{
    /// <summary>The first match that begins at or after a place.</summary>
    /// <param name="text">The text.</param>
    /// <param name="from">Where to begin.</param>
    /// <param name="budget">Steps that are left for this text; see <see cref="MatchBudget"/>.</param>
    /// <param name="start">Where the match begins.</param>
    /// <param name="end">Where it ends; beyond <paramref name="start"/>.</param>
    bool Find(ReadOnlySpan<char> text, int from, ref long budget, out int start, out int end);
}

/// <summary>How much work a pattern may make of a text: generous for honest patterns, an end for those that backtrack without one.</summary>
internal static class MatchBudget
{
    /// <summary>Steps for a text of a length.</summary>
    public static long For(int length) => 1_000_000 + (1000L * length);
}

/// <summary>Finds a string.</summary>
internal sealed class LiteralMatcher(string literal) : ITextMatcher
{
    /// <inheritdoc/>
    public bool Find(ReadOnlySpan<char> text, int from, ref long budget, out int start, out int end)
    {
        var offset = literal.Length == 0 ? -1 : text[from..].IndexOf(literal, StringComparison.Ordinal);
        (start, end) = (from + offset, from + offset + literal.Length);
        return offset >= 0;
    }
}
