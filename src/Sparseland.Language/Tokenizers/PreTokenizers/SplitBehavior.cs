namespace Sparseland.Language.Tokenizers.PreTokenizers;

/// <summary>What becomes of the delimiter when a text is cut.</summary>
internal enum SplitBehavior
{
    /// <summary>Left out.</summary>
    Removed,

    /// <summary>A piece of its own.</summary>
    Isolated,

    /// <summary>The end of the piece before it.</summary>
    MergedWithPrevious,

    /// <summary>The beginning of the piece after it.</summary>
    MergedWithNext,

    /// <summary>Neighbouring delimiters make one piece.</summary>
    Contiguous,
}
