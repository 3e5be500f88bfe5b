using System.Globalization;
using Sparseland.Errors;

namespace Sparseland.Masks;

/// <summary>Which scores compete with each other for being kept.</summary>
public enum ComparisonScope
{
    /// <summary>All entries of the matrix (magnitude pruning).</summary>
    Layer,

    /// <summary>The entries of one output row (Wanda).</summary>
    Row,

    /// <summary>All rows of a run of consecutive columns (SparseGPT).</summary>
    Columns,
}

/// <summary>The group of entries within which the lowest scores are pruned. The same score compared in another group gives another mask.</summary>
/// <param name="Scope">What a group is.</param>
/// <param name="Width">Columns in a group, for <see cref="ComparisonScope.Columns"/>; otherwise 0.</param>
public readonly record struct ComparisonGroup(ComparisonScope Scope, int Width = 0)
{
    /// <summary>The whole matrix.</summary>
    public static ComparisonGroup Layer => new(ComparisonScope.Layer);

    /// <summary>Every row for itself.</summary>
    public static ComparisonGroup Row => new(ComparisonScope.Row);

    /// <summary>All rows of <paramref name="width"/> consecutive columns.</summary>
    public static ComparisonGroup Columns(int width) => new(ComparisonScope.Columns, width);

    /// <summary>Reads "layer", "row" or "columns 128".</summary>
    /// <exception cref="InvalidSettingException">The text is something else.</exception>
    public static ComparisonGroup Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text == "layer")
            return Layer;
        if (text == "row")
            return Row;
        if (text.StartsWith("columns ", StringComparison.Ordinal)
            && int.TryParse(text.AsSpan("columns ".Length), NumberStyles.None, CultureInfo.InvariantCulture, out var width) && width > 0)
            return Columns(width);
        throw new InvalidSettingException($"comparison group '{text}': expected layer, row or columns N with N of 1 or more, such as columns 128");
    }

    /// <summary>The text that <see cref="Parse"/> reads.</summary>
    public override string ToString() => Scope switch
    {
        ComparisonScope.Layer => "layer",
        ComparisonScope.Row => "row",
        _ => string.Create(CultureInfo.InvariantCulture, $"columns {Width}"),
    };
}

/// <summary>How many of a group's entries go.</summary>
public enum SelectionMode
{
    /// <summary>Exactly floor(n · sparsity), ties broken by position, the lower index pruned first (what a stable sort does).</summary>
    Exact,

    /// <summary>Every entry at or below the score of that rank, as the authors' magnitude and SparseGPT codes do: ties go beyond the sparsity asked for.</summary>
    AtOrBelow,

    /// <summary>
    /// Wanda's variant: in every row the smallest entries whose scores add up to at most a share α of the row's sum; one α for the matrix,
    /// found by bisection so that the matrix has the sparsity asked for.
    /// </summary>
    Cumulative,
}
