using Sparseland.Threads;

namespace Sparseland.Tensors;

/// <summary>
/// Cholesky factors and triangular inverses in double precision, blocked so that nearly all work is matrix products.
/// A factorisation that fails says so by its return value: what to do about it (more damping) is the caller's decision.
/// </summary>
public static class Cholesky
{
    private const int BlockSize = 64;

    /// <summary>Overwrites the lower triangle of a symmetric positive definite matrix A with L, A = L Lᵀ; the upper triangle is set to zero.</summary>
    /// <param name="matrix">[n, n]; only the lower triangle is read.</param>
    /// <returns>False when A is not positive definite to rounding; the contents are then undefined.</returns>
    public static bool TryFactor(MatrixView<double> matrix)
    {
        CheckSquare(matrix);
        var n = matrix.Rows;
        var negated = new Tensor<double>(new Shape(n, BlockSize));
        for (var first = 0; first < n; first += BlockSize)
        {
            var width = Math.Min(BlockSize, n - first);
            var below = n - first - width;
            if (!FactorSmall(matrix.Slice(first, width, first, width)))
                return false;
            if (below == 0)
                break;
            WorkerPool.Run((below + RowsPerPart - 1) / RowsPerPart, new SolveWork(matrix, first, width));
            var left = matrix.Slice(first + width, below, first, width);
            var minus = negated.Matrix.Slice(0, below, 0, width);
            for (var row = 0; row < below; row++)
                TensorPrimitives.Negate<double>(left.Row(row), minus.Row(row));
            // Only the lower triangle is needed: panels of columns, each from its diagonal down, about halve the work.
            for (var panel = 0; panel < below; panel += TrailingPanel)
            {
                var columns = Math.Min(TrailingPanel, below - panel);
                Gemm.Multiply(minus.SliceRows(panel, below - panel), false, left.SliceRows(panel, columns), true,
                    matrix.Slice(first + width + panel, below - panel, first + width + panel, columns), accumulate: true);
            }
        }
        for (var row = 0; row < n; row++)
            matrix.Row(row)[(row + 1)..].Clear();
        matrix.KeepAlive();
        return true;
    }

    /// <summary>Overwrites a lower triangular matrix with its inverse, which is lower triangular too.</summary>
    /// <param name="matrix">[n, n] with a diagonal without zeros; the upper triangle must be zero.</param>
    public static void InvertLower(MatrixView<double> matrix)
    {
        CheckSquare(matrix);
        Invert(matrix);
        matrix.KeepAlive();
    }

    // [A 0; B C]⁻¹ = [A⁻¹ 0; -C⁻¹ B A⁻¹ C⁻¹], recursively down to small blocks.
    private static void Invert(MatrixView<double> matrix)
    {
        var n = matrix.Rows;
        if (n <= BlockSize)
        {
            InvertSmall(matrix);
            return;
        }
        var top = n / 2 / BlockSize * BlockSize;
        if (top == 0)
            top = BlockSize;
        var (a, c) = (matrix.Slice(0, top, 0, top), matrix.Slice(top, n - top, top, n - top));
        var b = matrix.Slice(top, n - top, 0, top);
        var product = new Tensor<double>(new Shape(n - top, top)).Matrix;
        Invert(a);
        Invert(c);
        Gemm.Multiply(b, false, a, false, product);
        Gemm.Multiply(c, false, product, false, b);
        for (var row = 0; row < b.Rows; row++)
            TensorPrimitives.Negate<double>(b.Row(row), b.Row(row));
        product.KeepAlive();
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

    private const int RowsPerPart = 32;
    private const int TrailingPanel = 256;

    // Rows below a factored diagonal block: X Lᵀ = A, each row by itself.
    private readonly struct SolveWork(MatrixView<double> matrix, int first, int width) : IParallelWork
    {
        public void Run(int part)
        {
            var start = first + width + part * RowsPerPart;
            var end = Math.Min(matrix.Rows, start + RowsPerPart);
            for (var row = start; row < end; row++)
            {
                var values = matrix.Row(row).Slice(first, width);
                for (var j = 0; j < width; j++)
                {
                    var lower = matrix.Row(first + j).Slice(first, width);
                    values[j] = (values[j] - TensorPrimitives.Dot<double>(values[..j], lower[..j])) / lower[j];
                }
            }
        }
    }
}
