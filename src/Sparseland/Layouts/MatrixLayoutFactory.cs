using Sparseland.Errors;
using Sparseland.Masks;
using Sparseland.Tensors;

namespace Sparseland.Layouts;

/// <summary>Makes layouts by name, and turns one into another.</summary>
public static class MatrixLayoutFactory
{
    /// <summary>Stores what a mask keeps.</summary>
    /// <param name="layoutName">"csr", "bitmap", "2:4" (any N:M), "block 1x8" (any), "tiled-csl".</param>
    /// <param name="element">The value type; the layout must know it.</param>
    /// <param name="values">The matrix.</param>
    /// <param name="mask">What is kept.</param>
    /// <exception cref="SparselandException">The name is unknown, the layout does not store the value type, or the mask does not fit the layout.</exception>
    public static MatrixLayout Create(string layoutName, ElementType element, MatrixView<float> values, Mask mask)
    {
        ArgumentNullException.ThrowIfNull(mask);
        return LayoutRegistry.Find(layoutName).Create(layoutName, values, mask, element, null);
    }

    /// <summary>The same matrix in another layout or value type. Exact where the new value type can hold the old values; int8 keeps its scales.</summary>
    /// <param name="source">The matrix.</param>
    /// <param name="layoutName">As in <see cref="Create"/>.</param>
    /// <param name="element">The new value type.</param>
    public static MatrixLayout Convert(MatrixLayout source, string layoutName, ElementType element)
    {
        ArgumentNullException.ThrowIfNull(source);
        var dense = Tensor<float>.Uninitialized(new Shape(source.Rows, source.Columns));
        source.ToDense(dense.Matrix);
        var scales = element == ElementType.Int8 && source.Element == ElementType.Int8 && source is SparseMatrix sparse ? sparse.Scales.ToArray() : null;
        return LayoutRegistry.Find(layoutName).Create(layoutName, dense.Matrix, source.ToMask(), element, scales);
    }
}
