using Sparseland.Errors;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Coding;

/// <summary>
/// Turns the output error of a linear layer into a plain one. With C = XᵀX / N + ε · mean(diagonal) · I = L Lᵀ, every A [outputs, inputs] has
/// ‖X Aᵀ‖² = N ‖A L‖² (but for ε), so approximating W in its outputs is approximating W L. What was found for W L comes back by a triangular solve.
/// </summary>
public sealed class Whitening
{
    private const int Attempts = 6;
    private const int RowsPerPart = 8;

    private Whitening(Tensor<double> lower, double regularisation, int attempts)
    {
        Lower = lower;
        Regularisation = regularisation;
        FailedAttempts = attempts;
        var (least, most) = (double.MaxValue, 0.0);
        for (var i = 0; i < lower.Shape.Rows; i++)
        {
            least = Math.Min(least, lower.Matrix[i, i]);
            most = Math.Max(most, lower.Matrix[i, i]);
        }
        Condition = most / least * (most / least);
    }

    /// <summary>L, lower triangular.</summary>
    public Tensor<double> Lower { get; }

    /// <summary>The ε that sufficed.</summary>
    public double Regularisation { get; }

    /// <summary>How many ε, each ten times the one before, were too small.</summary>
    public int FailedAttempts { get; }

    /// <summary>The largest diagonal entry of L over the smallest, squared: a lower bound of the condition number of C.</summary>
    public double Condition { get; }

    /// <summary>Factors a Gram matrix.</summary>
    /// <param name="gram">XᵀX [inputs, inputs], symmetric, as sums over tokens.</param>
    /// <param name="tokens">N.</param>
    /// <param name="regularisation">ε, multiplied by ten as often as the factorisation fails.</param>
    /// <exception cref="NumericalException">The matrix is not finite, or no ε up to 10^5 times the first suffices.</exception>
    public static Whitening Compute(MatrixView<float> gram, long tokens, double regularisation = 1e-6)
    {
        var n = gram.Rows;
        if (gram.Columns != n)
            throw new ArgumentException($"a Gram matrix of {n} x {gram.Columns} is not square", nameof(gram));
        ArgumentOutOfRangeException.ThrowIfNegative(regularisation);
        var mean = 0.0;
        for (var i = 0; i < n; i++)
        {
            if (!float.IsFinite(TensorPrimitives.SumOfMagnitudes<float>(gram.Row(i))))
                throw new NumericalException($"the Gram matrix of the inputs is not finite at row {i}");
            mean += (double)gram[i, i] / n;
        }
        var scale = 1.0 / Math.Max(1, tokens);
        // A layer whose inputs were all zero has no preference among errors.
        var unit = mean > 0 ? mean * scale : 1;
        var lower = Tensor<double>.Uninitialized(new Shape(n, n));
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            for (var i = 0; i < n; i++)
            {
                TensorPrimitives.ConvertTruncating<float, double>(gram.Row(i), lower.Matrix.Row(i));
                TensorPrimitives.Multiply<double>(lower.Matrix.Row(i), scale, lower.Matrix.Row(i));
                lower.Matrix[i, i] += mean > 0 ? regularisation * unit : unit;
            }
            gram.KeepAlive();
            if (Cholesky.TryFactor(lower.Matrix))
                return new Whitening(lower, regularisation, attempt);
            regularisation = regularisation == 0 ? 1e-7 : regularisation * 10;
        }
        throw new NumericalException($"the Gram matrix of {n} inputs is not positive definite even with {regularisation / 10} of its mean diagonal added: calibrate with more or other text");
    }

    /// <summary>W L.</summary>
    /// <param name="weights">[outputs, inputs].</param>
    public Tensor<double> Apply(MatrixView<float> weights)
    {
        var wide = Tensor<double>.Uninitialized(new Shape(weights.Rows, weights.Columns));
        for (var row = 0; row < weights.Rows; row++)
            TensorPrimitives.ConvertTruncating<float, double>(weights.Row(row), wide.Matrix.Row(row));
        weights.KeepAlive();
        var product = Tensor<double>.Uninitialized(wide.Shape);
        Gemm.Multiply(wide.Matrix, false, Lower.Matrix, false, product.Matrix);
        return product;
    }

    /// <summary>Replaces every row r by r L⁻¹: atoms of W L become atoms of W, whose norm is no longer one.</summary>
    /// <param name="rows">[atoms, inputs].</param>
    public void Undo(MatrixView<double> rows)
    {
        if (rows.Columns != Lower.Shape.Columns)
            throw new ArgumentException($"rows of {rows.Columns} for a factor of {Lower.Shape.Columns}", nameof(rows));
        WorkerPool.Run((rows.Rows + RowsPerPart - 1) / RowsPerPart, new SolveWork(rows, Lower.Matrix));
        rows.KeepAlive();
        Lower.Matrix.KeepAlive();
    }

    private readonly struct SolveWork(MatrixView<double> rows, MatrixView<double> lower) : IParallelWork
    {
        public void Run(int part)
        {
            for (var row = part * RowsPerPart; row < Math.Min(rows.Rows, (part + 1) * RowsPerPart); row++)
            {
                var x = rows.Row(row);
                for (var i = x.Length - 1; i >= 0; i--)
                {
                    x[i] /= lower[i, i];
                    TensorPrimitives.MultiplyAdd<double>(lower.Row(i)[..i], -x[i], x[..i], x[..i]);
                }
            }
        }
    }
}
