using System.Numerics;
using Sparseland.Errors;
using Sparseland.Tensors;

namespace Sparseland.Coding;

/// <summary>
/// Eigenvalues and eigenvectors of a symmetric positive semidefinite matrix by one-sided Jacobi rotations (Hestenes 1958): rotating pairs of rows of A until all rows
/// are orthogonal gives J A = Λ Vᵀ, because J is then Vᵀ. Simple, accurate and fast enough for layers of about a thousand inputs; O(n³) per sweep, some ten sweeps.
/// </summary>
public static class SymmetricEigen
{
    private const int MostSweeps = 60;

    /// <summary>Factors a matrix. Vectors of eigenvalues that are zero to rounding are zero.</summary>
    /// <param name="matrix">[n, n], symmetric and positive semidefinite; becomes Vᵀ, one eigenvector per row, by falling eigenvalue.</param>
    /// <returns>The eigenvalues [n], falling.</returns>
    /// <exception cref="NumericalException">The matrix is not finite.</exception>
    public static double[] Factor(MatrixView<double> matrix)
    {
        var n = matrix.Rows;
        if (matrix.Columns != n)
            throw new ArgumentException($"a {n} x {matrix.Columns} matrix is not symmetric", nameof(matrix));
        var energy = 0.0;
        for (var i = 0; i < n; i++)
            energy += TensorPrimitives.SumOfSquares<double>(matrix.Row(i));
        if (!double.IsFinite(energy))
            throw new NumericalException($"a symmetric matrix of {n} rows is not finite");
        // Rows this small are rounding of the large ones; they would be rotated for ever.
        var negligible = energy * 1e-30;
        var sweeps = 0;
        while (Rotate(matrix, negligible))
            if (++sweeps == MostSweeps)
                throw new NumericalException($"the eigenvalues of a matrix of {n} rows did not converge in {MostSweeps} sweeps");
        return Sort(matrix, Math.Sqrt(negligible));
    }

    // One pass over all pairs; false when every pair was orthogonal.
    private static bool Rotate(MatrixView<double> matrix, double negligible)
    {
        const double orthogonal = 1e-14;
        var rotated = false;
        for (var i = 0; i < matrix.Rows - 1; i++)
        {
            for (var j = i + 1; j < matrix.Rows; j++)
            {
                var p = matrix.Row(i);
                var q = matrix.Row(j);
                var dot = TensorPrimitives.Dot<double>(p, q);
                if (Math.Abs(dot) <= negligible)
                    continue;
                var (pp, qq) = (TensorPrimitives.SumOfSquares<double>(p), TensorPrimitives.SumOfSquares<double>(q));
                if (Math.Abs(dot) <= orthogonal * Math.Sqrt(pp) * Math.Sqrt(qq))
                    continue;
                rotated = true;
                var zeta = (qq - pp) / (2 * dot);
                var tangent = (zeta < 0 ? -1 : 1) / (Math.Abs(zeta) + Math.Sqrt(1 + zeta * zeta));
                var cosine = 1 / Math.Sqrt(1 + tangent * tangent);
                Turn(p, q, cosine, cosine * tangent);
            }
        }
        return rotated;
    }

    // p becomes c p - s q, and q becomes s p + c q.
    private static void Turn(Span<double> p, Span<double> q, double cosine, double sine)
    {
        var k = 0;
        if (Vector.IsHardwareAccelerated)
        {
            var (c, s) = (new Vector<double>(cosine), new Vector<double>(sine));
            for (; k + Vector<double>.Count <= p.Length; k += Vector<double>.Count)
            {
                Vector<double> a = new(p[k..]), b = new(q[k..]);
                (c * a - s * b).CopyTo(p[k..]);
                (s * a + c * b).CopyTo(q[k..]);
            }
        }
        for (; k < p.Length; k++)
            (p[k], q[k]) = (cosine * p[k] - sine * q[k], sine * p[k] + cosine * q[k]);
    }

    private static double[] Sort(MatrixView<double> matrix, double negligible)
    {
        var n = matrix.Rows;
        var values = new double[n];
        var order = new int[n];
        for (var i = 0; i < n; i++)
        {
            values[i] = -TensorPrimitives.Norm<double>(matrix.Row(i));
            order[i] = i;
        }
        values.AsSpan().Sort(order.AsSpan());
        var sorted = Tensor<double>.Uninitialized(new Shape(n, n));
        for (var i = 0; i < n; i++)
        {
            values[i] = -values[i];
            var vector = sorted.Matrix.Row(i);
            if (values[i] > negligible)
                TensorPrimitives.Divide<double>(matrix.Row(order[i]), values[i], vector);
            else
                vector.Clear();
        }
        for (var i = 0; i < n; i++)
            sorted.Matrix.Row(i).CopyTo(matrix.Row(i));
        matrix.KeepAlive();
        return values;
    }
}
