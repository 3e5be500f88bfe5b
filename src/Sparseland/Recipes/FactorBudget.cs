using Sparseland.Layouts;

namespace Sparseland.Recipes;

/// <summary>How large the factors of a matrix may be. Everything stored counts: dictionary, values and the bits that say which atoms a row is made of.</summary>
/// <param name="Atoms">k, the atoms of the dictionary; the rank when every row uses all of them.</param>
/// <param name="AtomsPerRow">s, 1 to k; 0 when nothing fits.</param>
public readonly record struct FactorBudget(int Atoms, int AtomsPerRow)
{
    /// <summary>Whether there is room for one atom at least.</summary>
    public bool Fits => AtomsPerRow >= 1;

    /// <summary>The largest dictionary with k = ⌊ρ s⌋ atoms that saves a share of the dense bytes of the same value type.</summary>
    /// <param name="element">Float32 or BFloat16.</param>
    /// <param name="rows">Outputs.</param>
    /// <param name="columns">Inputs.</param>
    /// <param name="saved">γ, above 0 and below 1.</param>
    /// <param name="ratio">ρ = k / s, above 1.</param>
    public static FactorBudget ForDictionary(ElementType element, int rows, int columns, double saved, double ratio)
    {
        // With bits of a value's size, k columns + s rows + k rows / bits <= (1 - γ) rows columns; rounding to bytes may take one or two more.
        var (bytes, bits) = (Bytes(element, rows, columns, saved), 8.0 * LayoutPart.SizeOf(StoredValues.PartOf(element)));
        var most = bytes * 8 / bits / (ratio * columns + rows + ratio * rows / bits);
        var perRow = (int)Math.Min(most + 1, int.MaxValue / 4 / ratio);
        while (perRow > 0 && DictionaryMatrix.BytesFor(element, rows, columns, (int)(ratio * perRow), perRow) > bytes)
            perRow--;
        return new FactorBudget((int)(ratio * perRow), perRow);
    }

    /// <summary>The largest rank that saves a share of the dense bytes of the same value type.</summary>
    /// <param name="element">Float32 or BFloat16.</param>
    /// <param name="rows">Outputs.</param>
    /// <param name="columns">Inputs.</param>
    /// <param name="saved">γ, above 0 and below 1.</param>
    public static FactorBudget ForRank(ElementType element, int rows, int columns, double saved)
    {
        var bytes = Bytes(element, rows, columns, saved);
        var rank = (int)(bytes / LayoutPart.SizeOf(StoredValues.PartOf(element)) / ((double)rows + columns));
        while (rank > 0 && DictionaryMatrix.BytesFor(element, rows, columns, rank, rank) > bytes)
            rank--;
        return new FactorBudget(rank, rank);
    }

    private static double Bytes(ElementType element, int rows, int columns, double saved) => (1 - saved) * DenseMatrix.BytesFor(element, rows, columns);
}
