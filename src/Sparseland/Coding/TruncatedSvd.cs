using Sparseland.Errors;
using Sparseland.Tensors;

namespace Sparseland.Coding;

/// <summary>
/// Truncated singular value decomposition through the eigenvectors of the smaller Gram matrix: the baseline of dictionaries at equal size.
/// Squaring costs accuracy only in singular values below about 10^-8 of the largest, which matter to nobody who truncates.
/// </summary>
public static class TruncatedSvd
{
    /// <summary>The best approximation of a rank. One factor is orthonormal, the other carries the singular values.</summary>
    /// <param name="matrix">M [rows, columns].</param>
    /// <param name="rank">1 to the smaller extent.</param>
    /// <exception cref="NumericalException">The matrix is not finite.</exception>
    public static LowRank Factor(MatrixView<double> matrix, int rank)
    {
        var smaller = Math.Min(matrix.Rows, matrix.Columns);
        ArgumentOutOfRangeException.ThrowIfLessThan(rank, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rank, smaller);
        var tall = matrix.Rows >= matrix.Columns;
        var gram = Tensor<double>.Uninitialized(new Shape(smaller, smaller));
        Gemm.Multiply(matrix, tall, matrix, !tall, gram.Matrix);
        SymmetricEigen.Factor(gram.Matrix);
        var leading = gram.Matrix.SliceRows(0, rank);
        var left = Tensor<double>.Uninitialized(new Shape(matrix.Rows, rank));
        var right = Tensor<double>.Uninitialized(new Shape(rank, matrix.Columns));
        if (tall)
        {
            Gemm.Multiply(matrix, false, leading, true, left.Matrix);
            for (var i = 0; i < rank; i++)
                leading.Row(i).CopyTo(right.Matrix.Row(i));
        }
        else
        {
            Gemm.Multiply(leading, false, matrix, false, right.Matrix);
            for (var row = 0; row < matrix.Rows; row++)
                for (var i = 0; i < rank; i++)
                    left.Matrix[row, i] = leading[i, row];
        }
        leading.KeepAlive();
        matrix.KeepAlive();
        return new LowRank(left, right);
    }
}
