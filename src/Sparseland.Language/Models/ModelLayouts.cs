using Sparseland.Errors;
using Sparseland.Layouts;
using Sparseland.Masks;
using Sparseland.Tensors;

namespace Sparseland.Language.Models;

/// <summary>Turns whole models into other storage types and layouts: the dense rivals of a sparse model, and models for speed figures.</summary>
public static class ModelLayouts
{
    /// <summary>
    /// Stores every matrix densely in a type. A 4- or 6-bit type whose block does not divide a row gives way to the next coarser one (Q4_K and Q6_K to Q4_0 and Q8_0, those to BFloat16);
    /// <see cref="LayerLayout.Of"/> tells what each matrix became.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="element">The wanted type.</param>
    /// <exception cref="NumericalException">A value cannot be stored in the type.</exception>
    public static TransformerModel ToDense(TransformerModel model, ElementType element)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model.Convert((_, matrix) => DenseMatrix.FromFloat32(DenseValues(matrix).Matrix, Fitting(element, matrix.Columns)));
    }

    /// <summary>Stores the blocks' projections in a sparse layout that keeps the largest weights of each row, the rest (embedding and head) densely in the value type: for speed figures, not for use.</summary>
    /// <param name="model">The model.</param>
    /// <param name="pattern">Which zeros are allowed; it names the layout.</param>
    /// <param name="sparsity">The fraction pruned, 0 to 1; patterns such as 2:4 have their own.</param>
    /// <param name="element">How kept values are stored.</param>
    /// <param name="layoutName">Another layout than the pattern's own, or null.</param>
    /// <exception cref="SparselandException">The pattern does not fit a matrix, or the layout cannot store it.</exception>
    public static TransformerModel ToSparse(TransformerModel model, Pattern pattern, double sparsity, ElementType element, string? layoutName = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(pattern);
        return model.Convert((name, matrix) =>
        {
            var values = DenseValues(matrix);
            if (name is TensorNames.Embedding or TensorNames.Head)
                return DenseMatrix.FromFloat32(values.Matrix, element);
            pattern.Validate(matrix.Rows, matrix.Columns, name);
            var scores = Tensor<float>.Uninitialized(values.Shape);
            TensorPrimitives.Abs<float>(values.Span, scores.Span);
            var mask = MaskSelection.Select(scores.Matrix, pattern, pattern.FixedSparsity ?? sparsity, ComparisonGroup.Row);
            return MatrixLayoutFactory.Create(layoutName ?? pattern.LayoutName, element, values.Matrix, mask);
        });
    }

    /// <summary>The type that a matrix of some columns gets when another is wanted.</summary>
    public static ElementType Fitting(ElementType element, int columns) => element switch
    {
        ElementType.Q4_K when columns % 256 != 0 => Fitting(ElementType.Q4_0, columns),
        ElementType.Q6_K when columns % 256 != 0 => Fitting(ElementType.Q8_0, columns),
        ElementType.Q4_0 or ElementType.Q8_0 when columns % 32 != 0 => ElementType.BFloat16,
        _ => element,
    };

    private static Tensor<float> DenseValues(MatrixLayout matrix)
    {
        var values = Tensor<float>.Uninitialized(new Shape(matrix.Rows, matrix.Columns));
        matrix.ToDense(values.Matrix);
        return values;
    }
}
