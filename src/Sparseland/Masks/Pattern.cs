using Sparseland.Errors;
using Sparseland.Layouts;

namespace Sparseland.Masks;

/// <summary>What may go: weights anywhere, N of every M columns, whole blocks, or whole structures (<see cref="StructuredPattern"/>). What to keep within it is chosen by score elsewhere. Immutable.</summary>
public abstract record Pattern
{
    /// <summary>Zeros anywhere.</summary>
    public static Pattern Unstructured { get; } = new UnstructuredPattern();

    /// <summary>The layout that stores masks of this pattern best in general ("bitmap", "2:4", "block 1x8").</summary>
    public abstract string LayoutName { get; }

    /// <summary>The sparsity that the pattern fixes, or null when it leaves it open.</summary>
    public virtual double? FixedSparsity => null;

    /// <summary>What is removed as a whole, so that matrices become smaller; nothing for patterns of zeros.</summary>
    public virtual StructureKinds Structures => StructureKinds.None;

    /// <summary>Checks that a matrix can carry the pattern.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="name">What the matrix is called, for the message.</param>
    /// <exception cref="InvalidSettingException">The group or block does not divide the matrix.</exception>
    public abstract void Validate(int rows, int columns, string name = "the matrix");

    /// <summary>Whether a mask obeys the pattern. N:M means exactly N of each group.</summary>
    public bool Satisfies(Mask mask) => FirstViolation(mask) is null;

    /// <summary>The first place where a mask breaks the pattern, in words, or null.</summary>
    public abstract string? FirstViolation(Mask mask);

    /// <summary>Reads "unstructured", "2:4", "block:1x8", "neurons", "neurons:8", "heads" or "neurons+heads".</summary>
    /// <exception cref="InvalidSettingException">It is none of these.</exception>
    public static Pattern Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text == "unstructured")
            return Unstructured;
        if (LayoutRegistry.TryParseNm(text, out var keep, out var group))
            return new NofMPattern(keep, group);
        if (LayoutRegistry.TryParseBlock(text, out var rows, out var columns))
            return new BlockPattern(rows, columns);
        if (StructuredPattern.TryParse(text, out var structured))
            return structured!;
        throw new InvalidSettingException($"there is no pattern '{text}'{Suggestion.For(text, ["unstructured", "2:4", "4:8", "block:1x8", "neurons", "heads", "neurons+heads"])}; known: unstructured, N:M (such as 2:4), block:RxC (such as block:1x8), neurons (or neurons:8), heads, neurons+heads");
    }
}
