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
        if (!Factor(matrix, new Work(matrix.Rows)))
            return false;
        for (var row = 0; row < matrix.Rows; row++)
            matrix.Row(row)[(row + 1)..].Clear();
        matrix.KeepAlive();
        return true;
    }

    /// <summary>Overwrites a lower triangular matrix with its inverse, which is lower triangular too.</summary>
    /// <param name="matrix">[n, n] with a diagonal without zeros; the upper triangle must be zero.</param>
    public static void InvertLower(MatrixView<double> matrix)
    {
        CheckSquare(matrix);
        Invert(matrix, new Work(matrix.Rows));
        matrix.KeepAlive();
    }

    // [A Bᵀ; B C] with A = L Lᵀ: B becomes B L⁻ᵀ, and C less B Bᵀ is factored in turn. Halves, not a fixed width at a time, so that the products are deep.
    private static bool Factor(MatrixView<double> matrix, Work work)
    {
        if (matrix.Rows <= BlockSize)
            return FactorSmall(matrix);
        var (a, b, c) = Halves(matrix);
        if (!Factor(a, work))
            return false;
        Solve(a, b, work);
        var negated = work.Negated(b);
        for (var first = 0; first < c.Rows; first += Panel)
        {
            var width = Math.Min(Panel, c.Rows - first);
            Gemm.Multiply(negated.SliceRows(first, c.Rows - first), false, b.SliceRows(first, width), true, c.Slice(first, c.Rows - first, first, width), accumulate: true);
        }
        return Factor(c, work);
    }

    // B becomes B L⁻ᵀ: halves of L again, down to blocks small enough to be inverted.
    private static void Solve(MatrixView<double> lower, MatrixView<double> b, Work work)
    {
        if (lower.Rows <= BlockSize)
        {
            var inverse = work.Small(lower.Rows);
            for (var row = 0; row < lower.Rows; row++)
            {
                lower.Row(row)[..(row + 1)].CopyTo(inverse.Row(row));
                inverse.Row(row)[(row + 1)..].Clear();
            }
            InvertSmall(inverse);
            var solved = work.First(b.Rows, b.Columns);
            Gemm.Multiply(b, false, inverse, true, solved);
            for (var row = 0; row < b.Rows; row++)
                solved.Row(row).CopyTo(b.Row(row));
            return;
        }
        var (first, between, last) = Halves(lower);
        var (left, right) = (b.Slice(0, b.Rows, 0, first.Rows), b.Slice(0, b.Rows, first.Rows, last.Rows));
        Solve(first, left, work);
        Gemm.Multiply(left, false, work.Negated(between), true, right, accumulate: true);
        Solve(last, right, work);
    }

    // [A 0; B C]⁻¹ = [A⁻¹ 0; -C⁻¹ B A⁻¹ C⁻¹], recursively down to small blocks; the zeros of both triangles are left out of the products.
    private static void Invert(MatrixView<double> matrix, Work work)
    {
        if (matrix.Rows <= BlockSize)
        {
            InvertSmall(matrix);
            return;
        }
        var (a, b, c) = Halves(matrix);
        Invert(a, work);
        Invert(c, work);
        var (negated, product) = (work.Negated(b), work.Second(b.Rows, b.Columns));
        for (var first = 0; first < a.Rows; first += Panel)
        {
            var width = Math.Min(Panel, a.Rows - first);
            var rest = a.Rows - first;
            Gemm.Multiply(negated.Slice(0, b.Rows, first, rest), false, a.Slice(first, rest, first, width), false, product.Slice(0, b.Rows, first, width));
        }
        for (var first = 0; first < c.Rows; first += Panel)
        {
            var height = Math.Min(Panel, c.Rows - first);
            Gemm.Multiply(c.Slice(first, height, 0, first + height), false, product.SliceRows(0, first + height), false, b.SliceRows(first, height));
        }
    }

    // The diagonal blocks and the one below the diagonal.
    private static (MatrixView<double> Top, MatrixView<double> Below, MatrixView<double> Bottom) Halves(MatrixView<double> matrix)
    {
        var (n, top) = (matrix.Rows, TopOf(matrix.Rows));
        return (matrix.Slice(0, top, 0, top), matrix.Slice(top, n - top, 0, top), matrix.Slice(top, n - top, top, n - top));
    }

    private static int TopOf(int rows) => Math.Max(BlockSize, rows / 2 / BlockSize * BlockSize);

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

    // Room for the copies of one level: no level needs its own any more when it goes on to the next.
    private sealed class Work(int n)
    {
        private readonly Tensor<double> _first = Room(n), _second = Room(n), _small = Tensor<double>.Uninitialized(new Shape(BlockSize * BlockSize));

        public MatrixView<double> First(int rows, int columns) => View(_first, rows, columns);

        public MatrixView<double> Second(int rows, int columns) => View(_second, rows, columns);

        public MatrixView<double> Small(int n) => View(_small, n, n);

        public MatrixView<double> Negated(MatrixView<double> matrix)
        {
            var copy = First(matrix.Rows, matrix.Columns);
            for (var row = 0; row < matrix.Rows; row++)
                TensorPrimitives.Negate<double>(matrix.Row(row), copy.Row(row));
            return copy;
        }

        // The largest block below a diagonal.
        private static Tensor<double> Room(int n) => Tensor<double>.Uninitialized(n <= BlockSize ? new Shape(0) : new Shape((n - TopOf(n)) * TopOf(n)));

        private static MatrixView<double> View(Tensor<double> room, int rows, int columns) => room.Slice(0, rows * columns).Reshape(new Shape(rows, columns)).Matrix;
    }
}
