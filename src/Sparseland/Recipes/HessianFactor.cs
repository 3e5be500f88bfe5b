using Sparseland.Errors;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Recipes;

/// <summary>
/// The upper triangular U with H⁻¹ = Uᵀ U of a damped Hessian: one factorisation that replaces the sequence of inverses of optimal brain surgery
/// (Frantar and Alistarh 2023, section 3.3). For the columns F = {i, i+1, …} that are not processed yet, the first row of (H_FF)⁻¹ is U_ii · U[i, i:],
/// and its first entry U_ii².
/// We take it from H = R Rᵀ with R upper triangular (a Cholesky factorisation from the last column up) and U = R⁻¹: half the work of Cholesky, inverse, Cholesky.
/// </summary>
public sealed class HessianFactor
{
    private const int Attempts = 6;
    private const int RowsPerPart = 16;

    private HessianFactor(Tensor<double> upper, double damping, double added, int attempts, int[] dead)
    {
        Upper = upper;
        Damping = damping;
        AddedDiagonal = added;
        FailedAttempts = attempts;
        DeadColumns = dead;
    }

    /// <summary>U, upper triangular, in the order of the columns.</summary>
    public Tensor<double> Upper { get; }

    /// <summary>The damping that sufficed, as a fraction of the mean of H's diagonal.</summary>
    public double Damping { get; }

    /// <summary>What that is: the number added to every entry of the diagonal. Dead columns have a one there before it is added.</summary>
    public double AddedDiagonal { get; }

    /// <summary>How many dampings, each ten times the one before, were too small.</summary>
    public int FailedAttempts { get; }

    /// <summary>Input channels that were zero in all of the calibration: H_jj = 0.</summary>
    public IReadOnlyList<int> DeadColumns { get; }

    /// <summary>Factors a Hessian.</summary>
    /// <param name="hessian">[columns, columns], symmetric; left as it is.</param>
    /// <param name="damping">Added to the diagonal as a fraction of its mean; 0.01 in the authors' code. Multiplied by ten as often as the factorisation fails.</param>
    /// <exception cref="NumericalException">The matrix holds NaN, or no damping up to 10^5 times the first suffices.</exception>
    public static HessianFactor Compute(MatrixView<double> hessian, double damping = 0.01)
    {
        if (hessian.Rows != hessian.Columns)
            throw new ArgumentException($"a Hessian of {hessian.Rows} x {hessian.Columns} is not square", nameof(hessian));
        ArgumentOutOfRangeException.ThrowIfNegative(damping);
        var n = hessian.Rows;
        var dead = new List<int>();
        var mean = 0.0;
        for (var j = 0; j < n; j++)
        {
            if (!double.IsFinite(hessian[j, j]))
                throw new NumericalException($"the Hessian's diagonal is {hessian[j, j]} at column {j}");
            if (hessian[j, j] == 0)
                dead.Add(j);
            mean += (hessian[j, j] == 0 ? 1 : hessian[j, j]) / n;
        }
        var factor = Tensor<double>.Uninitialized(new Shape(n, n));
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            CopyReversed(hessian, factor.Matrix, damping * mean);
            if (Cholesky.TryFactor(factor.Matrix))
            {
                Cholesky.InvertLower(factor.Matrix);
                Reverse(factor);
                return new HessianFactor(factor, damping, damping * mean, attempt, [.. dead]);
            }
            damping = damping == 0 ? 0.001 : damping * 10;
        }
        throw new NumericalException($"a Hessian of {n} columns is not positive definite even with a damping of {damping / 10}: calibrate with more or other text");
    }

    /// <summary>The whole inverse H⁻¹ = Uᵀ U of the damped Hessian.</summary>
    public Tensor<double> Inverse()
    {
        var inverse = Tensor<double>.Uninitialized(Upper.Shape);
        Gemm.Multiply(Upper.Matrix, true, Upper.Matrix, false, inverse.Matrix);
        return inverse;
    }

    // Rows and columns in reverse order, the lower triangle only; dead columns get a one on the diagonal.
    private static void CopyReversed(MatrixView<double> hessian, MatrixView<double> destination, double added) =>
        WorkerPool.Run((hessian.Rows + RowsPerPart - 1) / RowsPerPart, new CopyWork(hessian, destination, added));

    // Reversing both orders of a contiguous matrix is reversing its elements: those of a row change places with those of the row as far from the end.
    private static void Reverse(Tensor<double> matrix) =>
        WorkerPool.Run((matrix.Shape.Rows / 2 + RowsPerPart) / RowsPerPart, new ReverseWork(matrix));

    private readonly struct CopyWork(MatrixView<double> hessian, MatrixView<double> destination, double added) : IParallelWork
    {
        public void Run(int part)
        {
            var n = hessian.Rows;
            for (var i = part * RowsPerPart; i < Math.Min(n, (part + 1) * RowsPerPart); i++)
            {
                var target = destination.Row(i)[..(i + 1)];
                hessian.Row(n - 1 - i)[(n - 1 - i)..].CopyTo(target);
                target.Reverse();
                target[i] = (target[i] == 0 ? 1 : target[i]) + added;
            }
        }
    }

    private readonly struct ReverseWork(Tensor<double> matrix) : IParallelWork
    {
        public void Run(int part)
        {
            var (rows, n) = (matrix.Matrix, matrix.Shape.Rows);
            for (var i = part * RowsPerPart; i < Math.Min((n + 1) / 2, (part + 1) * RowsPerPart); i++)
            {
                var top = rows.Row(i);
                var bottom = rows.Row(n - 1 - i);
                top.Reverse();
                if (i == n - 1 - i)
                    continue;
                bottom.Reverse();
                for (var j = 0; j < n; j++)
                    (top[j], bottom[j]) = (bottom[j], top[j]);
            }
            rows.KeepAlive();
        }
    }
}
