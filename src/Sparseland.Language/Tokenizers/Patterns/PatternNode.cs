namespace Sparseland.Language.Tokenizers.Patterns;

/// <summary>A part of a parsed pattern.</summary>
internal abstract record PatternNode
{
    /// <summary>Whether it can match without taking a character.</summary>
    public abstract bool CanBeEmpty { get; }
}

/// <summary>One code point of a set.</summary>
internal sealed record SetNode(CharacterSet Set) : PatternNode
{
    /// <inheritdoc/>
    public override bool CanBeEmpty => false;
}

/// <summary>Parts one after another.</summary>
internal sealed record SequenceNode(IReadOnlyList<PatternNode> Parts) : PatternNode
{
    /// <inheritdoc/>
    public override bool CanBeEmpty => Parts.All(part => part.CanBeEmpty);
}

/// <summary>The first part that leads to a match.</summary>
internal sealed record ChoiceNode(IReadOnlyList<PatternNode> Parts) : PatternNode
{
    /// <inheritdoc/>
    public override bool CanBeEmpty => Parts.Any(part => part.CanBeEmpty);
}

/// <summary>How a repetition gives way.</summary>
internal enum RepeatKind
{
    /// <summary>As many as possible, fewer if the rest needs it.</summary>
    Greedy,

    /// <summary>As few as possible.</summary>
    Lazy,

    /// <summary>As many as possible, never fewer.</summary>
    Possessive,
}

/// <summary>A part several times; <see cref="int.MaxValue"/> for no upper bound.</summary>
internal sealed record RepeatNode(PatternNode Part, int Least, int Most, RepeatKind Kind) : PatternNode
{
    /// <inheritdoc/>
    public override bool CanBeEmpty => Least == 0 || Part.CanBeEmpty;
}

/// <summary>A look ahead that takes nothing.</summary>
internal sealed record AheadNode(PatternNode Part, bool Negative) : PatternNode
{
    /// <inheritdoc/>
    public override bool CanBeEmpty => true;
}

/// <summary>A group that is never entered again once left.</summary>
internal sealed record AtomicNode(PatternNode Part) : PatternNode
{
    /// <inheritdoc/>
    public override bool CanBeEmpty => Part.CanBeEmpty;
}

/// <summary>What a place can be.</summary>
internal enum PlaceKind
{
    /// <summary>The beginning of the text: \A and ^.</summary>
    Start,

    /// <summary>The end of the text: \z and $.</summary>
    End,

    /// <summary>Between a word character and another: \b.</summary>
    WordBoundary,

    /// <summary>Not such a place: \B.</summary>
    NoWordBoundary,
}

/// <summary>A condition on the place that takes nothing.</summary>
internal sealed record PlaceNode(PlaceKind Kind) : PatternNode
{
    /// <inheritdoc/>
    public override bool CanBeEmpty => true;
}
