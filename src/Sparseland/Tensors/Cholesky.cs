namespace Sparseland.Tensors;

/// <summary>
/// Cholesky factors and triangular inverses in double precision, blocked so that nearly all work is matrix products.
/// A factorisation that fails says so by its return value: what to do about it (more damping) is the caller's decision.
/// </summary>
public static class Cholesky
{
    private const int BlockSize = 64;

    // Where only a triangle is wanted or full of zeros, products are cut into panels of this many rows or columns.
    private const int Panel = 128;

    /// <summary>Overwrites the lower triangle of a symmetric positive definite matrix A with L, A = L Lᵀ; the upper triangle is set to zero.</summary>
    /// <param name="matrix">[n, n]; only the lower triangle is read.</param>
    /// <returns>False when A is not positive definite to rounding; the contents are then undefined.</returns>
    public static bool TryFactor(MatrixView<double> matrix)
    {
        CheckSquare(matrix);
        if (!Factor(matrix))
            return false;
        for (var row = 0; row < matrix.Rows; row++)
            matrix.Row(row)[(row + 1)..].Clear();
        matrix.KeepAlive();
        return true;
    }

    // [A Bᵀ; B C] with A = L Lᵀ: B becomes B L⁻ᵀ, and C less B Bᵀ is factored in turn. Halves, not a fixed width at a time, so that the products are deep.
    private static bool Factor(MatrixView<double> matrix)
    {
        if (matrix.Rows <= BlockSize)
            return FactorSmall(matrix);
        var (a, b, c) = Halves(matrix);
        if (!Factor(a))
            return false;
        Solve(a, b);
        var negated = Negated(b);
        for (var first = 0; first < c.Rows; first += Panel)
        {
            var width = Math.Min(Panel, c.Rows - first);
            Gemm.Multiply(negated.Matrix.SliceRows(first, c.Rows - first), false, b.SliceRows(first, width), true, c.Slice(first, c.Rows - first, first, width), accumulate: true);
        }
        return Factor(c);
    }

    // B becomes B L⁻ᵀ: halves of L again, down to blocks small enough to be inverted.
    private static void Solve(MatrixView<double> lower, MatrixView<double> b)
    {
        if (lower.Rows <= BlockSize)
        {
            var inverse = Copy(lower);
            InvertSmall(inverse.Matrix);
            for (var row = 0; row < lower.Rows; row++)
                inverse.Matrix.Row(row)[(row + 1)..].Clear();
            var solved = Tensor<double>.Uninitialized(new Shape(b.Rows, b.Columns));
            Gemm.Multiply(b, false, inverse.Matrix, true, solved.Matrix);
            for (var row = 0; row < b.Rows; row++)
                solved.Matrix.Row(row).CopyTo(b.Row(row));
            return;
        }
        var (first, between, last) = Halves(lower);
        var (left, right) = (b.Slice(0, b.Rows, 0, first.Rows), b.Slice(0, b.Rows, first.Rows, last.Rows));
        Solve(first, left);
        Gemm.Multiply(left, false, Negated(between).Matrix, true, right, accumulate: true);
        Solve(last, right);
    }

    // The diagonal blocks and the one below the diagonal.
    private static (MatrixView<double> Top, MatrixView<double> Below, MatrixView<double> Bottom) Halves(MatrixView<double> matrix)
    {
        var n = matrix.Rows;
        var top = Math.Max(BlockSize, n / 2 / BlockSize * BlockSize);
        return (matrix.Slice(0, top, 0, top), matrix.Slice(top, n - top, 0, top), matrix.Slice(top, n - top, top, n - top));
    }

    private static Tensor<double> Negated(MatrixView<double> matrix)
    {
        var copy = Tensor<double>.Uninitialized(new Shape(matrix.Rows, matrix.Columns));
        for (var row = 0; row < matrix.Rows; row++)
            TensorPrimitives.Negate<double>(matrix.Row(row), copy.Matrix.Row(row));
        return copy;
    }

    private static Tensor<double> Copy(MatrixView<double> matrix)
    {
        var copy = Tensor<double>.Uninitialized(new Shape(matrix.Rows, matrix.Columns));
        for (var row = 0; row < matrix.Rows; row++)
            matrix.Row(row).CopyTo(copy.Matrix.Row(row));
        return copy;
    }

    /// <summary>Overwrites a lower triangular matrix with its inverse, which is lower triangular too.</summary>
    /// <param name="matrix">[n, n] with a diagonal without zeros; the upper triangle must be zero.</param>
    public static void InvertLower(MatrixView<double> matrix)
    {
        CheckSquare(matrix);
        Invert(matrix);
        matrix.KeepAlive();
    }

    // [A 0; B C]⁻¹ = [A⁻¹ 0; -C⁻¹ B A⁻¹ C⁻¹], recursively down to small blocks; the zeros of both triangles are left out of the products.
    private static void Invert(MatrixView<double> matrix)
    {
        if (matrix.Rows <= BlockSize)
        {
            InvertSmall(matrix);
            return;
        }
        var (a, b, c) = Halves(matrix);
        Invert(a);
        Invert(c);
        var negated = Negated(b);
        var product = Tensor<double>.Uninitialized(negated.Shape);
        for (var first = 0; first < a.Rows; first += Panel)
        {
            var width = Math.Min(Panel, a.Rows - first);
            var rest = a.Rows - first;
            Gemm.Multiply(negated.Matrix.Slice(0, b.Rows, first, rest), false, a.Slice(first, rest, first, width), false, product.Matrix.Slice(0, b.Rows, first, width));
        }
        for (var first = 0; first < c.Rows; first += Panel)
        {
            var height = Math.Min(Panel, c.Rows - first);
            Gemm.Multiply(c.Slice(first, height, 0, first + height), false, product.Matrix.SliceRows(0, first + height), false, b.SliceRows(first, height));
        }
    }

    private static void InvertSmall(MatrixView<double> lower)
    {
        // Row i of the inverse: -(L_i,:i X_:i,:) / L_ii, with 1 / L_ii on the diagonal.
        Span<double> row = stackalloc double[BlockSize];
        for (var i = 0; i < lower.Rows; i++)
        {
            var scale = 1 / lower[i, i];
            row[..i].Clear();
            for (var k = 0; k < i; k++)
                TensorPrimitives.MultiplyAdd<double>(lower.Row(k)[..(k + 1)], -lower[i, k] * scale, row[..(k + 1)], row[..(k + 1)]);
            row[..i].CopyTo(lower.Row(i));
            lower[i, i] = scale;
        }
    }

    private static bool FactorSmall(MatrixView<double> matrix)
    {
        for (var j = 0; j < matrix.Rows; j++)
        {
            var rowJ = matrix.Row(j)[..j];
            var pivot = matrix[j, j] - TensorPrimitives.SumOfSquares<double>(rowJ);
            if (!(pivot > 0) || double.IsInfinity(pivot))
                return false;
            var diagonal = Math.Sqrt(pivot);
            matrix[j, j] = diagonal;
            for (var i = j + 1; i < matrix.Rows; i++)
                matrix[i, j] = (matrix[i, j] - TensorPrimitives.Dot<double>(matrix.Row(i)[..j], rowJ)) / diagonal;
        }
        return true;
    }

    private static void CheckSquare(MatrixView<double> matrix)
    {
        if (matrix.Rows != matrix.Columns)
            throw new ArgumentException($"a {matrix.Rows} x {matrix.Columns} matrix is not square", nameof(matrix));
    }
}
