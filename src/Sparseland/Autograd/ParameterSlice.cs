namespace Sparseland.Autograd;

/// <summary>Which side of a matrix a slice cuts.</summary>
public enum SliceKind
{
    /// <summary>Consecutive rows: some outputs of a layer, with all their inputs.</summary>
    Rows,

    /// <summary>Consecutive columns: some inputs of a layer, towards all outputs.</summary>
    Columns,
}

/// <summary>
/// The only part of a weight matrix that is trained (S²FT, Yang et al. 2024, section 3). The kind is stored, because extents alone do not tell rows from columns.
/// </summary>
/// <param name="Kind">Rows or columns.</param>
/// <param name="Start">The first of them.</param>
/// <param name="Count">How many; at least one.</param>
public readonly record struct ParameterSlice(SliceKind Kind, int Start, int Count);
