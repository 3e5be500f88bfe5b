using Sparseland.Errors;
using Sparseland.Layouts;
using Sparseland.Tensors;

namespace Sparseland.Language.Models;

/// <summary>A linear layer y = W x + b of a block. Its matrix can be replaced by another layout or other values of the same shape.</summary>
public sealed class Projection
{
    private MatrixLayout _matrix;

    /// <summary>Joins a matrix and its bias.</summary>
    /// <param name="name">One of <see cref="TensorNames.Projections"/>.</param>
    /// <param name="matrix">[outputs, inputs].</param>
    /// <param name="bias">[outputs], or null.</param>
    /// <exception cref="MismatchException">The bias has not one value per output.</exception>
    public Projection(string name, MatrixLayout matrix, Tensor<float>? bias = null)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        if (bias is not null && bias.Length != matrix.Rows)
            throw new MismatchException($"{name}: a bias of {bias.Length} values for {matrix.Rows} outputs");
        Name = name;
        Bias = bias;
        _matrix = matrix;
    }

    /// <summary>The name without prefix and suffix, such as "self_attn.q_proj".</summary>
    public string Name { get; }

    /// <summary>[outputs], or null.</summary>
    public Tensor<float>? Bias { get; }

    /// <summary>The weights, [outputs, inputs]. Not to be replaced while the layer runs.</summary>
    /// <exception cref="MismatchException">The new matrix has another shape.</exception>
    public MatrixLayout Matrix
    {
        get => _matrix;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            if (value.Rows != _matrix.Rows || value.Columns != _matrix.Columns)
                throw new MismatchException($"{Name}: a {value.Rows} x {value.Columns} matrix in place of {_matrix.Rows} x {_matrix.Columns}");
            _matrix = value;
        }
    }

    /// <summary>Y = X Wᵀ + b. One row takes the layout's vector kernel, more its batch kernel; they agree to rounding.</summary>
    /// <param name="input">[tokens, inputs].</param>
    /// <param name="destination">[tokens, outputs], overwritten.</param>
    public void Apply(MatrixView<float> input, MatrixView<float> destination)
    {
        if (input.Rows == 1)
            _matrix.Multiply(input.Row(0), destination.Row(0));
        else
            _matrix.MultiplyBatch(input, destination);
        if (Bias is null)
            return;
        var bias = Bias.Span;
        for (var row = 0; row < destination.Rows; row++)
        {
            var values = destination.Row(row);
            TensorPrimitives.Add(values, bias, values);
        }
    }
}
